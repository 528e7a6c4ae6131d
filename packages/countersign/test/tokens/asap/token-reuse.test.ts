import { decodeUnverifiedJwt } from 'countersign';
import type { AsapSignerOptions } from 'countersign/asap';
import { createAsapSigner } from 'countersign/asap';
import { createTestClock } from 'countersign/testing';
import { describe, expect, it } from 'vitest';
import { NOW } from '../../support/tokens.js';
import { AUDIENCE, ISSUER, KEY_ID, keyPairWithId } from './support/services.js';

function setUp(options: Partial<AsapSignerOptions> = {}) {
  const clock = createTestClock(NOW);
  const keys = keyPairWithId(KEY_ID).privateKey;
  const signer = createAsapSigner({ issuer: ISSUER, keys, reuse: true, clock, ...options });
  const sign = (claims?: Record<string, unknown>, audience: string | readonly string[] = AUDIENCE) =>
    signer.sign({ audience, claims });
  return { clock, signer, sign };
}

const THREE = { one: 1, two: ['2'], three: { deep: true } };

describe('token reuse', () => {
  it('ASAP-12: is off unless asked for', () => {
    for (const reuse of [undefined, false]) {
      const { sign } = setUp({ reuse });
      expect(sign()).not.toBe(sign());
    }
  });

  it.each([[undefined], [{}], [THREE]])(
    'ASAP-12: the same request gets the same token (%#)',
    async (claims) => {
      const { sign, signer, clock } = setUp();
      const first = sign(claims);
      clock.advance(57);
      expect(sign(claims)).toBe(first);
      expect(await signer.signAsync({ audience: AUDIENCE, claims })).toBe(first);
    },
  );

  it('ASAP-12: the order of claims does not matter', () => {
    const { sign } = setUp();
    expect(sign({ three: { deep: true }, two: ['2'], one: 1 })).toBe(sign(THREE));
  });

  it('ASAP-12: a token is given out for 0.95 of its lifetime, and no longer', () => {
    const { sign, clock } = setUp();
    const first = sign();
    clock.advance(57);
    expect(sign()).toBe(first);
    clock.advance(0.001);
    const second = sign();
    expect(second).not.toBe(first);
    expect(sign()).toBe(second);
  });

  it('ASAP-12: the share can be chosen', () => {
    const { sign, clock } = setUp({ reuse: { threshold: 0.5 }, lifetimeSeconds: 3600 });
    const first = sign();
    clock.advance(1800);
    expect(sign()).toBe(first);
    clock.advance(1);
    expect(sign()).not.toBe(first);
  });

  it.each([
    ['another audience', undefined, 'somebody'],
    ['a list of audiences', undefined, [AUDIENCE]],
    ['another subject', { sub: 'somebody' }, AUDIENCE],
    ['a further claim', { extra: 1 }, AUDIENCE],
    ['an id of its own', { jti: 'mine' }, AUDIENCE],
    ['an expiry of its own', { exp: NOW + 10 }, AUDIENCE],
  ])('ASAP-12: %s gets another token', (_what, claims, audience) => {
    const { sign } = setUp();
    const first = sign();
    expect(sign(claims, audience)).not.toBe(first);
    expect(sign()).toBe(first);
  });

  it.each([
    { one: 1, two: ['2'] },
    { ...THREE, four: 4 },
    { ...THREE, one: '1' },
    { ...THREE, three: { deep: false } },
    { ...THREE, two: [2] },
  ])('ASAP-12: other claims get another token (%#)', (claims) => {
    const { sign } = setUp();
    expect(sign(claims)).not.toBe(sign(THREE));
  });

  it('ASAP-12: a token that was asked to expire earlier is not given out longer', () => {
    const { sign, clock } = setUp();
    const claims = { exp: NOW + 10 };
    const first = sign(claims);
    clock.advance(9.5);
    expect(sign(claims)).toBe(first);
    clock.advance(0.1);
    expect(sign(claims)).not.toBe(first);
  });

  it('ASAP-13: requests that take turns each keep their token', () => {
    const { sign } = setUp();
    const [one, two] = [sign({}, 'one'), sign({}, 'two')];
    for (let turn = 0; turn < 3; turn++) {
      expect(sign({}, 'one')).toBe(one);
      expect(sign({}, 'two')).toBe(two);
    }
  });

  it('ASAP-13: is bounded; the request that was not made for longest is forgotten', () => {
    const { sign } = setUp({ reuse: { maxTokens: 2 } });
    const [one, two] = [sign({}, 'one'), sign({}, 'two')];
    expect(sign({}, 'one')).toBe(one);
    sign({}, 'three');
    expect(sign({}, 'one')).toBe(one);
    expect(sign({}, 'two')).not.toBe(two);
  });

  it('a new key is used from the next token on', () => {
    let key = keyPairWithId('caller/1').privateKey;
    const { sign } = setUp({ keys: { load: () => key }, algorithm: 'ES256' });
    const first = sign();
    key = keyPairWithId('caller/2').privateKey;
    expect(decodeUnverifiedJwt(sign()).unverifiedHeader['kid']).toBe('caller/2');
    expect(sign()).not.toBe(first);
  });

  it('a fresh token takes the place of the one before', async () => {
    const { sign, signer } = setUp();
    const first = sign();
    const fresh = await signer.signAsync({ audience: AUDIENCE, fresh: true });
    expect(fresh).not.toBe(first);
    expect(sign()).toBe(fresh);
  });

  it('S14: after the clock was set back no token from the future is given out', () => {
    const { sign, clock } = setUp();
    const first = sign();
    clock.advance(-1);
    expect(sign()).not.toBe(first);
  });
});
