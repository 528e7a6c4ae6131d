import { StoreUnavailableError } from '../../domain/stores.js';
import { runSync, type SqlAnswer, type SqlCall, type SqlDriver, type SqlProgram } from '../sql/index.js';
import { createGroupCommit } from './group-commit.js';
import { retryWhileBusy } from './retry-while-busy.js';
import type { SqliteDatabase, SqliteStatement, SqliteValue } from './sqlite-database.js';
import { toUnavailable, unavailableCode } from './sqlite-errors.js';

export interface SqliteDriverOptions {
  readonly database: SqliteDatabase;
  /** How long a read or write waits for another process to let go of the database. */
  readonly lockTimeoutMs: number;
  /** Hears of each failure by which the database could not answer, once a batch. */
  readonly onUnavailable?: (error: StoreUnavailableError) => void;
}

/** Runs programs on one connection, each without a pause; writes are committed in groups (group-commit.ts). */
export function createSqliteDriver(options: SqliteDriverOptions): SqlDriver {
  const { database, lockTimeoutMs, onUnavailable } = options;
  const answer = createAnswerer(database);
  const groupCommit = createGroupCommit({
    execute: (sql) => answer({ verb: 'run', sql, parameters: [] }),
    lockTimeoutMs,
    toBatchError: reportUnavailable,
  });
  let closed = false;

  function reportUnavailable(error: unknown): StoreUnavailableError {
    const unavailable = toUnavailable(error);
    onUnavailable?.(unavailable);
    return unavailable;
  }

  function assertOpen(): void {
    if (closed) throw new StoreUnavailableError('The store is closed.');
  }

  return {
    read: async <Result>(program: () => SqlProgram<Result>) => {
      assertOpen();
      try {
        return await retryWhileBusy(() => runSync(program(), answer), lockTimeoutMs);
      } catch (error) {
        throw unavailableCode(error) === undefined ? error : reportUnavailable(error);
      }
    },
    write: async <Result>(program: () => SqlProgram<Result>) => {
      assertOpen();
      return groupCommit.add(() => runSync(program(), answer));
    },
    close: async () => {
      if (closed) return;
      closed = true;
      await groupCommit.drained();
      database.close();
    },
  };
}

/** Answers SQL calls from statements that are prepared once. The texts are constants, so that their number is small. */
function createAnswerer(database: SqliteDatabase): (call: SqlCall) => SqlAnswer {
  const statements = new Map<string, { statement: SqliteStatement; order: readonly number[] }>();

  function prepared(sql: string) {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const { text, order } = withAnonymousPlaceholders(sql);
    const added = { statement: database.prepare(text), order };
    statements.set(sql, added);
    return added;
  }

  return ({ verb, sql, parameters }) => {
    const { statement, order } = prepared(sql);
    const values = order.map((index): SqliteValue => {
      const value = parameters[index];
      if (value === undefined) throw new Error(`There is no value for $${index + 1} of: ${sql}`);
      return value;
    });
    if (verb === 'all') return { rows: statement.all(...values), changes: 0 };
    return { rows: [], changes: Number(statement.run(...values).changes) };
  };
}

/** `$2 ... $1 ... $2` becomes `? ... ? ... ?` with the order 1, 0, 1: the one form that both SQLite drivers bind alike. */
function withAnonymousPlaceholders(sql: string): { text: string; order: readonly number[] } {
  const order: number[] = [];
  const text = sql.replaceAll(/\$(\d+)/g, (_, position: string) => {
    order.push(Number(position) - 1);
    return '?';
  });
  return { text, order };
}
