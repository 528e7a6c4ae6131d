import { join } from 'node:path';
import { createSqlStore } from '../../src/store/sql/index.js';
import { migrate } from '../../src/store/sql/migrate.js';
import { openDatabase, type SqliteDriverName } from '../../src/store/sqlite/open-database.js';
import type { SqliteDatabase } from '../../src/store/sqlite/sqlite-database.js';
import { createSqliteDriver } from '../../src/store/sqlite/sqlite-driver.js';
import type { StorePair } from '../store/store-conformance.js';
import { temporaryFolder } from './authority-process.js';

const LOCK_TIMEOUT_MS = 10_000;

/** A migrated store over this connection. */
export async function migratedStore(database: SqliteDatabase, lockTimeoutMs = LOCK_TIMEOUT_MS) {
  const driver = createSqliteDriver({ database, lockTimeoutMs });
  await migrate(driver);
  return createSqlStore(driver);
}

/** Two stores, each with its own connection, on one fresh database. */
export async function openSqlitePair(driver: SqliteDriverName): Promise<StorePair> {
  const folder = temporaryFolder();
  const file = join(folder.path, 'countersign.db');
  const store = await migratedStore(await openDatabase(file, LOCK_TIMEOUT_MS, [driver]));
  const other = await migratedStore(await openDatabase(file, LOCK_TIMEOUT_MS, [driver]));
  return {
    store,
    other,
    remove: async () => {
      await store.close();
      await other.close();
      folder.remove();
    },
  };
}
