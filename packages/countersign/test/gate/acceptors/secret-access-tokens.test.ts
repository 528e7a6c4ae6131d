import { importSecret, TokenError, UnavailableError } from 'countersign';
import { createAccessTokenGenerator } from 'countersign/access-token';
import { describe, expect, it } from 'vitest';
import type { SecretAccessTokensOptions } from '../../../src/gate/acceptors/index.js';
import { accessTokens } from '../../../src/gate/acceptors/index.js';
import { judge, judgeNow } from '../../support/judgement.js';
import { SECRET, secretKey } from '../../support/keys.js';
import { NOW, tokenOf } from '../../support/tokens.js';
import { usageProblem } from '../../support/usage.js';
import { laneOf, publicKey } from '../support/acceptor-context.js';

const CLAIMS = { iss: 'provider', aud: 'client-1', sub: 'user-1', scp: ['read'], iat: NOW, exp: NOW + 60 };

const laneWith = (options: Partial<SecretAccessTokensOptions> = {}) =>
  laneOf(accessTokens({ provider: 'provider', audience: null, secret: secretKey, ...options }));

const token = (claims: object = {}, header: object = {}) =>
  tokenOf({
    header: JSON.stringify({ alg: 'HS256', typ: 'JWT', ...header }),
    payload: JSON.stringify({ ...CLAIMS, ...claims }),
  });

const later = (secret: string | undefined) => () => Promise.resolve(secret);

describe.each([
  ['a secret', laneWith()],
  ['a function', laneWith({ secret: () => SECRET })],
])('accessTokens under %s', (_, lane) => {
  it('JOAT-7: gives the application that a generator issued a token for, frozen', () => {
    const issued = createAccessTokenGenerator({
      provider: 'provider',
      clientId: 'client-1',
      userId: 'user-1',
      scope: ['read'],
      secret: () => SECRET,
      clock: () => NOW,
    }).issue({ jti: 'at-1' });
    const { caller } = lane.verify(issued);
    expect(caller).toMatchObject({
      kind: 'application',
      issuer: 'provider',
      subject: 'user-1',
      audience: ['client-1'],
      clientId: 'client-1',
      scopes: ['read'],
      tokenId: 'at-1',
      issuedAt: NOW,
    });
    expect([caller, caller.audience, caller.scopes, caller.claims].every(Object.isFrozen)).toBe(true);
  });

  it.each([
    [7, '7'],
    ['', undefined],
    [true, undefined],
    [null, undefined],
  ])('JOAT-5: takes %j for a jti', async (jti, tokenId) => {
    expect(lane.verify(token({ jti })).caller.tokenId).toBe(tokenId);
  });

  it.each([
    ['JOAT-11: no scp', {}, { scp: undefined }, 'claim_missing'],
    ['JOAT-11: a scp that is no list', {}, { scp: 'read' }, 'claim_invalid'],
    ['several clients', {}, { aud: ['client-1'] }, 'claim_invalid'],
    ['another provider', {}, { iss: 'other' }, 'issuer_mismatch'],
    ['an exp of now', {}, { exp: NOW }, 'token_expired'],
    ['another type', { typ: 'at+jwt' }, {}, 'unexpected_token_type'],
    ['no type', { typ: undefined }, {}, 'unexpected_token_type'],
    ['J1: another algorithm', { alg: 'none' }, {}, 'algorithm_not_allowed'],
  ])('refuses %s', async (__, header, claims, code) => {
    expect(await judge(lane, token(claims, header))).toBe(code);
  });

  it('refuses a token that names a key: a secret has no id', async () => {
    expect(['key_id_invalid', 'key_not_found']).toContain(await judge(lane, token({}, { kid: 'k' })));
  });

  it('takes tokens of the named clients only', async () => {
    const named = laneWith({ audience: ['client-1'] });
    expect(await judge(named, token())).toBe('accepted');
    expect(await judge(named, token({ aud: 'client-2' }))).toBe('audience_mismatch');
  });

  it('knows until when a token is good', () => {
    expect(lane.verify(token())).toMatchObject({ goodFrom: NOW, goodUntil: NOW + 60, kid: undefined });
  });
});

describe('accessTokens under a function', () => {
  it('JOAT-9: asks it for each token anew, with its unverified claims, and lets none be cached', () => {
    const asked: unknown[] = [];
    const lane = laneWith({
      secret: (claims) => {
        asked.push([claims.iss, claims.aud, claims.jti]);
        return SECRET;
      },
    });
    const verified = lane.verify(token({ jti: 'a' }));
    lane.verify(token({ jti: 'a' }));
    expect(asked).toEqual([
      ['provider', 'client-1', 'a'],
      ['provider', 'client-1', 'a'],
    ]);
    expect([lane.isCacheable, lane.isKeyCurrent(verified)]).toEqual([false, false]);
    expect(laneWith().isCacheable).toBe(true);
  });

  it('waits for a function that answers later', async () => {
    const lane = laneWith({ secret: later(SECRET) });
    expect(judgeNow(lane, token())).toBe('key_not_found');
    expect((await lane.verifyAsync(token())).caller.subject).toBe('user-1');
  });

  it('JOAT-10: knows no client, or is out of reach, which is not the same', async () => {
    await expect(laneWith({ secret: later(undefined) }).verifyAsync(token())).rejects.toThrow(TokenError);
    const failing = laneWith({ secret: () => Promise.reject(new Error('the database is down')) });
    await expect(failing.verifyAsync(token())).rejects.toThrow(UnavailableError);
    expect(judgeNow(failing, token())).toBe('key_not_found');
  });

  it('J1: is not asked for a token of another algorithm', () => {
    const lane = laneWith({
      secret: () => {
        throw new Error('asked');
      },
    });
    expect(judgeNow(lane, token({}, { alg: 'RS256' }))).toBe('algorithm_not_allowed');
  });
});

describe('the options of accessTokens under a secret', () => {
  it.each<[string, object, string]>([
    ['text for a secret', { secret: SECRET }, 'secret must be a secret for HS256'],
    ['a public key', { secret: publicKey }, 'secret must be a secret for HS256'],
    [
      'another hash',
      { secret: importSecret({ algorithm: 'HS512', secret: SECRET }) },
      'secret must be a secret for HS256',
    ],
    ['no audience', { audience: undefined }, 'audience is required (null switches it off)'],
    ['no provider', { provider: undefined }, 'provider is required'],
    ['an issuer besides', { issuer: 'https://a.example' }, 'unknown option "issuer"'],
  ])('refuse %s', (_, options, problem) => {
    expect(
      usageProblem(() => accessTokens({ provider: 'p', audience: null, secret: secretKey, ...options })),
    ).toContain(problem);
  });
});
