/**
 * The little that is asked of a SQLite driver, stated structurally: both `node:sqlite` and better-sqlite3 have it, and
 * the types of neither are needed.
 */
export interface SqliteStatement {
  all(...parameters: readonly SqliteValue[]): unknown[];
  run(...parameters: readonly SqliteValue[]): { changes: number | bigint };
}

export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
  close(): unknown;
}

export type SqliteValue = string | number | null;
