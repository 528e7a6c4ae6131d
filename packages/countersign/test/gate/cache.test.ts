import { sign } from 'node:crypto';
import { createMemoryReplayStore } from 'countersign/asap';
import { createMemoryRevocations } from 'countersign/gate';
import { createTestClock } from 'countersign/testing';
import { describe, expect, it } from 'vitest';
import { createTokenCache } from '../../src/gate/cache/token-cache.js';
import { toBytes, toInteger } from '../support/integers.js';
import { keyPairFor, nodePrivateKey, secretKey } from '../support/keys.js';
import { NOW, toBase64url } from '../support/tokens.js';
import { authorizedBy } from './support/gate-requests.js';
import { answerOf, checkToken, gateWith } from './support/gates.js';
import { ISSUER, plainLane, plainToken } from './support/plain-lane.js';

const LIMITS = { maxTokens: 4, maxBytes: 1000 };

describe('the cache of tokens', () => {
  it('K9 a: finds a token by its whole text, also where another ends alike', () => {
    const cache = createTokenCache<string>(LIMITS);
    const tail = 'x'.repeat(30);
    cache.set(`one.${tail}`, 'first');
    expect([`one.${tail}`, `two.${tail}`, tail].map((token) => cache.get(token))).toEqual([
      'first',
      undefined,
      undefined,
    ]);
    cache.set(`two.${tail}`, 'second');
    expect(cache.get(`two.${tail}`)).toBe('second');
    expect(cache.get(`one.${tail}`)).toBeUndefined();
    expect(cache.bytes).toBe(34);
  });

  it('K10: names of the prototype are tokens like any other', () => {
    const cache = createTokenCache<string>(LIMITS);
    for (const name of ['__proto__', 'constructor', 'toString']) expect(cache.get(name)).toBeUndefined();
  });

  it('K9 e: never holds more tokens than allowed, and keeps those that are used', () => {
    const cache = createTokenCache<number>(LIMITS);
    cache.set('used', 0);
    for (let index = 0; index < 1000; index++) {
      cache.set(`token ${index}`, index);
      expect(cache.size).toBeLessThanOrEqual(LIMITS.maxTokens);
      expect(cache.get('used')).toBe(0);
    }
    expect(cache.get('token 999')).toBe(999);
    expect(cache.get('token 0')).toBeUndefined();
  });

  it('K9 e: never holds more text than allowed', () => {
    const cache = createTokenCache<number>({ maxTokens: 1000, maxBytes: 100 });
    for (let index = 0; index < 100; index++) {
      cache.set(`token ${index}`.padEnd(20, '.'), index);
      expect(cache.bytes).toBeLessThanOrEqual(100);
    }
    cache.set('just half of it'.padEnd(50, '.'), 1);
    cache.set('more than half of it'.padEnd(51, '.'), 2);
    expect(cache.get('just half of it'.padEnd(50, '.'))).toBe(1);
    expect(cache.get('more than half of it'.padEnd(51, '.'))).toBeUndefined();
  });

  it('forgets what is deleted, in either generation, and counts it out', () => {
    const cache = createTokenCache<number>(LIMITS);
    for (const token of ['one', 'two', 'three']) cache.set(token, 1);
    for (const token of ['one', 'two', 'three', 'four']) cache.delete(token);
    expect([cache.size, cache.bytes]).toEqual([0, 0]);
  });

  it('counts a token that is set again once', () => {
    const cache = createTokenCache<number>(LIMITS);
    for (const value of [1, 2, 3]) cache.set('token', value);
    expect([cache.size, cache.bytes, cache.get('token')]).toEqual([1, 5, 3]);
  });
});

describe('tokens that a gate has verified', () => {
  it('are verified once, and answered at once from then on with the same frozen caller (row K9 d)', async () => {
    const lane = plainLane();
    const { guard } = gateWith({ accept: [lane.acceptor] });
    const token = plainToken();
    const first = await guard.check(authorizedBy(`Bearer ${token}`));
    const again = guard.check(authorizedBy(`Bearer ${token}`));
    expect(again).toBe(first);
    expect(Object.isFrozen(again)).toBe(true);
    expect(lane.verifications).toBe(1);
  });

  it('are known from whichever place they come', async () => {
    const lane = plainLane();
    const { guard } = gateWith({ accept: [lane.acceptor], cookie: 'token' });
    const token = plainToken();
    await checkToken(guard, token);
    const cookie = {
      method: 'GET',
      url: '/',
      headers: (name: string) => (name === 'cookie' ? [`token=${token}`] : []),
    };
    expect(guard.check(cookie)).toMatchObject({ outcome: 'caller' });
    expect(lane.verifications).toBe(1);
  });

  it('are verified each time where the cache is null', async () => {
    const lane = plainLane();
    const { guard } = gateWith({ accept: [lane.acceptor], cache: null });
    for (const _ of [1, 2, 3]) await checkToken(guard, plainToken());
    expect(lane.verifications).toBe(3);
  });

  it('are verified each time where what verifies them may change with every call', async () => {
    const lane = plainLane({ isCacheable: false });
    const { guard } = gateWith({ accept: [lane.acceptor] });
    for (const _ of [1, 2, 3]) await checkToken(guard, plainToken());
    expect(lane.verifications).toBe(3);
  });

  it('K9 b: are no matter of another gate', async () => {
    const token = plainToken();
    const { guard } = gateWith({ accept: [plainLane().acceptor] });
    const other = gateWith({ accept: [plainLane({ issuer: 'https://other.example' }).acceptor] });
    expect(await answerOf(guard, token)).toBe('caller');
    expect(await answerOf(other.guard, token)).toBe('issuer_mismatch');
    expect(await answerOf(guard, token)).toBe('caller');
  });

  it('K9 a: with one character changed they are verified anew', async () => {
    const { guard } = gateWith({ accept: [plainLane().acceptor] });
    const token = plainToken();
    await checkToken(guard, token);
    const [header = '', payload = '', signature = ''] = token.split('.');
    const other = toBase64url(Buffer.from(payload, 'base64url').toString().replace('somebody', 'somebodi'));
    expect(await answerOf(guard, `${header}.${other}.${signature}`)).toBe('bad_signature');
  });

  it('K9 c: end with their exp, tolerance included, to the second', async () => {
    const clock = createTestClock(NOW);
    const { guard } = gateWith({ accept: [plainLane().acceptor], clock, toleranceSeconds: 10 });
    const token = plainToken();
    expect(await answerOf(guard, token)).toBe('caller');
    clock.advance(69);
    expect(await answerOf(guard, token)).toBe('caller');
    clock.advance(1);
    expect(await answerOf(guard, token)).toBe('token_expired');
  });

  it('K11: a clock that jumps forward and back lets nothing outlive its exp, and nothing in before its time', async () => {
    const clock = createTestClock(NOW);
    const lane = plainLane();
    const { guard } = gateWith({ accept: [lane.acceptor], clock });
    const token = plainToken({ nbf: NOW });
    await checkToken(guard, token);
    clock.advance(-3600);
    expect(await answerOf(guard, token)).toBe('token_not_yet_valid');
    clock.advance(3600 + 86_400);
    expect(await answerOf(guard, token)).toBe('token_expired');
    clock.advance(-86_400);
    expect(await answerOf(guard, token)).toBe('caller');
  });

  it('K11: are verified again where the clock shows a time before their verification', async () => {
    const clock = createTestClock(NOW + 10);
    const lane = plainLane();
    const { guard } = gateWith({ accept: [lane.acceptor], clock });
    await checkToken(guard, plainToken());
    clock.advance(-1);
    expect(await answerOf(guard, plainToken())).toBe('caller');
    expect(lane.verifications).toBe(2);
    clock.advance(1);
    expect(await answerOf(guard, plainToken())).toBe('caller');
    expect(lane.verifications).toBe(2);
  });

  it('C8: are refused under a clock that gives NaN', async () => {
    let now = NOW;
    const { guard } = gateWith({ accept: [plainLane().acceptor], clock: () => now });
    await checkToken(guard, plainToken());
    now = Number.NaN;
    expect(await answerOf(guard, plainToken())).toBe('token_expired');
  });

  it('K8: are refused as soon as their key was removed', async () => {
    const lane = plainLane();
    const { guard } = gateWith({ accept: [lane.acceptor] });
    expect(await answerOf(guard, plainToken())).toBe('caller');
    lane.keys = [keyPairFor('ES256').publicKey];
    expect(await answerOf(guard, plainToken())).toBe('algorithm_not_allowed');
    lane.keys = [secretKey];
    expect(await answerOf(guard, plainToken())).toBe('caller');
  });

  it('K9 e: a flood of bad tokens pushes out no good one', async () => {
    const lane = plainLane();
    const { guard } = gateWith({ accept: [lane.acceptor], cache: { maxTokens: 2 } });
    await checkToken(guard, plainToken());
    for (let index = 0; index < 500; index++) {
      expect(await answerOf(guard, plainToken({ iss: ISSUER, jti: `${index}`, exp: NOW }))).toBe(
        'token_expired',
      );
    }
    lane.verifications = 0;
    expect(await answerOf(guard, plainToken())).toBe('caller');
    expect(lane.verifications).toBe(0);
  });

  it('K9 f: an outage while verifying is not remembered', async () => {
    const lane = plainLane();
    lane.beforeKeys = () => Promise.reject(new Error('unreachable'));
    const { guard } = gateWith({ accept: [lane.acceptor] });
    expect(await answerOf(guard, plainToken())).toBe('unexpected_error');
    lane.beforeKeys = undefined;
    expect(await answerOf(guard, plainToken())).toBe('caller');
  });

  it('64 requests that wait for one key have their token verified once, and each of them recorded (row K9 g)', async () => {
    const lane = plainLane({ replay: createMemoryReplayStore({ clock: () => NOW }) });
    let open = () => {};
    const keys = new Promise<void>((resolve) => {
      open = resolve;
    });
    lane.beforeKeys = () => keys;
    const { guard } = gateWith({ accept: [lane.acceptor] });
    const answers = Array.from({ length: 64 }, () => answerOf(guard, plainToken()));
    open();
    const reasons = await Promise.all(answers);
    expect(reasons.filter((reason) => reason === 'caller')).toHaveLength(1);
    expect(reasons.filter((reason) => reason === 'token_replayed')).toHaveLength(63);
    expect(lane.verifications).toBe(1);
  });
});

describe('J12: the twin (r, n - s) of an ES256 token', () => {
  const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const { publicKey, privateKey } = keyPairFor('ES256');

  function twins(): readonly [string, string] {
    const claims = { iss: ISSUER, sub: 'somebody', jti: 'token-1', iat: NOW, exp: NOW + 60 };
    const input = `${toBase64url('{"alg":"ES256"}')}.${toBase64url(JSON.stringify(claims))}`;
    const key = { key: nodePrivateKey(privateKey), dsaEncoding: 'ieee-p1363' } as const;
    const signature = sign('sha256', Buffer.from(input), key);
    const s = toInteger(signature.subarray(32));
    const twin = Buffer.concat([signature.subarray(0, 32), toBytes(ORDER - s, 32)]);
    return [`${input}.${toBase64url(signature)}`, `${input}.${toBase64url(twin)}`];
  }

  it('is another entry of the cache, and the same token for a replay store', async () => {
    const lane = plainLane({ keys: [publicKey], replay: createMemoryReplayStore({ clock: () => NOW }) });
    const { guard } = gateWith({ accept: [lane.acceptor] });
    const [token, twin] = twins();
    expect(await answerOf(guard, token)).toBe('caller');
    expect(await answerOf(guard, twin)).toBe('token_replayed');
    expect(lane.verifications).toBe(2);
  });

  it('is revoked with it', async () => {
    const revocations = createMemoryRevocations({ clock: () => NOW });
    const lane = plainLane({ keys: [publicKey] });
    const { guard } = gateWith({
      accept: [lane.acceptor],
      revocation: { source: revocations, whenUnavailable: 'refuse' },
    });
    const [token, twin] = twins();
    expect([await answerOf(guard, token), await answerOf(guard, twin)]).toEqual(['caller', 'caller']);
    revocations.revokeToken({ issuer: ISSUER, tokenId: 'token-1', expiresAt: NOW + 60 });
    expect([await answerOf(guard, token), await answerOf(guard, twin)]).toEqual([
      'token_revoked',
      'token_revoked',
    ]);
  });
});
