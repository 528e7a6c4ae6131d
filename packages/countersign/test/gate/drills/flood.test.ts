import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { tokenOf } from '../../support/tokens.js';
import type { Drill, Place } from './drill.js';
import { createKey, PLACES, startDrill } from './drill.js';

const one = createKey('one');
const two = createKey('two');

/** How many requests one look for keys takes when nothing fails. */
const REQUESTS: Readonly<Record<Place, number>> = {
  'a key set': 1,
  discovery: 2,
  'a key repository': 1,
};

/** Good in every way, but under a key that nobody publishes; with a repository, of the issuer of that name. */
function forge(drill: Drill, index: number, issuer = 'service'): string {
  const key = createKey(`invented-${index}`, issuer);
  return drill.sign(key, drill.isAsap ? { iss: issuer, sub: issuer } : {});
}

describe.each(PLACES)('with %s', (place) => {
  it('K1: 200 requests at once, the first there ever were, cost one look for keys', async () => {
    const drill = await startDrill(place);
    drill.publish([one]);
    const tokens = Array.from({ length: 200 }, (_, index) => drill.sign(one, { jti: `token-${index}` }));
    const answers = await Promise.all(tokens.map((token) => drill.answer(token)));
    expect(new Set(answers)).toEqual(new Set(['caller']));
    expect(drill.server.requests).toHaveLength(REQUESTS[place]);
  });

  it('K1: 200 requests at once that find the issuer down cost one look, and none hangs', async () => {
    const drill = await startDrill(place);
    drill.server.breakDown((response) => response.destroy());
    const token = drill.sign(one);
    const answers = await Promise.all(Array.from({ length: 200 }, () => drill.answer(token)));
    expect(new Set(answers)).toEqual(new Set(['key_source_unavailable']));
    expect(drill.server.requests).toHaveLength(1);
  });

  it('K1: after ready() the first request costs none', async () => {
    const drill = await startDrill(place);
    drill.publish([one]);
    await drill.gate.ready();
    const before = drill.server.requests.length;
    expect(await drill.answer(drill.sign(one))).toBe('caller');
    expect(drill.server.requests.length - before).toBe(place === 'a key repository' ? 1 : 0);
  });

  it('K2: 200 invented key ids in a row cost one look; good tokens pass between them', async () => {
    const drill = await startDrill(place, { cache: null });
    drill.publish([one]);
    const good = drill.sign(one);
    expect(await drill.answer(good)).toBe('caller');
    drill.clock.advance(30);
    const before = drill.server.requests.length;
    for (let index = 0; index < 200; index++) {
      expect(await drill.answer(forge(drill, index))).not.toBe('caller');
      expect(await drill.answer(good)).toBe('caller');
    }
    expect(drill.server.requests.length - before).toBeLessThanOrEqual(REQUESTS[place]);
  });

  it('K2: a key that is published during the flood is found within the cool-down', async () => {
    const drill = await startDrill(place);
    drill.publish([one]);
    expect(await drill.answer(drill.sign(one))).toBe('caller');
    drill.publish([one, two]);
    const answers: string[] = [];
    for (let second = 0; second <= 31; second++) {
      for (let count = 0; count < 5; count++)
        await drill.answer(forge(drill, second * 5 + count, 'stranger'));
      answers.push(await drill.answer(drill.sign(two)));
      drill.clock.advance(1);
    }
    expect(answers).toContain('caller');
    expect(answers.at(-1)).toBe('caller');
    expect(new Set(answers.slice(answers.indexOf('caller')))).toEqual(new Set(['caller']));
  });

  it('K10: key ids that are names of prototypes find nothing', async () => {
    const drill = await startDrill(place);
    drill.publish([one]);
    for (const kid of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'service/__proto__']) {
      const [, payload = ''] = drill.sign(one).split('.');
      const typ = place === 'a key repository' ? 'JWT' : 'at+jwt';
      const header = JSON.stringify({ alg: 'ES256', typ, kid });
      const forged = tokenOf({ header, payload: Buffer.from(payload, 'base64url') });
      expect(await drill.answer(forged)).toMatch(
        /^(key_not_found|key_source_unavailable|issuer_does_not_own_key|issuer_mismatch)$/,
      );
    }
    expect(await drill.answer(drill.sign(one))).not.toBe('unexpected_error');
  });

  it('K9: bad tokens, however many, push no good one out of the cache', async () => {
    const drill = await startDrill(place, { cache: { maxTokens: 10 } });
    drill.publish([one]);
    const good = drill.sign(one);
    expect(await drill.answer(good)).toBe('caller');
    const tampered = good.slice(0, -6);
    for (let index = 0; index < 500; index++) {
      const signature = Buffer.from([index >> 8, index & 255, 1, 2]).toString('base64url');
      expect(await drill.answer(tampered + signature)).toMatch(/^(bad_signature|malformed_token)$/);
    }
    expect(await drill.answer(good)).toBe('caller');
    expect(drill.wasCached()).toBe(true);
  });

  it('K9: many callers at once with one new token have its signature checked once', async () => {
    const drill = await startDrill(place);
    drill.publish([one]);
    const token = drill.sign(one);
    const answers = await Promise.all(Array.from({ length: 50 }, () => drill.answer(token)));
    expect(new Set(answers)).toEqual(new Set(['caller']));
    await setImmediate();
    expect(await drill.answer(token)).toBe('caller');
    expect(drill.wasCached()).toBe(true);
  });
});
