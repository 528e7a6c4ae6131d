import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Revocation } from '../../../src/domain/oauth/grant.js';
import { type Store, StoreUnavailableError } from '../../../src/domain/stores.js';
import {
  createRevocationFeed,
  type RevocationFeedOptions,
} from '../../../src/services/oauth/revocation-feed.js';
import { ISSUER } from '../../support/request-handler.js';
import { NOW } from '../../support/store-rows.js';
import { openTemporaryStore, type TemporaryStore } from '../../support/temporary-store.js';

let temporary: TemporaryStore;
let store: Store;
beforeEach(async () => {
  temporary = await openTemporaryStore();
  store = temporary.store;
});
afterEach(() => temporary.close());

let now = NOW;
beforeEach(() => {
  now = NOW;
});

const newFeed = (changes: Partial<RevocationFeedOptions> = {}) =>
  createRevocationFeed({ store, clock: () => now, issuer: ISSUER, ...changes });
const revoke = (tokenId: string, expiresAt = NOW + 600) =>
  store.oauth.revocations.append({ kind: 'token', tokenId, expiresAt });
const idsOf = ({ revocations }: { revocations: readonly Readonly<Record<string, unknown>>[] }) =>
  revocations.map(({ jti }) => jti);
/** Lets promises that are settled be heard, and the store answer. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 5));

/** A feed whose timers run when the test says so, and a count of how often it looks for news. */
function aWatchedFeed(changes: Partial<RevocationFeedOptions> = {}) {
  const timers = new Set<{ readonly callback: () => void; readonly seconds: number }>();
  let looks = 0;
  const watched = changes.store ?? store;
  const revocations = {
    ...watched.oauth.revocations,
    lastPosition: () => {
      looks += 1;
      return watched.oauth.revocations.lastPosition();
    },
  };
  const feed = newFeed({
    ...changes,
    store: { settings: watched.settings, oauth: { ...watched.oauth, revocations } },
    setTimer: (callback, seconds) => {
      const timer = { callback, seconds };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  });
  const delays = () => [...timers].map(({ seconds }) => seconds).sort((a, b) => a - b);
  /** What was set to run after so many seconds runs now. */
  function pass(seconds: number): void {
    const due = [...timers].filter((timer) => timer.seconds === seconds);
    for (const timer of due) {
      timers.delete(timer);
      timer.callback();
    }
  }
  return { feed, delays, pass, looks: () => looks };
}

describe('the revocation feed', () => {
  it('tells everything that is in force to whoever begins, in the words of the library', async () => {
    const entries: Revocation[] = [
      { kind: 'token', tokenId: 'token-1', expiresAt: NOW + 60.5 },
      { kind: 'grant', grantId: 'grant-1', expiresAt: NOW + 70 },
      { kind: 'subject', subject: 'somebody', before: NOW, expiresAt: NOW + 80 },
    ];
    for (const entry of entries) await store.oauth.revocations.append(entry);
    await revoke('over', NOW);
    expect(await newFeed().read({ after: undefined, waitSeconds: 0 })).toEqual({
      cursor: expect.stringMatching(/^4\.[\w-]{43}$/),
      reset: true,
      more: false,
      revocations: [
        { iss: ISSUER, jti: 'token-1', exp: NOW + 61 },
        { iss: ISSUER, grant: 'grant-1', exp: NOW + 70 },
        { iss: ISSUER, sub: 'somebody', before: NOW, exp: NOW + 80 },
      ],
    });
  });

  it('goes on where the cursor is, whichever process gave it', async () => {
    const feed = newFeed();
    const { cursor } = await feed.read({ after: undefined, waitSeconds: 0 });
    await revoke('a');
    const other = newFeed({ store: await temporary.openAgain() });
    const page = await other.read({ after: cursor, waitSeconds: 0 });
    expect([page.reset, page.more, idsOf(page)]).toEqual([false, false, ['a']]);
    const next = await feed.read({ after: page.cursor, waitSeconds: 0 });
    expect([next.reset, next.cursor, idsOf(next)]).toEqual([false, page.cursor, []]);
  });

  it.each([
    ['of another store', (epoch: string) => `0.${epoch.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'))}`],
    ['from the future', (epoch: string) => `3.${epoch}`],
    ['without a position', (epoch: string) => `.${epoch}`],
    ['with another spelling of a position', (epoch: string) => `01.${epoch}`],
    ['with a negative position', (epoch: string) => `-1.${epoch}`],
    ['that is no cursor', () => `' OR 1=1--`],
    ['that is very long', () => '1'.repeat(10_000)],
  ])('begins anew for a cursor %s', async (_what, makeCursor) => {
    const feed = newFeed();
    await revoke('a');
    await revoke('b');
    const { cursor } = await feed.read({ after: undefined, waitSeconds: 0 });
    const [, epoch = ''] = cursor.split('.');
    const page = await feed.read({ after: makeCursor(epoch), waitSeconds: 0 });
    expect([page.reset, page.cursor, idsOf(page)]).toEqual([true, cursor, ['a', 'b']]);
  });

  it('misses nothing over a purge, and need not begin anew after it', async () => {
    const feed = newFeed();
    const { cursor } = await feed.read({ after: undefined, waitSeconds: 0 });
    await revoke('short', NOW + 10);
    await revoke('long', NOW + 600);
    now = NOW + 10;
    await store.purgeExpired(now, 100);
    const page = await feed.read({ after: cursor, waitSeconds: 0 });
    expect([page.reset, idsOf(page)]).toEqual([false, ['long']]);
    now = NOW + 600;
    await store.purgeExpired(now, 100);
    await revoke('new', NOW + 900);
    expect(idsOf(await feed.read({ after: page.cursor, waitSeconds: 0 }))).toEqual(['new']);
  });

  it('tells much in pages, of which the first alone begins anew', async () => {
    const names = Array.from({ length: 2001 }, (_, index) => `token-${index}`);
    await Promise.all(names.map((name) => revoke(name)));
    const feed = newFeed();
    const first = await feed.read({ after: undefined, waitSeconds: 0 });
    const second = await feed.read({ after: first.cursor, waitSeconds: 25 });
    const third = await feed.read({ after: second.cursor, waitSeconds: 25 });
    expect([first, second, third].map(({ reset, more }) => [reset, more])).toEqual([
      [true, true],
      [false, true],
      [false, false],
    ]);
    expect(new Set([first, second, third].flatMap(idsOf))).toEqual(new Set(names));
  });

  it('answers at once where there is something, however long one would wait', async () => {
    const { feed, delays } = aWatchedFeed();
    const { cursor } = await feed.read({ after: undefined, waitSeconds: 25 });
    await revoke('a');
    expect(idsOf(await feed.read({ after: cursor, waitSeconds: 25 }))).toEqual(['a']);
    expect(delays()).toEqual([]);
  });

  it('looks for news once a second for all who wait together, and not at all when nobody does', async () => {
    const { feed, delays, pass, looks } = aWatchedFeed();
    const { cursor } = await feed.read({ after: undefined, waitSeconds: 0 });
    const before = looks();
    const waiting = Array.from({ length: 50 }, () => feed.read({ after: cursor, waitSeconds: 25 }));
    await aWhile();
    expect(delays()).toEqual([1, ...new Array(50).fill(25)]);
    // One look for all who came, which they share.
    expect(looks() - before).toBe(1);
    const another = await temporary.openAgain();
    await another.oauth.revocations.append({ kind: 'token', tokenId: 'a', expiresAt: NOW + 600 });
    pass(1);
    const pages = await Promise.all(waiting);
    expect(pages.map(idsOf)).toEqual(new Array(50).fill(['a']));
    await aWhile();
    expect(delays()).toEqual([]);
    await another.close();
  });

  it('goes on waiting while there is no news, and answers with none in the end', async () => {
    const { feed, delays, pass } = aWatchedFeed();
    const { cursor } = await feed.read({ after: undefined, waitSeconds: 0 });
    const waiting = feed.read({ after: cursor, waitSeconds: 7 });
    await aWhile();
    for (let looked = 0; looked < 3; looked += 1) {
      expect(delays()).toEqual([1, 7]);
      pass(1);
      await aWhile();
    }
    pass(7);
    expect(await waiting).toMatchObject({ cursor, reset: false, more: false, revocations: [] });
  });

  it('answers whoever waits when it stops, and lets nobody wait after that', async () => {
    const { feed, delays } = aWatchedFeed();
    const { cursor } = await feed.read({ after: undefined, waitSeconds: 0 });
    const waiting = feed.read({ after: cursor, waitSeconds: 25 });
    await aWhile();
    feed.stop();
    expect(await waiting).toMatchObject({ cursor, revocations: [] });
    expect(await feed.read({ after: cursor, waitSeconds: 25 })).toMatchObject({ cursor });
    expect(delays()).toEqual([]);
  });

  it('S18: lets so many wait and no more', async () => {
    const { feed } = aWatchedFeed({ maxWaiting: 2 });
    const { cursor } = await feed.read({ after: undefined, waitSeconds: 0 });
    const waiting = [1, 2].map(() => feed.read({ after: cursor, waitSeconds: 25 }));
    await aWhile();
    await expect(feed.read({ after: cursor, waitSeconds: 25 })).rejects.toMatchObject({
      code: 'temporarily_unavailable',
      headers: { 'retry-after': '5' },
    });
    expect(await feed.read({ after: cursor, waitSeconds: 0 })).toMatchObject({ cursor });
    feed.stop();
    await Promise.all(waiting);
  });

  it('S12: fails whoever waits when the store cannot be asked, and is there for the next', async () => {
    let isDown = false;
    const revocations = {
      ...store.oauth.revocations,
      lastPosition: async () => {
        if (isDown) throw new StoreUnavailableError('the disk is full');
        return store.oauth.revocations.lastPosition();
      },
    };
    const watched = { ...store, oauth: { ...store.oauth, revocations } };
    const { feed, pass } = aWatchedFeed({ store: watched });
    const { cursor } = await feed.read({ after: undefined, waitSeconds: 0 });
    const waiting = feed.read({ after: cursor, waitSeconds: 25 });
    const failed = expect(waiting).rejects.toBeInstanceOf(StoreUnavailableError);
    await aWhile();
    isDown = true;
    pass(1);
    await failed;
    await expect(feed.read({ after: cursor, waitSeconds: 0 })).rejects.toThrow(StoreUnavailableError);
    isDown = false;
    expect(await feed.read({ after: cursor, waitSeconds: 0 })).toMatchObject({ cursor });
  });
});
