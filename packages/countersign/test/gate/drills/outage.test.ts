import { describe, expect, it } from 'vitest';
import type { Answer } from '../../keys/support/issuer-server.js';
import type { Drill } from './drill.js';
import { createKey, PLACES, startDrill } from './drill.js';

const one = createKey('one');
const two = createKey('two');
const HOUR = 3600;
/** One look for keys: by discovery it takes up to three requests. */
const REQUESTS_OF_A_LOOK = 3;

const breakOff: Answer = (response) => {
  response.writeHead(200, { 'content-length': '9' }).write('{', () => response.destroy());
};

const FAILURES: readonly (readonly [string, Answer])[] = [
  ['answers 500', (response) => response.writeHead(500).end()],
  ['answers 503', (response) => response.writeHead(503).end()],
  ['resets the connection', ({ socket }) => socket?.resetAndDestroy()],
  ['closes the connection', (response) => response.destroy()],
  ['breaks off in the middle', breakOff],
  ['has an empty set', (response) => response.end('{"keys":[]}')],
  ['has a page', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
  ['answers nothing', (response) => response.writeHead(204).end()],
];

/** A gate that has seen the key, and then the issuer breaks down. The cache would hide whether keys are at hand. */
async function startWarm(place: (typeof PLACES)[number], failure: Answer): Promise<Drill> {
  const drill = await startDrill(place, { cache: null });
  drill.publish([one], { 'cache-control': 'max-age=300' });
  expect(await drill.answer(drill.sign(one))).toBe('caller');
  drill.server.breakDown(failure);
  return drill;
}

describe.each(PLACES)('%s that fails', (place) => {
  it.each(FAILURES)('K3: %s, from the start: 503 for everybody, for one look', async (_what, failure) => {
    const drill = await startDrill(place);
    drill.server.breakDown(failure);
    const token = drill.sign(one);
    for (let count = 0; count < 50; count++) {
      expect(await drill.answer(token)).toBe('key_source_unavailable');
    }
    expect(drill.server.requests.length).toBeLessThanOrEqual(REQUESTS_OF_A_LOOK);
  });

  it.each(FAILURES)(
    'K3: %s, later: known keys serve on for an hour, and no longer',
    async (_what, failure) => {
      const drill = await startWarm(place, failure);
      const token = drill.sign(one, { exp: drill.clock() + HOUR });
      drill.clock.advance(300);
      for (let count = 0; count < 50; count++) expect(await drill.answer(token)).toBe('caller');
      drill.clock.advance(HOUR - 1);
      expect(await drill.answer(drill.sign(one))).toBe('caller');
      drill.clock.advance(1);
      expect(await drill.answer(drill.sign(one))).toBe('key_source_unavailable');
    },
  );

  it('K3: the waits between attempts double; an hour of requests costs few', async () => {
    const drill = await startWarm(place, (response) => response.writeHead(500).end());
    drill.clock.advance(300);
    const before = drill.server.requests.length;
    for (let second = 0; second < 600; second++) {
      const token = drill.sign(one);
      await Promise.all(Array.from({ length: 5 }, () => drill.answer(token)));
      drill.clock.advance(1);
    }
    // At most every 30 seconds with a set, every 5 with a repository, whose keys are fetched one by one.
    const looks = (drill.server.requests.length - before) / (place === 'discovery' ? 2 : 1);
    expect(looks).toBeLessThanOrEqual(place === 'a key repository' ? 125 : 26);
  });

  it('K3: a key that is not known cannot be judged meanwhile: 503, never 401', async () => {
    const drill = await startWarm(place, (response) => response.destroy());
    drill.clock.advance(30);
    expect(await drill.answer(drill.sign(two))).toBe('key_source_unavailable');
    expect(await drill.answer(drill.sign(one))).toBe('caller');
  });

  it('K9: nothing of a failure is remembered once the issuer is back', async () => {
    const drill = await startDrill(place);
    drill.server.breakDown((response) => response.destroy());
    const token = drill.sign(one);
    expect(await drill.answer(token)).toBe('key_source_unavailable');
    drill.publish([one]);
    drill.server.recover();
    drill.clock.advance(1);
    expect(await drill.answer(token)).toBe('caller');
  });

  it('C18: the answer says when to come again, and nothing of where the keys are', async () => {
    const drill = await startDrill(place);
    await drill.server.close();
    const outcome = await drill.check(drill.sign(one));
    expect(outcome).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1', 'cache-control': 'no-store' },
    });
    expect(JSON.stringify(outcome)).toContain('key_source_unavailable');
    expect(JSON.stringify(outcome)).not.toContain('127.0.0.1');
    expect(outcome).not.toHaveProperty(['headers', 'www-authenticate']);
  });

  it('ready() tells whether keys can be had, but for a repository', async () => {
    const drill = await startDrill(place);
    drill.server.breakDown((response) => response.destroy());
    if (place === 'a key repository') await expect(drill.gate.ready()).resolves.toBeUndefined();
    else await expect(drill.gate.ready()).rejects.toMatchObject({ code: 'key_source_unavailable' });
  });
});
