import type { SqliteDatabase, SqliteStatement } from '../../src/store/sqlite/sqlite-database.js';

/** Calls `before` with the text of each statement right before it is executed; what it throws is the database's error. */
export function watchDatabase(database: SqliteDatabase, before: (sql: string) => void): SqliteDatabase {
  const watch = (sql: string, statement: SqliteStatement): SqliteStatement => ({
    all: (...parameters) => {
      before(sql);
      return statement.all(...parameters);
    },
    run: (...parameters) => {
      before(sql);
      return statement.run(...parameters);
    },
  });
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => watch(sql, database.prepare(sql)),
    close: () => database.close(),
  };
}

/** As better-sqlite3 throws it. */
export function sqliteError(code: string): Error {
  return Object.assign(new Error(`made by a test: ${code}`), { code });
}
