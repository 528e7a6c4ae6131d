/**
 * A store verb is written once, as a generator that yields SQL calls and receives their answers. A synchronous driver
 * (SQLite) runs it to its end inside one transaction; an asynchronous one (PostgreSQL) awaits each call.
 *
 * Rules for programs: the SQL text is a constant of its file, values go in as parameters only (S8); a program does no
 * I/O and reads no clock, since a driver may run it again; it does not catch errors of its calls; where several
 * processes may meet, the first statement that changes something decides, and says so by its rows or its count.
 */

/** No booleans, dates or big integers: what every driver binds and reads alike. */
export type SqlValue = string | number | null;

/** `all` answers rows (a query, or a change with RETURNING), `run` answers a count. Placeholders are `$1`, `$2`, ... */
export interface SqlCall {
  readonly verb: 'all' | 'run';
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

export interface SqlAnswer {
  readonly rows: readonly unknown[];
  /** Rows that were inserted, updated or deleted by `run`; those removed by a cascade are not counted. */
  readonly changes: number;
}

export type SqlProgram<Result> = Generator<SqlCall, Result, SqlAnswer>;

/** All rows. `Row` states the columns that the SQL names, the one place where their types are taken on trust. */
export function* all<Row>(sql: string, ...parameters: readonly SqlValue[]): SqlProgram<readonly Row[]> {
  const answer = yield { verb: 'all', sql, parameters };
  return answer.rows as readonly Row[];
}

/** The first row, if there is one. */
export function* first<Row>(sql: string, ...parameters: readonly SqlValue[]): SqlProgram<Row | undefined> {
  const rows = yield* all<Row>(sql, ...parameters);
  return rows[0];
}

/** The number of rows changed. */
export function* run(sql: string, ...parameters: readonly SqlValue[]): SqlProgram<number> {
  const answer = yield { verb: 'run', sql, parameters };
  return answer.changes;
}

/** For databases that answer at once: runs a program to its end. An error of a call ends it. */
export function runSync<Result>(program: SqlProgram<Result>, answer: (call: SqlCall) => SqlAnswer): Result {
  let step = program.next();
  while (!step.done) step = program.next(answer(step.value));
  return step.value;
}
