import type { KeyPair } from 'countersign';
import { describe, expect, it } from 'vitest';
import type { Drill } from './drill.js';
import { createKey, PLACES, startDrill } from './drill.js';

const one = createKey('one');
const two = createKey('two');

const MAX_AGE = 30;
const HEADERS = { 'cache-control': `max-age=${MAX_AGE}` };
const TOKEN_LIFETIME = 30;
const REQUESTS_PER_SECOND = 200;

/** One authority and its clients for so many seconds; each token is used some twenty times, by ten requests at once. */
async function runClients(drill: Drill, key: KeyPair, seconds: number): Promise<string[]> {
  const failures: string[] = [];
  const batch = 10;
  let tokens: string[] = [];
  for (let sent = 0; sent < seconds * REQUESTS_PER_SECOND; sent += batch) {
    if (sent % (2 * batch) === 0) {
      const exp = Math.floor(drill.clock()) + TOKEN_LIFETIME;
      tokens = [drill.sign(key, { exp, jti: `${key.publicKey.kid} ${sent}` }), ...tokens.slice(0, 4)];
    }
    const used = Array.from({ length: batch }, (_, index) => tokens[index % tokens.length] ?? '');
    const answers = await Promise.all(used.map((token) => drill.answer(token)));
    failures.push(...answers.filter((answer) => answer !== 'caller'));
    drill.clock.advance(batch / REQUESTS_PER_SECOND);
  }
  return failures;
}

describe.each(PLACES)('with %s', (place) => {
  it.each([
    ['with the cache', undefined, ['k1', 'k2']],
    ['without the cache', null, ['k1']],
  ])('K12: at 200 requests a second, %s, no rotation costs a single one', async (_what, cache, names) => {
    const drill = await startDrill(place, { cache });
    const failures: string[] = [];
    let current = createKey('k0');
    drill.publish([current], HEADERS);
    failures.push(...(await runClients(drill, current, 10)));
    for (const name of names) {
      const next = createKey(name);
      drill.publish([current, next], HEADERS);
      failures.push(...(await runClients(drill, current, MAX_AGE)));
      failures.push(...(await runClients(drill, next, TOKEN_LIFETIME)));
      drill.publish([next], HEADERS);
      current = next;
      failures.push(...(await runClients(drill, current, 10)));
    }
    expect(failures).toEqual([]);
  });

  it.each([
    ['in the cache', undefined],
    ['that is verified each time', null],
  ])('K8: a token %s is refused within the max-age of its key, once that is gone', async (_what, cache) => {
    const drill = await startDrill(place, { cache });
    drill.publish([one], HEADERS);
    const token = drill.sign(one);
    expect(await drill.answer(token)).toBe('caller');
    drill.publish([two], HEADERS);
    drill.clock.advance(MAX_AGE - 0.1);
    expect(await drill.answer(token)).toBe('caller');
    drill.clock.advance(0.1);
    expect(await drill.answer(token)).toBe('key_not_found');
    expect(await drill.answer(token)).not.toBe('caller');
  });

  it('K8: another key under the same id ends what the first one signed, cached or not', async () => {
    const drill = await startDrill(place);
    const successor = createKey('one');
    drill.publish([one], HEADERS);
    const token = drill.sign(one);
    expect(await drill.answer(token)).toBe('caller');
    drill.publish([successor], HEADERS);
    drill.clock.advance(MAX_AGE);
    // It comes first, so that the new key is at hand when the old token comes again.
    expect(await drill.answer(drill.sign(successor))).toBe('caller');
    expect(await drill.answer(token)).toBe('bad_signature');
  });

  it('K8: however long the issuer asks for, a key that is gone is refused within an hour', async () => {
    const drill = await startDrill(place);
    drill.publish([one], { 'cache-control': 'max-age=31536000, immutable' });
    const token = drill.sign(one, { exp: drill.clock() + 3600 });
    expect(await drill.answer(token)).toBe('caller');
    drill.publish([two]);
    drill.clock.advance(3599);
    expect(await drill.answer(token)).toBe('caller');
    drill.clock.advance(1);
    expect(await drill.answer(drill.sign(one))).toBe('key_not_found');
  });

  it('K9: a key that is published again unchanged leaves what it signed in the cache', async () => {
    const drill = await startDrill(place);
    drill.publish([one], HEADERS);
    const [kept, other] = [drill.sign(one), drill.sign(one, { jti: 'other' })];
    await drill.answer(kept);
    drill.clock.advance(MAX_AGE);
    drill.publish([one, two], HEADERS);
    // Whoever comes first has the keys fetched again, and its own signature checked.
    expect(await drill.answer(other)).toBe('caller');
    expect(await drill.answer(kept)).toBe('caller');
    expect(drill.wasCached()).toBe(true);
  });

  it('K9: what one gate found good says nothing to another', async () => {
    const [drill, other] = [await startDrill(place), await startDrill(place)];
    drill.publish([one]);
    other.publish([two]);
    const token = drill.sign(one);
    expect(await drill.answer(token)).toBe('caller');
    expect(await other.answer(token)).not.toBe('caller');
  });

  it('K9: a payload that was changed after it was verified once is refused, and harms nobody', async () => {
    const drill = await startDrill(place);
    drill.publish([one]);
    const token = drill.sign(one, { sub: 'service' });
    expect(await drill.answer(token)).toBe('caller');
    const [header = '', payload = '', signature = ''] = token.split('.');
    const claims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), jti: 'another' };
    const changed = Buffer.from(JSON.stringify(claims)).toString('base64url');
    expect(await drill.answer(`${header}.${changed}.${signature}`)).toBe('bad_signature');
    const outcome = await drill.check(token);
    expect(outcome).toMatchObject({ caller: { tokenId: 'token' } });
    expect([outcome, outcome.caller, outcome.caller?.claims].every(Object.isFrozen)).toBe(true);
  });
});
