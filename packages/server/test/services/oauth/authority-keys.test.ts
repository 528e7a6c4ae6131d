import { createJwtVerifier } from 'countersign';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AUTHORITY_APP_ID, SIGNING_ALGORITHMS } from '../../../src/domain/app.js';
import { NOW } from '../../support/store-rows.js';
import {
  keyStates,
  openTokenAuthority,
  partsOf,
  type TokenAuthority,
} from '../../support/token-authority.js';

const CLAIMS = { sub: 'svc', exp: NOW + 1_000_000 };
/** How old a process's list of keys may be. */
const LIST_AGE_SECONDS = 5;
const LEAD_SECONDS = 360;
const DAY = 86_400;
const MARGIN_SECONDS = 300;

describe('keys of the authority', () => {
  let authority: TokenAuthority;
  beforeEach(async () => {
    authority = await openTokenAuthority();
  });
  afterEach(() => authority.close());

  const kidOf = (token: string) => partsOf(token).header['kid'];
  const sign = (by = authority as Pick<TokenAuthority, 'keys'>) => by.keys.sign('at+jwt', CLAIMS);
  async function publishedKids(by = authority as Pick<TokenAuthority, 'keys'>): Promise<readonly string[]> {
    const { keys } = JSON.parse((await by.keys.publicKeySet()).json);
    return keys.map(({ kid }: { kid: string }) => kid);
  }
  async function verifies(token: string): Promise<boolean> {
    const verifier = createJwtVerifier({
      keys: await authority.keys.verificationKeys(),
      algorithms: SIGNING_ALGORITHMS,
      issuer: null,
      audience: null,
      type: null,
      maxAgeSeconds: null,
      clock: authority.clock,
    });
    return verifier.verifyAsync(token).then(
      () => true,
      () => false,
    );
  }

  it.each(SIGNING_ALGORITHMS)('sign three types of token under one %s key', async (algorithm) => {
    const other = await openTokenAuthority(algorithm);
    const [current] = await other.keys.list();
    for (const type of ['at+jwt', 'JWT', 'logout+jwt'] as const) {
      const { header } = partsOf(await other.keys.sign(type, CLAIMS));
      expect(header).toEqual({ alg: algorithm, typ: type, kid: current?.kid });
    }
    expect(await other.keys.algorithm()).toBe(algorithm);
    await other.close();
  });

  it.each(SIGNING_ALGORITHMS)('O29: of %s keys nothing private is published', async (algorithm) => {
    const other = await openTokenAuthority(algorithm);
    const { json } = await other.keys.publicKeySet();
    const { keys } = JSON.parse(json);
    const shape = { EC: ['crv', 'x', 'y'], OKP: ['crv', 'x'], RSA: ['n', 'e'] }[keys[0].kty as 'EC'];
    for (const key of keys) {
      expect(Object.keys(key)).toEqual(['kty', ...shape, 'kid', 'alg', 'use']);
      expect(key).toMatchObject({ alg: algorithm, use: 'sig' });
    }
    expect(json).not.toMatch(/"(?:d|k|p|q|dp|dq|qi|oth)"/);
    await other.close();
  });

  it('K12: refuse to sign with a key that may be missing from copies of the set, and say how long to wait', async () => {
    authority.clock.advance(LEAD_SECONDS - 1);
    await expect(authority.keys.rotate()).rejects.toMatchObject({
      code: 'next_key_too_young',
      status: 409,
      message: expect.stringContaining('in 1 seconds'),
      retryAfterSeconds: 1,
    });
    const before = await publishedKids();
    authority.clock.advance(1);
    const rotated = await authority.keys.rotate();
    expect(rotated.currentKid).toBe(before[1]);
    expect(await publishedKids()).toEqual([rotated.currentKid, rotated.nextKid, before[0]]);
    expect(kidOf(await sign())).toBe(rotated.currentKid);
    await expect(authority.keys.rotate()).rejects.toMatchObject({ code: 'next_key_too_young' });
  });

  it('rotate at once where it is forced', async () => {
    const before = await publishedKids();
    expect((await authority.keys.rotate({ force: true })).currentKid).toBe(before[1]);
  });

  it('are published until the longest token they signed has expired, and no longer', async () => {
    const old = kidOf(await sign());
    await authority.keys.rotate({ force: true });
    authority.clock.advance(DAY + MARGIN_SECONDS - 1);
    expect(await publishedKids()).toContain(old);
    authority.clock.advance(1 + LIST_AGE_SECONDS);
    expect(await publishedKids()).not.toContain(old);
    expect((await authority.keys.list()).map(({ kid }) => kid)).not.toContain(old);
  });

  it('are in use in every process five seconds after a rotation, and tokens of both are good meanwhile', async () => {
    const other = await authority.startProcess();
    const old = await sign(other);
    const { currentKid } = await authority.keys.rotate({ force: true });
    expect(kidOf(await sign(other))).toBe(kidOf(old));
    expect(await verifies(await sign(other))).toBe(true);
    authority.clock.advance(LIST_AGE_SECONDS);
    expect(kidOf(await sign(other))).toBe(currentKid);
  });

  it('move on once where processes rotate together', async () => {
    const others = await Promise.all([1, 2, 3].map(() => authority.startProcess()));
    authority.clock.advance(LEAD_SECONDS);
    const results = await Promise.allSettled([authority, ...others].map(({ keys }) => keys.rotate()));
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
    expect(refused).toHaveLength(3);
    for (const code of refused) expect(['conflict', 'next_key_too_young']).toContain(code);
    expect(await authority.keys.list()).toHaveLength(3);
  });

  it('K8: that were withdrawn are gone at once, with every token of theirs; the next key signs', async () => {
    const other = await authority.startProcess();
    const [kid, nextKid] = await publishedKids(other);
    const stolen = await sign();
    const left = await authority.keys.withdraw(kid ?? '');
    expect(left.currentKid).toBe(nextKid);
    expect(await publishedKids()).toEqual([left.currentKid, left.nextKid]);
    expect(await verifies(stolen)).toBe(false);
    expect(await verifies(await sign())).toBe(true);
    authority.clock.advance(LIST_AGE_SECONDS);
    expect(await publishedKids(other)).not.toContain(kid);
    expect(kidOf(await sign(other))).toBe(nextKid);
  });

  it('that wait or signed before can be withdrawn, and unknown ones cannot', async () => {
    const [first, second] = await publishedKids();
    const { currentKid, nextKid } = await authority.keys.withdraw(second ?? '');
    expect(currentKid).toBe(first);
    expect(await keyStates(authority.keys)).toEqual([`current ${first}`, `next ${nextKid}`]);
    await authority.keys.rotate({ force: true });
    await authority.keys.withdraw(first ?? '');
    expect(await authority.keys.list()).toHaveLength(2);
    await expect(authority.keys.withdraw(first ?? '')).rejects.toMatchObject({ code: 'unknown_key' });
    await expect(authority.keys.withdraw("' OR 1=1--")).rejects.toMatchObject({ code: 'unknown_key' });
  });

  it('stay the same list for as long as they are the same', async () => {
    const list = await authority.keys.verificationKeys();
    authority.clock.advance(LIST_AGE_SECONDS);
    expect(await authority.keys.verificationKeys()).toBe(list);
    await authority.keys.rotate({ force: true });
    expect(await authority.keys.verificationKeys()).not.toBe(list);
  });

  it('are missing, and said to be, before the authority began', async () => {
    await authority.store.apps.delete(AUTHORITY_APP_ID);
    const fresh = await authority.startProcess();
    expect(await fresh.keys.list()).toEqual([]);
    for (const refused of [
      sign(fresh),
      fresh.keys.publicKeySet(),
      fresh.keys.rotate(),
      fresh.keys.withdraw('x'),
    ])
      await expect(refused).rejects.toMatchObject({ code: 'unknown_app', message: /no keys yet/ });
  });

  it('S6: leave events with key ids and nothing else', async () => {
    const { currentKid, nextKid } = await authority.keys.rotate({ force: true });
    const left = await authority.keys.withdraw(currentKid);
    expect(authority.log).toEqual([
      {
        level: 'info',
        event: 'signing_keys_rotated',
        fields: { app: 'authority', currentKid, nextKid, reason: 'command' },
      },
      {
        level: 'info',
        event: 'signing_key_withdrawn',
        fields: { app: 'authority', kid: currentKid, ...left },
      },
    ]);
  });
});
