/** Finds a SQLite driver, and opens a file with it the way the authority needs it. */
import { retryWhileBusy } from './retry-while-busy.js';
import type { SqliteDatabase, SqliteStatement, SqliteValue } from './sqlite-database.js';

/** In the order in which they are tried. */
export const SQLITE_DRIVERS = ['node:sqlite', 'better-sqlite3'] as const;
export type SqliteDriverName = (typeof SQLITE_DRIVERS)[number];

/**
 * A statement waits this long, on the thread, for a lock of another process. Short, because the event loop stands
 * still meanwhile; retry-while-busy.ts waits longer without that.
 */
const BUSY_TIMEOUT_MS = 5;

/** `synchronous = FULL`: a commit is on disk before anybody hears of it, so that a used link stays used (S11). */
const PRAGMAS = [
  `PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`,
  'PRAGMA journal_mode = WAL',
  'PRAGMA synchronous = FULL',
  'PRAGMA foreign_keys = ON',
];

type OpenFile = (file: string) => SqliteDatabase;

interface BetterSqlite3Module {
  readonly default: new (file: string) => SqliteDatabase;
}

/**
 * Opens the file with the first driver that this runtime has.
 * @throws Error that says what to install, if there is none; what the driver throws, if the file cannot be opened
 */
export async function openDatabase(
  file: string,
  lockTimeoutMs: number,
  drivers: readonly SqliteDriverName[] = SQLITE_DRIVERS,
): Promise<SqliteDatabase> {
  const open = await loadDriver(drivers);
  const database = open(file);
  try {
    // Changing the journal mode needs the file alone for a moment, and may not get it from a second process at once.
    for (const pragma of PRAGMAS) await retryWhileBusy(() => database.exec(pragma), lockTimeoutMs);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The drivers that this runtime can load. */
export async function availableDrivers(): Promise<readonly SqliteDriverName[]> {
  const loaded = await Promise.all(
    SQLITE_DRIVERS.map((name) =>
      LOADERS[name]().then(
        () => true,
        () => false,
      ),
    ),
  );
  return SQLITE_DRIVERS.filter((_, index) => loaded[index]);
}

async function loadDriver(drivers: readonly SqliteDriverName[]): Promise<OpenFile> {
  const reasons: string[] = [];
  for (const name of drivers) {
    try {
      return await LOADERS[name]();
    } catch (error) {
      const [reason = ''] = String(error).split('\n');
      reasons.push(`${name}: ${reason}`);
    }
  }
  throw new Error(
    `No SQLite driver can be loaded. Run Node 22.13 or later, which has one built in, or install better-sqlite3: ` +
      `\`npm install better-sqlite3\`. (${reasons.join('; ')})`,
  );
}

const LOADERS: Readonly<Record<SqliteDriverName, () => Promise<OpenFile>>> = {
  'node:sqlite': async () => {
    const { DatabaseSync } = await import('node:sqlite');
    return (file) => withPlainRows(new DatabaseSync(file));
  },
  'better-sqlite3': async () => {
    // Optional, so the compiler must not look for it. Its binary is only loaded by opening something.
    const specifier: string = 'better-sqlite3';
    const { default: Database } = (await import(specifier)) as BetterSqlite3Module;
    new Database(':memory:').close();
    return (file) => new Database(file);
  },
};

/** Rows of `node:sqlite` have no prototype; what leaves the store are ordinary objects, whatever the driver. */
function withPlainRows(database: SqliteDatabase): SqliteDatabase {
  const wrap = (statement: SqliteStatement): SqliteStatement => ({
    all: (...parameters: readonly SqliteValue[]) =>
      statement.all(...parameters).map((row) => ({ ...(row as object) })),
    run: (...parameters) => statement.run(...parameters),
  });
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => wrap(database.prepare(sql)),
    close: () => database.close(),
  };
}
