import { retryWhileBusy } from './retry-while-busy.js';
import { unavailableCode } from './sqlite-errors.js';

/** A batch holds the thread and the database for a few milliseconds; what is left waits for the next turn. */
const MAX_BATCH_ITEMS = 256;

export interface GroupCommitOptions {
  /** Executes a statement that has neither parameters nor rows: BEGIN, SAVEPOINT, COMMIT ... */
  readonly execute: (sql: string) => void;
  /** How long a batch waits for another process to let go of the database. */
  readonly lockTimeoutMs: number;
  /** Makes the error that the items of a failed batch are rejected with, once a batch. */
  readonly toBatchError: (error: unknown) => Error;
}

export interface GroupCommit {
  /** Runs `work` in one transaction with everything else of this turn. Settles after the commit. */
  add<Result>(work: () => Result): Promise<Result>;
  /** Resolves when nothing waits any more. */
  drained(): Promise<void>;
}

interface Item {
  readonly work: () => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes of one turn of the event loop share one transaction, and so one flush to disk, which is what a write costs
 * with `synchronous = FULL`. Nobody hears of a result before the commit. An item that fails is rolled back to its
 * savepoint and rejected alone; where the database fails, the batch is rolled back and rejected whole (S12).
 */
export function createGroupCommit(options: GroupCommitOptions): GroupCommit {
  const { execute, lockTimeoutMs, toBatchError } = options;
  const queue: Item[] = [];
  let flushing: Promise<void> | undefined;

  async function flush(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) {
      try {
        await retryWhileBusy(() => execute('BEGIN IMMEDIATE'), lockTimeoutMs);
      } catch (error) {
        rollBack(execute);
        rejectAll(queue.splice(0), toBatchError(error));
        break;
      }
      commitBatch(queue.splice(0, MAX_BATCH_ITEMS), options);
      await new Promise((resolve) => setImmediate(resolve));
    }
    flushing = undefined;
  }

  return {
    add: <Result>(work: () => Result) =>
      new Promise<Result>((resolve, reject) => {
        queue.push({ work, resolve: resolve as (result: unknown) => void, reject });
        flushing ??= flush();
      }),
    drained: async () => {
      await flushing;
    },
  };
}

function commitBatch(batch: readonly Item[], { execute, toBatchError }: GroupCommitOptions): void {
  const settlements: (() => void)[] = [];
  try {
    for (const item of batch) settlements.push(runItem(item, execute));
    execute('COMMIT');
  } catch (error) {
    rollBack(execute);
    rejectAll(batch, toBatchError(error));
    return;
  }
  for (const settle of settlements) settle();
}

/** Gives what to tell the item's caller once the batch is committed. Throws only what ends the whole batch. */
function runItem({ work, resolve, reject }: Item, execute: (sql: string) => void): () => void {
  execute('SAVEPOINT item');
  try {
    const result = work();
    execute('RELEASE item');
    return () => resolve(result);
  } catch (error) {
    if (unavailableCode(error) !== undefined) throw error;
    execute('ROLLBACK TO item');
    execute('RELEASE item');
    return () => reject(error);
  }
}

function rejectAll(items: readonly Item[], error: unknown): void {
  for (const { reject } of items) reject(error);
}

function rollBack(execute: (sql: string) => void): void {
  try {
    execute('ROLLBACK');
  } catch {
    // After most failures SQLite has rolled back by itself, and there is no transaction any more.
  }
}
