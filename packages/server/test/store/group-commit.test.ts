import { describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../src/domain/stores.js';
import { createGroupCommit } from '../../src/store/sqlite/group-commit.js';
import { toUnavailable } from '../../src/store/sqlite/sqlite-errors.js';
import { sqliteError } from '../support/watched-database.js';

/** A group commit over no database: `fail` may throw for a statement. */
function createRecorded(fail: (sql: string) => void = () => {}, lockTimeoutMs = 0) {
  const executed: string[] = [];
  const groupCommit = createGroupCommit({
    execute: (sql) => {
      executed.push(sql);
      fail(sql);
    },
    lockTimeoutMs,
    toBatchError: toUnavailable,
  });
  return { executed, groupCommit };
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('group commit', () => {
  it('commits the writes of one turn together, in their order', async () => {
    const { executed, groupCommit } = createRecorded();
    const order: string[] = [];
    const results = await Promise.all(
      ['one', 'two', 'three'].map((name) => groupCommit.add(() => order.push(name) && name)),
    );
    expect(results).toEqual(['one', 'two', 'three']);
    expect(order).toEqual(results);
    const item = ['SAVEPOINT item', 'RELEASE item'];
    expect(executed).toEqual(['BEGIN IMMEDIATE', ...item, ...item, ...item, 'COMMIT']);
  });

  it('does not let a lone write wait longer than one turn', async () => {
    const { executed, groupCommit } = createRecorded();
    for (let i = 0; i < 3; i += 1) {
      executed.length = 0;
      const written = groupCommit.add(() => i);
      expect(executed).toEqual([]);
      await nextTurn();
      expect(executed.at(-1)).toBe('COMMIT');
      await written;
    }
  });

  it('takes writes that come while others are told of their commit into the next turn', async () => {
    const { executed, groupCommit } = createRecorded();
    const chain = async () => {
      for (let i = 0; i < 3; i += 1) await groupCommit.add(() => i);
    };
    await Promise.all([chain(), chain(), chain()]);
    expect(executed.filter((sql) => sql === 'COMMIT')).toHaveLength(3);
  });

  it('splits what is too much for one transaction', async () => {
    const { executed, groupCommit } = createRecorded();
    await Promise.all(Array.from({ length: 257 }, (_, i) => groupCommit.add(() => i)));
    expect(executed.filter((sql) => sql === 'COMMIT')).toHaveLength(2);
  });

  it('rolls an item that fails back to its savepoint, rejects it alone, and commits the others', async () => {
    const { executed, groupCommit } = createRecorded();
    const results = await Promise.allSettled([
      groupCommit.add(() => 'before'),
      groupCommit.add(() => {
        throw new TypeError('mine alone');
      }),
      groupCommit.add(() => 'after'),
    ]);
    expect(results).toMatchObject([
      { value: 'before' },
      { reason: new TypeError('mine alone') },
      { value: 'after' },
    ]);
    expect(executed).toContain('ROLLBACK TO item');
    expect(executed.at(-1)).toBe('COMMIT');
  });

  it.each(['COMMIT', 'SAVEPOINT item', 'RELEASE item'])(
    'rejects the whole batch when %s fails',
    async (bad) => {
      let failing = true;
      const { executed, groupCommit } = createRecorded((sql) => {
        if (failing && sql === bad) throw sqliteError('SQLITE_IOERR_FSYNC');
      });
      const results = await Promise.allSettled([groupCommit.add(() => 1), groupCommit.add(() => 2)]);
      for (const result of results) {
        expect(result).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailableError) });
      }
      expect(executed.at(-1)).toBe('ROLLBACK');
      failing = false;
      expect(await groupCommit.add(() => 3)).toBe(3);
    },
  );

  it('S12: ends a transaction that could not be rolled back at first', async () => {
    let open = false;
    let broken = true;
    const { groupCommit } = createRecorded((sql) => {
      if (sql === 'BEGIN IMMEDIATE') {
        if (open) throw sqliteError('SQLITE_ERROR');
        open = true;
      } else if (broken && (sql === 'COMMIT' || sql === 'ROLLBACK')) {
        throw sqliteError('SQLITE_IOERR');
      } else if (sql === 'COMMIT' || sql === 'ROLLBACK') {
        open = false;
      }
    });
    await expect(groupCommit.add(() => 1)).rejects.toBeInstanceOf(StoreUnavailableError);
    broken = false;
    await expect(groupCommit.add(() => 2)).rejects.toBeInstanceOf(StoreUnavailableError);
    expect(await groupCommit.add(() => 3)).toBe(3);
  });

  it('S12: ends the whole batch when the disk is full in the middle of it', async () => {
    const { groupCommit } = createRecorded();
    const results = await Promise.allSettled([
      groupCommit.add(() => 1),
      groupCommit.add(() => {
        throw sqliteError('SQLITE_FULL');
      }),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('S12: waits while another process holds the database, and lets the event loop run meanwhile', async () => {
    let refusals = 3;
    const { executed, groupCommit } = createRecorded((sql) => {
      if (sql === 'BEGIN IMMEDIATE' && refusals-- > 0) throw sqliteError('SQLITE_BUSY');
    }, 60_000);
    let turns = 0;
    const count = () => {
      turns += 1;
      if (refusals >= 0) setImmediate(count);
    };
    count();
    const early = groupCommit.add(() => 'early');
    await nextTurn();
    const late = groupCommit.add(() => 'late');
    expect(await Promise.all([early, late])).toEqual(['early', 'late']);
    expect(executed.filter((sql) => sql === 'COMMIT')).toHaveLength(1);
    expect(turns).toBeGreaterThan(3);
  });

  it('S12: rejects all that wait when the database stays locked, and goes on when it is free', async () => {
    let locked = true;
    const { groupCommit } = createRecorded((sql) => {
      if (locked && sql === 'BEGIN IMMEDIATE') throw sqliteError('SQLITE_BUSY');
    });
    const results = await Promise.allSettled([groupCommit.add(() => 1), groupCommit.add(() => 2)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    locked = false;
    expect(await groupCommit.add(() => 3)).toBe(3);
  });

  it('is drained when the last write is told', async () => {
    const { groupCommit } = createRecorded();
    await groupCommit.drained();
    let told = false;
    void groupCommit.add(() => 1).then(() => (told = true));
    await groupCommit.drained();
    expect(told).toBe(true);
  });
});
