import { createTestClock } from 'countersign/testing';
import { describe, expect, it, vi } from 'vitest';
import { NOW } from '../support/tokens.js';
import { recordingLogger } from '../tokens/asap/support/recording-logger.js';
import type { FeedAnswer, Page } from './support/feed-server.js';
import { answerStatus, followFeed, page, startFeed } from './support/feed-server.js';
import { answerOf, gateWith } from './support/gates.js';
import { ISSUER, plainLane, plainToken } from './support/plain-lane.js';

const revocation = (jti: string) => ({ iss: ISSUER, jti, exp: NOW + 60 });
const asked = (tokenId: string) => ({
  issuer: ISSUER,
  subject: 'somebody',
  tokenId,
  issuedAt: NOW,
  expiresAt: NOW + 60,
});
const soon = <Value>(assertion: () => Value) => vi.waitFor(assertion, { timeout: 5000, interval: 5 });
const clock = () => NOW;

describe('a revocation feed', () => {
  it('is asked for everything first, and then for what comes after, as soon as it comes', async () => {
    const { url, requests } = await startFeed(() => page({ revocations: [revocation('t1')] }));
    const feed = followFeed({ url, clock });
    await feed.warmUp();
    expect([feed.check(asked('t1')), feed.check(asked('t2'))]).toEqual(['revoked', 'good']);
    await soon(() => expect(requests.length).toBeGreaterThan(2));
    expect(requests.slice(0, 3)).toMatchObject([
      { after: null, wait: null },
      { after: 'c1', wait: '5' },
      { after: 'c1', wait: '5' },
    ]);
  });

  it('brings what is revoked later, tokens, grants and subjects, and 304 is no news', async () => {
    let answer: FeedAnswer = page();
    const { url, requests } = await startFeed(() => answer);
    const feed = followFeed({ url, clock });
    await feed.warmUp();
    const subject = { iss: ISSUER, sub: 'somebody', before: NOW + 1, exp: NOW + 60 };
    const grant = { iss: ISSUER, grant: 'grant-1', exp: NOW + 60 };
    answer = page({ cursor: 'c2', revocations: [subject, grant, revocation('t9')] });
    await soon(() => expect(feed.check(asked('t1'))).toBe('revoked'));
    expect(feed.check({ ...asked('t9'), issuedAt: NOW + 2 })).toBe('revoked');
    expect(feed.check({ ...asked('t8'), issuedAt: NOW + 2, grantId: 'grant-1' })).toBe('revoked');
    answer = answerStatus(304);
    const before = requests.length;
    await soon(() => expect(requests.length).toBeGreaterThan(before + 1));
    expect(requests.at(-1)).toMatchObject({ after: 'c2', wait: '5' });
    expect(feed.isCurrent()).toBe(true);
  });

  it('asks once for the first copy, for which whoever comes first waits', async () => {
    const { url, requests } = await startFeed(() => page({ revocations: [revocation('t1')] }));
    const feed = followFeed({ url, clock, pollSeconds: 5, waitSeconds: 0 });
    expect(requests).toHaveLength(0);
    const verdicts = await Promise.all([feed.check(asked('t1')), feed.check(asked('t2')), feed.warmUp()]);
    expect(verdicts).toEqual(['revoked', 'good', undefined]);
    expect(requests).toHaveLength(1);
  });

  it('that begins anew makes what was known forgotten, but only with its last page', async () => {
    let answerTo = (_after: string | null): FeedAnswer => page({ revocations: [revocation('old')] });
    const { url } = await startFeed(({ after }) => answerTo(after));
    const feed = followFeed({ url, clock });
    await feed.warmUp();
    let release: (() => void) | undefined;
    const lastPage = page({ cursor: 'end', revocations: [revocation('new')] });
    answerTo = (after) => {
      if (after === 'c1') return page({ cursor: 'half', reset: true, more: true });
      return after === 'end'
        ? page({ cursor: 'end' })
        : (_, response) => {
            release = () => response.end(JSON.stringify(lastPage));
          };
    };
    await soon(() => expect(release).toBeDefined());
    expect([feed.check(asked('old')), feed.check(asked('new'))]).toEqual(['revoked', 'good']);
    release?.();
    await soon(() => expect(feed.check(asked('new'))).toBe('revoked'));
    expect(feed.check(asked('old'))).toBe('good');
  });

  it('is asked with the authorization given, anew each time where it is a function', async () => {
    const { url, requests } = await startFeed(() => page());
    await followFeed({ url, clock, authorization: 'Bearer fixed' }).warmUp();
    expect(requests[0]?.authorization).toBe('Bearer fixed');
    let calls = 0;
    const feed = followFeed({ url, clock, authorization: async () => `Bearer number ${++calls}` });
    await feed.warmUp();
    await soon(() =>
      expect(requests.some(({ authorization }) => authorization === 'Bearer number 3')).toBe(true),
    );
  });

  it('stops being asked once it is closed, and what is under way is broken off', async () => {
    let isCut = false;
    const { url, requests } = await startFeed(({ after }) =>
      after === null
        ? page()
        : (request) => {
            request.socket.once('close', () => {
              isCut = true;
            });
          },
    );
    const feed = followFeed({ url, clock });
    await feed.warmUp();
    await soon(() => expect(requests).toHaveLength(2));
    feed.close();
    await soon(() => expect(isCut).toBe(true));
    expect(requests).toHaveLength(2);
  });

  it('makes every gate that follows it refuse within a poll what was revoked', async () => {
    let answer = page();
    const { url } = await startFeed(() => answer);
    const guards = [1, 2].map(() => {
      const source = followFeed({ url, clock });
      return gateWith({
        accept: [plainLane().acceptor],
        revocation: { source, whenUnavailable: 'refuse' },
      });
    });
    for (const { gate, guard } of guards) {
      await gate.ready();
      expect(await answerOf(guard, plainToken())).toBe('caller');
    }
    answer = page({ cursor: 'c2', revocations: [revocation('token-1')] });
    for (const { guard } of guards) {
      await soon(async () => expect(await answerOf(guard, plainToken())).toBe('token_revoked'));
    }
  });
});

describe('a revocation feed that fails', () => {
  const failures: readonly [string, FeedAnswer][] = [
    ['answers 500', answerStatus(500)],
    ['answers 401', answerStatus(401)],
    ['answers with a redirect', answerStatus(302, { location: '/elsewhere' })],
    ['cuts the connection', (request) => void request.socket.destroy()],
    ['is no JSON', answerStatus(200, {}, '<html>')],
    ['has no cursor', page({ cursor: '' })],
    ['has a cursor without end', page({ cursor: 'x'.repeat(1025) })],
    ['says no reset', { ...page(), reset: undefined } as unknown as Page],
    ['has no list', { ...page(), revocations: {} } as unknown as Page],
    ['names no issuer', page({ revocations: [{ jti: 't2', exp: NOW }] })],
    ['names an empty id', page({ revocations: [{ iss: ISSUER, jti: '', exp: NOW }] })],
    ['has no instant', page({ revocations: [{ iss: ISSUER, jti: 't2', exp: '60' }] })],
    ['has a kind that is not known', page({ revocations: [{ iss: ISSUER, sid: 's', exp: NOW }] })],
    ['has one of two kinds', page({ revocations: [{ ...revocation('t2'), sub: 'a', before: NOW }] })],
    ['is too large', page({ revocations: [revocation('x'.repeat(5000))] })],
    [
      'has too many',
      page({ revocations: Array.from({ length: 11 }, (_, index) => revocation(`n${index}`)) }),
    ],
  ];

  it.each(failures)('because it %s loses nothing, and says unknown once it is stale', async (_, failure) => {
    let answer: FeedAnswer = page({ revocations: [revocation('t1')] });
    const { url, requests } = await startFeed(() => answer);
    const testClock = createTestClock(NOW);
    const feed = followFeed({ url, clock: testClock, maxBytes: 4096, maxEntries: 10 });
    await feed.warmUp();
    answer = failure;
    const before = requests.length;
    await soon(() => expect(requests.slice(before).some(({ wait }) => wait === null)).toBe(true));
    testClock.advance(10);
    expect([feed.check(asked('t1')), feed.check(asked('t3'))]).toEqual(['revoked', 'good']);
    testClock.advance(0.1);
    expect([feed.check(asked('t1')), feed.check(asked('t3'))]).toEqual(['revoked', 'unknown']);
    answer = page({ cursor: 'c3' });
    await soon(() => expect(feed.check(asked('t3'))).toBe('good'));
    expect(feed.check(asked('t1'))).toBe('revoked');
  });

  it('from the beginning is unknown, and said to be unavailable', async () => {
    const { url, close } = await startFeed(() => page());
    await close();
    const { logger, lines } = recordingLogger();
    const feed = followFeed({ url: `${url}?secret=1`, clock, logger });
    expect(await feed.check(asked('t1'))).toBe('unknown');
    await expect(feed.warmUp()).rejects.toMatchObject({ code: 'revocation_unavailable', status: 503 });
    const problem = `the revocation feed ${url} gave no answer (ECONNREFUSED)`;
    expect(lines).toEqual([{ level: 'warn', event: 'revocation_feed.failed', fields: { problem } }]);
    expect(feed.check(asked('t1'))).toBe('unknown');
  });

  it.each([
    [401, 'answered with status 401: it does not take this authorization'],
    [403, 'answered with status 403: this client is not registered as a resource server'],
    [404, 'answered with status 404: it is somewhere else'],
    [500, 'answered with status 500'],
  ])('from the beginning says why to whoever waits for it: %i', async (status, problem) => {
    const { url } = await startFeed(() => answerStatus(status));
    const refused = followFeed({ url, clock, authorization: 'Basic eDp5' }).warmUp();
    await expect(refused).rejects.toThrow(`the revocation feed ${url} ${problem}`);
  });

  it('is asked less and less often', async () => {
    const { url, requests } = await startFeed(() => answerStatus(503));
    const feed = followFeed({ url, clock, pollSeconds: 0.05 });
    const until = performance.now() + 600;
    await feed.check(asked('t1'));
    await soon(() => expect(performance.now()).toBeGreaterThan(until));
    expect(requests.length).toBeGreaterThan(2);
    expect(requests.length).toBeLessThan(8);
  });

  it('because its authorization throws, is empty, or never comes, fails like any other', async () => {
    const { url, requests } = await startFeed(() => page());
    const authorizations = [
      () => {
        throw new Error('no secret');
      },
      () => '',
      () => new Promise<string>(() => undefined),
    ];
    for (const authorization of authorizations) {
      const feed = followFeed({ url, clock, authorization, timeoutMs: 50 });
      expect(await feed.check(asked('t1'))).toBe('unknown');
    }
    expect(requests).toHaveLength(0);
  });

  it('because it says "more" without end is not asked without end', async () => {
    let count = 0;
    const { url, requests } = await startFeed(() => page({ cursor: `c${++count}`, more: true }));
    const feed = followFeed({ url, clock, pollSeconds: 5, waitSeconds: 0 });
    expect(await feed.check(asked('t1'))).toBe('unknown');
    expect(requests).toHaveLength(1000);
  });

  it('K11: a clock that was set back makes no copy fresh for longer, and no revocation forgotten', async () => {
    const testClock = createTestClock(NOW);
    let answer: FeedAnswer = page({ revocations: [revocation('t1')] });
    const { url, requests } = await startFeed(() => answer);
    const feed = followFeed({ url, clock: testClock });
    await feed.warmUp();
    answer = answerStatus(500);
    await soon(() => expect(requests.at(-1)?.wait).toBeNull());
    testClock.advance(-3600);
    expect(feed.check(asked('t3'))).toBe('good');
    testClock.advance(10.1);
    expect([feed.check(asked('t1')), feed.check(asked('t3'))]).toEqual(['revoked', 'unknown']);
  });
});

describe('the options of a revocation feed', () => {
  it.each([
    [
      { url: 'http://feed.example/' },
      'url must use https (plain http is for loopback hosts, or with unsafeAllowHttp)',
    ],
    [{ waitSeconds: 10 }, 'staleAfterSeconds must exceed pollSeconds and waitSeconds'],
    [{ pollSeconds: Number.NaN }, 'pollSeconds must be a number of seconds from 0.01 to 60, not NaN'],
    [{ authorization: '' }, 'authorization must be a non-empty string or a function, not an empty string'],
    [{ authorization: 'id:secret' }, 'authorization must begin with its scheme, as in "Basic ..."'],
    [{ authorization: 'Basic ' }, 'authorization must begin with its scheme, as in "Basic ..."'],
  ])('%o: %s', (options, problem) => {
    expect(() => followFeed({ url: 'https://feed.example/', ...options })).toThrow(problem);
  });
});
