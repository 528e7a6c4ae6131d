/**
 * The default store: one SQLite file. One process at a time serves from it; others (the command line, a second server
 * during a restart) may use it meanwhile. Imported by the cli and by whoever joins an authority together.
 */
import { existsSync } from 'node:fs';
import type { Logger } from '../../domain/logger.js';
import { type Store, StoreUnavailableError } from '../../domain/stores.js';
import {
  assertSchemaVersion,
  createSqlStore,
  first,
  type MigrationPlan,
  type MigrationReport,
  migrate,
  planMigrations,
  readSchemaVersion,
  SchemaError,
  type SqlDriver,
  type SqlProgram,
} from '../sql/index.js';
import { openDatabase } from './open-database.js';
import { createPrivateFile, restrictToOwner } from './private-file.js';
import { createSqliteDriver, type SqliteDriverOptions } from './sqlite-driver.js';

export { type MigrationPlan, type MigrationReport, SchemaError } from '../sql/index.js';

const LOCK_TIMEOUT_MS = 5_000;
/** A migration may have to wait for one of another process, which may take long on large tables. */
const MIGRATION_LOCK_TIMEOUT_MS = 60_000;

/**
 * Opens the store in a migrated database. Changes nothing in it; tightens the file's mode to 0600.
 * @throws SchemaError if the file is missing, not migrated, or of a newer program; StoreUnavailableError if it cannot
 *   be opened, or no SQLite driver is there
 */
export async function openSqliteStore({ file, logger }: { file: string; logger: Logger }): Promise<Store> {
  if (!existsSync(file)) {
    throw new SchemaError(
      'unmigrated',
      `There is no database at ${file}. Run \`countersign migrate\` first.`,
    );
  }
  const driver = await openDriver(file, {
    lockTimeoutMs: LOCK_TIMEOUT_MS,
    onUnavailable: (error) => logger.error('store_unavailable', { reason: error.message }),
  });
  try {
    assertSchemaVersion(await driver.read(readSqliteSchemaVersion));
    return createSqlStore(driver);
  } catch (error) {
    await driver.close();
    throw error;
  }
}

/** A store that ends with the process, or when it is closed: for trying out and for tests. @throws StoreUnavailableError */
export async function openMemoryStore({ logger }: { logger: Logger }): Promise<Store> {
  const driver = await openDriver(':memory:', {
    lockTimeoutMs: LOCK_TIMEOUT_MS,
    onUnavailable: (error) => logger.error('store_unavailable', { reason: error.message }),
  });
  await migrate(driver);
  return createSqlStore(driver);
}

/**
 * Makes the file if there is none (mode 0600, missing folders 0700) and brings it to the schema of this program.
 * Running it again, or from two processes at once, does nothing twice.
 * @throws SchemaError `newer`; StoreUnavailableError
 */
export async function migrateSqlite({ file }: { file: string }): Promise<MigrationReport> {
  try {
    createPrivateFile(file);
  } catch (error) {
    throw cannotOpen(file, error);
  }
  const driver = await openDriver(file, { lockTimeoutMs: MIGRATION_LOCK_TIMEOUT_MS });
  try {
    return await migrate(driver);
  } finally {
    await driver.close();
  }
}

/** What `migrateSqlite` would do. Makes and changes nothing. @throws SchemaError `newer`; StoreUnavailableError */
export async function planSqlite({ file }: { file: string }): Promise<MigrationPlan> {
  if (!existsSync(file)) return planMigrations(0);
  const driver = await openDriver(file, { lockTimeoutMs: LOCK_TIMEOUT_MS });
  try {
    return planMigrations(await driver.read(readSqliteSchemaVersion));
  } finally {
    await driver.close();
  }
}

async function openDriver(file: string, options: Omit<SqliteDriverOptions, 'database'>): Promise<SqlDriver> {
  try {
    restrictToOwner(file);
    return createSqliteDriver({ ...options, database: await openDatabase(file, options.lockTimeoutMs) });
  } catch (error) {
    throw cannotOpen(file, error);
  }
}

const HAS_VERSIONS = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'";

function* readSqliteSchemaVersion(): SqlProgram<number> {
  const table = yield* first(HAS_VERSIONS);
  return table === undefined ? 0 : yield* readSchemaVersion();
}

function cannotOpen(file: string, error: unknown): StoreUnavailableError {
  const reason = error instanceof Error ? error.message : String(error);
  return new StoreUnavailableError(`The database ${file} cannot be opened: ${reason}`, { cause: error });
}
