import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Store, StoreUnavailableError } from '../../src/domain/stores.js';
import { openDatabase } from '../../src/store/sqlite/open-database.js';
import type { SqliteDatabase } from '../../src/store/sqlite/sqlite-database.js';
import { unavailableCode } from '../../src/store/sqlite/sqlite-errors.js';
import { temporaryFolder } from '../support/authority-process.js';
import { migratedStore } from '../support/sqlite-stores.js';
import { aHash, aMail, anApp, anOutcome, aRequest, NOW } from '../support/store-rows.js';
import { sqliteError, watchDatabase } from '../support/watched-database.js';

const unavailable = expect.any(StoreUnavailableError);

describe('S12: a SQLite database that cannot answer', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  let database: SqliteDatabase;
  let store: Store;
  /** Throws for statements that are to fail. */
  let fail: (sql: string) => void;

  beforeEach(async () => {
    folder = temporaryFolder();
    file = join(folder.path, 'countersign.db');
    fail = () => {};
    database = await openDatabase(file, 0);
    store = await migratedStore(
      watchDatabase(database, (sql) => fail(sql)),
      0,
    );
  });
  afterEach(async () => {
    await store.close();
    folder.remove();
  });

  /** Consumes a link while something is wrong, and again when it is mended: nothing may have been consumed before. */
  async function redeemBeforeAndAfter(breakIt: () => void, mendIt: () => void): Promise<void> {
    const app = anApp();
    await store.apps.insertOnce(app, []);
    const [request, token] = [aRequest(app.id), aHash()];
    await store.signIns.replace(request, aMail(app.id));
    const redeem = () =>
      store.signIns.consumeByLink(
        { appId: app.id, linkHash: request.linkHash, starterHash: null, nowSeconds: NOW },
        anOutcome({ refreshToken: { hash: token, expiresAt: NOW + 100 } }),
      );
    breakIt();
    await expect(redeem()).rejects.toEqual(unavailable);
    mendIt();
    expect(await store.refreshTokens.use(app.id, token, NOW)).toEqual({ outcome: 'unknown' });
    expect(await redeem()).toMatchObject({ email: request.email });
    expect(await redeem()).toBeUndefined();
    expect((await store.refreshTokens.use(app.id, token, NOW)).outcome).toBe('valid');
  }

  it('a read-only database: nothing is consumed, and it recovers alone', async () => {
    await redeemBeforeAndAfter(
      () => database.exec('PRAGMA query_only = ON'),
      () => database.exec('PRAGMA query_only = OFF'),
    );
  });

  it('locked by another process for too long: nothing is consumed, reads go on, and it recovers alone', async () => {
    const other = await openDatabase(file, 0);
    await redeemBeforeAndAfter(
      () => other.exec('BEGIN IMMEDIATE'),
      () => other.exec('COMMIT'),
    );
    other.exec('BEGIN IMMEDIATE');
    await expect(store.ping()).resolves.toBeUndefined();
    other.exec('ROLLBACK');
    other.close();
  });

  it.each([
    ['DELETE FROM sign_in_requests', 'SQLITE_IOERR_READ'],
    ['INSERT INTO people', 'SQLITE_FULL'],
    ['INSERT INTO refresh_tokens', 'SQLITE_IOERR_WRITE'],
    ['RELEASE', 'SQLITE_NOMEM'],
    ['COMMIT', 'SQLITE_IOERR_FSYNC'],
    ['BEGIN', 'SQLITE_CANTOPEN'],
    ['BEGIN', 'SQLITE_READONLY_DBMOVED'],
  ])('%s fails with %s: nothing is half-done, and it recovers alone', async (start, code) => {
    await redeemBeforeAndAfter(
      () => {
        fail = (sql) => {
          if (sql.startsWith(start)) throw sqliteError(code);
        };
      },
      () => {
        fail = () => {};
      },
    );
  });

  it('a full disk: what was acknowledged stays, the rest is refused, and it recovers alone', async () => {
    database.exec('PRAGMA max_page_count = 80');
    const kept: string[] = [];
    const attempt = async (id: string) => {
      await store.mail.keep({ id, sealed: 'x'.repeat(20_000), createdAt: NOW }, 1000);
      kept.push(id);
    };
    const ids = Array.from({ length: 60 }, (_, index) => `mail ${index}`);
    const results: PromiseSettledResult<void>[] = [];
    for (const id of ids) results.push(...(await Promise.allSettled([attempt(id)])));
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(failures.length).toBeGreaterThan(0);
    for (const failure of failures) expect(failure).toEqual(unavailable);
    expect((await store.mail.listKept(1000)).map(({ id }) => id).reverse()).toEqual(kept);
    database.exec('PRAGMA max_page_count = 100000');
    await attempt('afterwards');
    expect(await store.mail.listKept(1)).toMatchObject([{ id: 'afterwards' }]);
  });

  it('a damaged file is refused as unavailable', async () => {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const handle = openSync(file, 'r+');
    writeSync(handle, Buffer.alloc(4096 * 20, 0x5a), 0, 4096 * 20, 4096);
    closeSync(handle);
    const damaged = await openDatabase(file, 0);
    const opened = migratedStore(damaged, 0);
    await expect(opened).rejects.toEqual(unavailable);
    damaged.close();
  });

  it('a closed store refuses everything, and closes twice without harm', async () => {
    const waiting = store.settings.insertOnce('name', 'value');
    const closing = store.close();
    await expect(store.ping()).rejects.toEqual(unavailable);
    await expect(store.settings.insertOnce('name', 'other')).rejects.toEqual(unavailable);
    await closing;
    expect(await waiting).toBe(true);
    await store.close();
  });

  it('an error of a statement is no unavailability, and its text holds no value', async () => {
    const app = anApp();
    await store.apps.insertOnce(app, []);
    const request = aRequest(app.id);
    await store.signIns.replace(request, aMail(app.id));
    const twin = { ...aRequest(app.id), linkHash: request.linkHash };
    const failure = await store.signIns.replace(twin, aMail(app.id)).catch((error: unknown) => error);
    expect(failure).not.toEqual(unavailable);
    expect(String(failure)).toContain('link_hash');
    expect(String(failure)).not.toContain(request.linkHash);
  });

  it.each([
    [{ code: 'SQLITE_BUSY' }, 'SQLITE_BUSY'],
    [{ code: 'SQLITE_BUSY_RECOVERY' }, 'SQLITE_BUSY'],
    [{ code: 'ERR_SQLITE_ERROR', errcode: 5 }, 'SQLITE_BUSY'],
    [{ code: 'ERR_SQLITE_ERROR', errcode: 778 }, 'SQLITE_IOERR'],
    [{ code: 'ERR_SQLITE_ERROR', errcode: 13 }, 'SQLITE_FULL'],
  ])('recognises %j of either driver', (properties, code) => {
    expect(unavailableCode(Object.assign(new Error('x'), properties))).toBe(code);
  });

  it.each([
    { code: 'SQLITE_CONSTRAINT_UNIQUE' },
    { code: 'ERR_SQLITE_ERROR', errcode: 2067 },
    { code: 'SQLITE_ERROR' },
    { code: 'SQLITE_FULLY_UNKNOWN' },
  ])('takes %j for an error of the statement', (properties) => {
    expect(unavailableCode(Object.assign(new Error('x'), properties))).toBeUndefined();
  });
});
