import { createStaticKeys, TokenError } from 'countersign';
import { describe, expect, it } from 'vitest';
import type { AccessTokensOptions } from '../../../src/gate/acceptors/index.js';
import { accessTokens } from '../../../src/gate/acceptors/index.js';
import { judge } from '../../support/judgement.js';
import { keyPairFor, secretKey } from '../../support/keys.js';
import { NOW } from '../../support/tokens.js';
import { usageProblem } from '../../support/usage.js';
import {
  contextWith,
  laneOf,
  pairWithId,
  publicKey,
  resolverOf,
  signedToken,
} from '../support/acceptor-context.js';

const ISSUER = 'https://authority.example';
const CLAIMS = {
  iss: ISSUER,
  aud: ['api', 'other'],
  sub: 'user-1',
  client_id: 'client-1',
  scope: 'read write',
  jti: 'token-1',
  iat: NOW,
  exp: NOW + 60,
};
const HEADER = { typ: 'at+jwt' };

const laneWith = (options: Partial<AccessTokensOptions> = {}) =>
  laneOf(accessTokens({ issuer: ISSUER, audience: 'api', keys: publicKey, ...options }));
const judged = (claims: object, header: Record<string, unknown> = HEADER) =>
  judge(laneWith(), signedToken({ ...CLAIMS, ...claims }, header));

describe('accessTokens of an issuer', () => {
  it('gives the application of an access token, frozen', () => {
    const claims = { ...CLAIMS, acr: '2', amr: ['pwd'], auth_time: NOW - 5 };
    const { caller, kid, key } = laneWith().verify(signedToken(claims, HEADER));
    expect(caller).toEqual({
      kind: 'application',
      issuer: ISSUER,
      subject: 'user-1',
      audience: ['api', 'other'],
      scopes: ['read', 'write'],
      level: contextWith().levelOf('2'),
      acr: '2',
      amr: ['pwd'],
      authenticatedAt: NOW - 5,
      tokenId: 'token-1',
      issuedAt: NOW,
      expiresAt: NOW + 60,
      claims,
      clientId: 'client-1',
    });
    expect([caller, caller.audience, caller.scopes, caller.claims].every(Object.isFrozen)).toBe(true);
    expect([kid, key]).toEqual(['key-1', publicKey]);
  });

  it.each(['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'])(
    'refuses a token without %s',
    async (name) => {
      expect(await judged({ [name]: undefined })).toBe('claim_missing');
    },
  );

  it.each([
    ['J27: the type JWT', {}, { typ: 'JWT' }, 'unexpected_token_type'],
    ['J27: no type', {}, {}, 'unexpected_token_type'],
    ['another audience', { aud: 'other' }, HEADER, 'audience_mismatch'],
    ['C13: a client_id that is no text', { client_id: 1 }, HEADER, 'claim_invalid'],
    ['C15: a scope off the grammar', { scope: 'a  b' }, HEADER, 'claim_invalid'],
  ])('refuses %s', async (_, claims, header, code) => {
    expect(await judged(claims, header)).toBe(code);
  });

  it('bounds age and lifetime where told to', async () => {
    const lane = laneWith({ maxAgeSeconds: 10, maxLifetimeSeconds: 60 });
    expect(await judge(lane, signedToken({ ...CLAIMS, iat: NOW - 10, exp: NOW + 50 }, HEADER))).toBe(
      'accepted',
    );
    expect(await judge(lane, signedToken({ ...CLAIMS, iat: NOW - 11, exp: NOW + 49 }, HEADER))).toBe(
      'token_too_old',
    );
    expect(await judge(lane, signedToken({ ...CLAIMS, exp: NOW + 61 }, HEADER))).toBe('lifetime_too_long');
  });

  it('finds keys by discovery, or at jwksUrl, for one algorithm of each type or those named', () => {
    const keys = resolverOf();
    const context = contextWith({ keys });
    const jwksUrl = 'https://keys.example/jwks';
    accessTokens({ issuer: ISSUER, audience: 'api' }).build(context);
    accessTokens({ issuer: 'any text', audience: 'api', jwksUrl, algorithms: ['PS256'] }).build(context);
    accessTokens({
      issuer: [ISSUER, { issuer: 'b', jwksUrl }],
      audience: 'api',
      algorithms: ['ES256'],
    }).build(context);
    expect(keys.asked).toEqual([
      `discover ${ISSUER} RS256 ES256 ES384 ES512 EdDSA`,
      `jwks ${jwksUrl} PS256`,
      `discover ${ISSUER} ES256`,
      `jwks ${jwksUrl} ES256`,
    ]);
  });

  it('never verifies a token of one issuer with the keys of another', async () => {
    const other = pairWithId('key-2');
    const [a, b] = accessTokens({
      issuer: [
        { issuer: 'a', keys: publicKey },
        { issuer: 'b', keys: other.publicKey },
      ],
      audience: 'api',
    }).build(contextWith());
    const ofB = signedToken({ ...CLAIMS, iss: 'b' }, HEADER, other.privateKey);
    const forged = signedToken({ ...CLAIMS, iss: 'b' }, HEADER);
    if (a === undefined || b === undefined) throw new Error('there are two lanes');
    expect(await judge(b, ofB)).toBe('accepted');
    expect(await judge(a, ofB)).toBe('key_not_found');
    expect(await judge(b, forged)).toBe('key_not_found');
    expect(await judge(a, forged)).toBe('issuer_mismatch');
  });

  it('throws key_not_found at once and fetches later, and loads keys ahead when asked', async () => {
    const source = createStaticKeys(publicKey);
    let warmUps = 0;
    const remote = {
      ...source,
      peek: () => undefined,
      warmUp: async () => {
        warmUps++;
      },
    };
    const lane = laneWith({ keys: remote });
    const token = signedToken(CLAIMS, HEADER);
    expect(() => lane.verify(token)).toThrow(TokenError);
    expect((await lane.verifyAsync(token)).caller.subject).toBe('user-1');
    await lane.warmUp();
    await laneWith({ keys: source }).warmUp();
    expect(warmUps).toBe(1);
  });

  it('copies the lists that it is given', async () => {
    const audience = ['other-api'];
    const lane = laneWith({ audience });
    audience.push('api');
    expect(await judge(lane, signedToken({ ...CLAIMS, aud: 'api' }, HEADER))).toBe('audience_mismatch');
  });

  it.each<[string, object, string]>([
    ['no audience', { audience: undefined }, 'audience is required'],
    ['any audience', { audience: null }, 'audience must be'],
    ['an empty list of issuers', { issuer: [] }, 'issuer must be a non-empty string or a non-empty array'],
    [
      'an issuer twice',
      { keys: undefined, issuer: [ISSUER, { issuer: ISSUER }] },
      'issuer names one issuer twice',
    ],
    [
      'one key for several issuers',
      { issuer: [ISSUER, 'https://b.example'] },
      'keys and jwksUrl must stand beside each issuer',
    ],
    ['keys and jwksUrl', { jwksUrl: 'https://a.example/jwks' }, 'keys and jwksUrl must not both be given'],
    ['a private key', { keys: keyPairFor('ES256').privateKey }, 'keys must be public keys'],
    ['a secret', { keys: secretKey }, 'keys must be public keys'],
    ['two keys of one id', { keys: [publicKey, publicKey] }, 'several keys have the same kid'],
    ['HMAC', { algorithms: ['HS256'] }, 'algorithms must not name HMAC'],
    ['a source of secrets', { keys: createStaticKeys(secretKey) }, 'the key source has keys for HMAC too'],
    ['an issuer whose keys cannot be found', { issuer: 'a', keys: undefined }, 'or give keys, or jwksUrl'],
    [
      'plain http',
      { keys: undefined, jwksUrl: 'http://a.example/jwks' },
      'jwksUrl must use https (plain http is for loopback hosts)',
    ],
    [
      'a bad issuer in a list',
      { keys: undefined, issuer: [{ issuer: ISSUER, kyes: 1 }] },
      'issuer[0]: unknown option "kyes"',
    ],
    ['what is no issuer in a list', { keys: undefined, issuer: [7] }, 'issuer[0]: '],
    ['an age of NaN', { maxAgeSeconds: Number.NaN }, 'maxAgeSeconds must be'],
  ])('refuses %s', (_, options, problem) => {
    expect(
      usageProblem(() => accessTokens({ issuer: ISSUER, audience: 'api', keys: publicKey, ...options })),
    ).toContain(problem);
  });
});
