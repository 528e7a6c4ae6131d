import { join } from 'node:path';
import type { Store } from '../../src/domain/stores.js';
import { migrateSqlite, openSqliteStore } from '../../src/store/sqlite/index.js';
import { temporaryFolder } from './authority-process.js';
import { silentLogger } from './recording-logger.js';

export interface TemporaryStore {
  readonly store: Store;
  readonly file: string;
  /** One more connection, as another process has it. Whoever opens it closes it. */
  openAgain(): Promise<Store>;
  close(): Promise<void>;
}

/** A SQLite store of its own, as a fresh installation has it. */
export async function openTemporaryStore(): Promise<TemporaryStore> {
  const folder = temporaryFolder();
  const file = join(folder.path, 'countersign.db');
  await migrateSqlite({ file });
  const openAgain = () => openSqliteStore({ file, logger: silentLogger });
  const store = await openAgain();
  return {
    store,
    file,
    openAgain,
    async close() {
      await store.close();
      folder.remove();
    },
  };
}
