import { createAsapSigner, createMemoryReplayStore } from 'countersign/asap';
import { describe, expect, it } from 'vitest';
import type { AsapAcceptorOptions } from '../../../src/gate/acceptors/index.js';
import { asap } from '../../../src/gate/acceptors/index.js';
import { judge } from '../../support/judgement.js';
import { keyPairFor } from '../../support/keys.js';
import { NOW } from '../../support/tokens.js';
import { usageProblem } from '../../support/usage.js';
import { contextWith, laneOf, pairWithId, resolverOf, signedToken } from '../support/acceptor-context.js';

const { privateKey, publicKey } = pairWithId('caller/key-1');
const CLAIMS = { iss: 'caller', aud: 'callee', iat: NOW, exp: NOW + 60, jti: 'token-1' };

const laneWith = (options: Partial<AsapAcceptorOptions> = {}) =>
  laneOf(asap({ audience: 'callee', issuers: null, keys: publicKey, ...options }));
const token = (claims: object = {}, header: Record<string, unknown> = { typ: 'JWT' }, key = privateKey) =>
  signedToken({ ...CLAIMS, ...claims }, header, key);

describe('asap', () => {
  it('gives the service of a token, frozen', () => {
    const signer = createAsapSigner({ issuer: 'caller', keys: privateKey, clock: () => NOW });
    const { caller, kid } = laneWith().verify(signer.sign({ audience: 'callee' }));
    expect(caller).toMatchObject({
      kind: 'service',
      issuer: 'caller',
      subject: 'caller',
      audience: ['callee'],
      scopes: [],
      level: undefined,
      keyId: 'caller/key-1',
      issuedAt: NOW,
      expiresAt: NOW + 60,
    });
    expect(kid).toBe('caller/key-1');
    expect([caller, caller.audience, caller.scopes, caller.claims].every(Object.isFrozen)).toBe(true);
  });

  it.each<[string, object, string]>([
    ['ASAP-21: an issuer that does not own the key', { iss: 'callerx' }, 'issuer_does_not_own_key'],
    ['A2: an issuer with a slash', { iss: 'caller/key-1' }, 'claim_invalid'],
    ['ASAP-22: another subject', { sub: 'somebody' }, 'subject_mismatch'],
    ['ASAP-23: no audience', { aud: undefined }, 'claim_missing'],
    ['ASAP-23: another audience', { aud: 'other' }, 'audience_mismatch'],
    ['ASAP-24: more than an hour', { exp: NOW + 3601 }, 'lifetime_too_long'],
    ['ASAP-26: no jti', { jti: undefined }, 'claim_missing'],
    ['A5: a fraction', { iat: NOW - 0.5 }, 'claim_invalid'],
  ])('refuses %s', async (_, claims, code) => {
    expect(await judge(laneWith(), token(claims))).toBe(code);
  });

  it('J28: takes the type JWT or none, and no other', async () => {
    expect(await judge(laneWith(), token({}, {}))).toBe('accepted');
    expect(await judge(laneWith(), token({}, { typ: 'application/jwt' }))).toBe('accepted');
    expect(await judge(laneWith(), token({}, { typ: 'at+jwt' }))).toBe('unexpected_token_type');
  });

  it('ASAP-31: refuses an issuer that is not listed with 403, once everything else held', async () => {
    const lane = laneWith({ issuers: ['other'] });
    expect(await judge(lane, token())).toBe('issuer_not_allowed');
    expect(await judge(lane, token({ exp: NOW }))).toBe('token_expired');
    expect(await judge(laneWith({ issuers: 'caller' }), token())).toBe('accepted');
    expect(lane.claim).toMatchObject({ issuer: null, expectedIssuers: ['other'] });
  });

  it('ASAP-26: leaves the record of uses to the gate', () => {
    const replay = createMemoryReplayStore();
    const lane = laneWith({ replay });
    const used = token();
    lane.verify(used);
    lane.verify(used);
    expect(lane.replay).toBe(replay);
    expect(laneWith().replay).toBeNull();
  });

  it('ASAP-20, A3: asks no source for a key id that is none', async () => {
    const asked: (string | undefined)[] = [];
    const keys = {
      algorithms: ['ES256'],
      peek: ({ kid }: { kid: string | undefined }) => {
        asked.push(kid);
        return undefined;
      },
      resolve: async ({ kid }: { kid: string | undefined }) => {
        asked.push(kid);
        return publicKey;
      },
    } as const;
    for (const kid of ['../caller', 'caller//k', undefined]) {
      const lane = laneWith({ keys });
      const bad = token({}, {}, pairWithId(kid).privateKey);
      await expect(lane.verifyAsync(bad)).rejects.toMatchObject({ code: 'key_id_invalid' });
    }
    expect(asked).toEqual([]);
  });

  it('finds keys in the repositories that are named, for the nine algorithms of the protocol', async () => {
    const keys = resolverOf();
    const context = contextWith({ keys });
    const [lane] = asap({ audience: null, issuers: null, repository: 'https://a.example/keys/' }).build(
      context,
    );
    asap({
      audience: null,
      issuers: null,
      repository: ['https://a.example', 'https://b.example'],
      algorithms: ['EdDSA'],
    }).build(context);
    expect(keys.asked).toEqual([
      'pem https://a.example/keys/ RS256 RS384 RS512 ES256 ES384 ES512 PS256 PS384 PS512',
      'pem https://a.example https://b.example EdDSA',
    ]);
    await lane?.warmUp();
    expect(keys.warmUps).toBe(1);
  });

  it.each<[string, object, string]>([
    ['no issuers', { issuers: undefined }, 'issuers is required (null switches it off)'],
    ['an issuer with a slash', { issuers: ['a/b'] }, 'issuers must not hold a slash'],
    ['no audience', { audience: undefined }, 'audience is required'],
    ['no keys', { keys: undefined }, 'repository or keys must be given, and not both'],
    ['keys and a repository', { repository: 'https://a.example' }, 'and not both'],
    [
      'plain http',
      { keys: undefined, repository: ['https://a.example', 'http://b.example'] },
      'must use https',
    ],
    ['no repository in a list', { keys: undefined, repository: [] }, 'repository must be a URL'],
    [
      'ASAP-1: a key outside of the protocol',
      { keys: keyPairFor('EdDSA').publicKey },
      'keys holds a key for EdDSA',
    ],
    ['ASAP-1: HMAC', { algorithms: ['HS256'] }, 'algorithms must not name HMAC'],
    ['ASAP-24: a lifetime above an hour', { maxLifetimeSeconds: 3601 }, 'maxLifetimeSeconds must be'],
    ['a replay store that is none', { replay: {} }, 'replay must be'],
    ['a tolerance of its own', { toleranceSeconds: 5 }, 'unknown option "toleranceSeconds"'],
  ])('refuses %s', (_, options, problem) => {
    expect(
      usageProblem(() => asap({ audience: 'callee', issuers: null, keys: publicKey, ...options })),
    ).toContain(problem);
  });
});
