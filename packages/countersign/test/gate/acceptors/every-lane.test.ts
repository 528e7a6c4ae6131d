/** What holds for the tokens of every acceptor alike. */
import { createStaticKeys, TokenError } from 'countersign';
import { definePolicy, STANDARD_EXTRAS } from 'countersign/api-token';
import { describe, expect, it } from 'vitest';
import type { Acceptor, AcceptorContext } from '../../../src/gate/acceptor.js';
import { accessTokens, apiTokens, asap, oidc, signIn } from '../../../src/gate/acceptors/index.js';
import { judge, judgeNow } from '../../support/judgement.js';
import { SECRET, secretKey } from '../../support/keys.js';
import { NOW, tokenOf } from '../../support/tokens.js';
import { laneOf, pairWithId, signedToken } from '../support/acceptor-context.js';

const { privateKey, publicKey } = pairWithId('caller/key-1');
const policy = definePolicy({ kinds: { user: 'auth_user' }, extras: STANDARD_EXTRAS });
const audience = 'api';
const JKT = 'A'.repeat(43);

interface Sample {
  readonly acceptor: Acceptor;
  /** A good token of the acceptor with these claims on top. */
  token(claims?: Readonly<Record<string, unknown>>): string;
}

const sample = (acceptor: Acceptor, typ: string, own: Readonly<Record<string, unknown>>): Sample => ({
  acceptor,
  token: (claims = {}) =>
    signedToken(
      { sub: 'ana', aud: audience, iat: NOW, exp: NOW + 60, jti: '1', ...own, ...claims },
      { typ },
      privateKey,
    ),
});

const A = 'https://a.example';
const SAMPLES: Readonly<Record<string, Sample>> = {
  signIn: sample(signIn({ issuer: `${A}/api`, keys: publicKey, algorithms: ['ES256'] }), 'JWT', {
    iss: `${A}/api`,
    email: 'ana@example.com',
    token_use: 'id',
    nbf: NOW,
  }),
  'accessTokens of an issuer': sample(accessTokens({ issuer: A, audience, keys: publicKey }), 'at+jwt', {
    iss: A,
    client_id: 'web',
  }),
  asap: sample(asap({ audience, issuers: null, keys: publicKey }), 'JWT', { iss: 'caller', sub: 'caller' }),
  apiTokens: sample(apiTokens({ policy, audience, keys: publicKey, algorithms: ['ES256'] }), 'JWT', {
    iss: 'auth_user',
  }),
  'oidc for access tokens': sample(
    oidc({ issuer: A, audience, keys: publicKey, accepts: 'access-tokens' }),
    'at+jwt',
    { iss: A },
  ),
  'oidc for ID tokens': sample(oidc({ issuer: A, audience, keys: publicKey, accepts: 'id-tokens' }), 'JWT', {
    iss: A,
  }),
  'accessTokens under a secret': secretSample(
    accessTokens({ provider: 'provider', audience: null, secret: secretKey }),
  ),
  'accessTokens under a function': secretSample(
    accessTokens({ provider: 'provider', audience: null, secret: () => SECRET }),
  ),
};

function secretSample(acceptor: Acceptor): Sample {
  const own = { iss: 'provider', aud: 'web', sub: 'ana', scp: [], iat: NOW, exp: NOW + 60 };
  return {
    acceptor,
    token: (claims = {}) =>
      tokenOf({ header: '{"alg":"HS256","typ":"JWT"}', payload: JSON.stringify({ ...own, ...claims }) }),
  };
}

describe.each(Object.entries(SAMPLES))('a token that %s accepts', (_, { acceptor, token }) => {
  const laneWith = (context: Partial<AcceptorContext> = {}) => laneOf(acceptor, context);

  it('is told from when until when it is good', () => {
    expect(laneWith().verify(token())).toMatchObject({ goodFrom: NOW, goodUntil: NOW + 60 });
    const tolerant = laneWith({ toleranceSeconds: 5 }).verify(token({ iat: NOW - 9, nbf: NOW - 2 }));
    expect(tolerant).toMatchObject({ goodFrom: NOW - 7, goodUntil: NOW + 65 });
    for (const each of [tolerant.caller, tolerant.caller.claims, tolerant.caller.audience]) {
      expect(Object.isFrozen(each)).toBe(true);
    }
  });

  it('is judged by the clock, the tolerance and the size that the gate has', async () => {
    const at = (seconds: number, toleranceSeconds: number) =>
      judge(laneWith({ clock: () => NOW + seconds, toleranceSeconds }), token());
    expect(await at(59, 0)).toBe('accepted');
    expect(await at(60, 0)).toBe('token_expired');
    expect(await at(64, 5)).toBe('accepted');
    expect(await at(65, 5)).toBe('token_expired');
    expect(await judge(laneWith({ maxTokenBytes: token().length }), token())).toBe('accepted');
    expect(await judge(laneWith({ maxTokenBytes: token().length - 1 }), token())).toBe('token_too_large');
  });

  it('O23: is refused when it is bound to a key and nobody asks for a proof', async () => {
    for (const cnf of [{ jkt: JKT }, { 'x5t#S256': JKT }, {}, null, 'x']) {
      expect(await judge(laneWith(), token({ cnf }))).toBe('proof_of_possession_missing');
    }
  });

  it('O23: tells what it is bound to where a proof is asked for, and no other binding passes', async () => {
    const lane = laneWith({ checksPossession: true });
    expect(lane.verify(token({ cnf: { jkt: JKT } })).boundTo).toEqual({ jkt: JKT });
    expect(lane.verify(token()).boundTo).toBeUndefined();
    for (const cnf of [{ 'x5t#S256': JKT }, { jkt: 'short' }, { jkt: JKT, kid: 'k' }, {}, null]) {
      expect(await judge(lane, token({ cnf }))).toBe('claim_invalid');
    }
  });

  it('C8: is refused when the clock tells nothing', async () => {
    expect(await judge(laneWith({ clock: () => Number.NaN }), token())).toBe('token_expired');
  });

  it('J18: is refused with another signature', async () => {
    const [header, payload] = token().split('.');
    const [, , signature] = token({ more: 1 }).split('.');
    expect(await judge(laneWith(), `${header}.${payload}.${signature}`)).toBe('bad_signature');
  });
});

describe('a key that is taken away', () => {
  it('K8: is no longer that of a token which it verified', () => {
    let source = createStaticKeys(publicKey);
    const keys = {
      algorithms: ['ES256'] as const,
      peek: (lookup: Parameters<typeof source.peek>[0]) => source.peek(lookup),
      resolve: (lookup: Parameters<typeof source.resolve>[0]) => source.resolve(lookup),
    };
    const lane = laneOf(accessTokens({ issuer: A, audience, keys }));
    const token = SAMPLES['accessTokens of an issuer']?.token() ?? '';
    const verified = lane.verify(token);
    expect(lane.isKeyCurrent(verified)).toBe(true);
    source = createStaticKeys(pairWithId('caller/key-2').publicKey);
    expect(lane.isKeyCurrent(verified)).toBe(false);
    expect(judgeNow(lane, token)).toBe('key_not_found');
  });
});

describe('a bound on age', () => {
  it('K9: ends the time for which a token is good where it comes before exp', () => {
    const acceptor = accessTokens({ issuer: A, audience, keys: publicKey, maxAgeSeconds: 10 });
    const token = SAMPLES['accessTokens of an issuer']?.token({ iat: NOW - 4 }) ?? '';
    expect(laneOf(acceptor, { toleranceSeconds: 2 }).verify(token).goodUntil).toBe(NOW + 8);
    expect(() => laneOf(acceptor, { clock: () => NOW + 7 }).verify(token)).toThrow(TokenError);
  });
});
