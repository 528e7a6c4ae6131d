import { StoreUnavailableError } from '../../domain/stores.js';

/**
 * Result codes by which SQLite says that it cannot answer now, whatever was asked (S12). Everything else (a constraint,
 * an unknown column) is about the statement. https://www.sqlite.org/rescode.html
 */
const UNAVAILABLE: ReadonlyMap<number, string> = new Map([
  [5, 'SQLITE_BUSY'],
  [6, 'SQLITE_LOCKED'],
  [7, 'SQLITE_NOMEM'],
  [8, 'SQLITE_READONLY'],
  [10, 'SQLITE_IOERR'],
  [11, 'SQLITE_CORRUPT'],
  [13, 'SQLITE_FULL'],
  [14, 'SQLITE_CANTOPEN'],
  [15, 'SQLITE_PROTOCOL'],
  [26, 'SQLITE_NOTADB'],
]);

/**
 * The primary code by which SQLite could not answer, or undefined for any other error. better-sqlite3 names the
 * extended code (`code: 'SQLITE_IOERR_WRITE'`), `node:sqlite` numbers it (`errcode: 778`, the primary one in the low byte).
 */
export function unavailableCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  if (typeof errcode === 'number') return UNAVAILABLE.get(errcode & 0xff);
  if (typeof code !== 'string') return undefined;
  return [...UNAVAILABLE.values()].find((name) => code === name || code.startsWith(`${name}_`));
}

export function isBusy(error: unknown): boolean {
  return unavailableCode(error) === 'SQLITE_BUSY';
}

/** The error as callers of the store know it. Messages of SQLite, in `cause`, name tables and columns, never values. */
export function toUnavailable(error: unknown): StoreUnavailableError {
  const code = unavailableCode(error) ?? 'no transaction';
  return new StoreUnavailableError(`The database cannot answer now (${code}).`, { cause: error });
}
