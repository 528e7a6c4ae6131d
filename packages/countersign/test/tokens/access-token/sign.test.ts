import { decodeUnverifiedJwt, exportPrivatePem, importPrivateKey, importSecret } from 'countersign';
import type { AccessTokenSignerOptions, SignedAccessTokenRequest } from 'countersign/access-token';
import { createAccessTokenSigner } from 'countersign/access-token';
import { describe, expect, it } from 'vitest';
import { usageProblem } from '../../support/usage.js';
import {
  AUDIENCE,
  ISSUER,
  privateKey,
  publicKey,
  REQUEST,
  signer,
  verifierWith,
} from './support/authorization-server.js';
import { NOW, SECRET } from './support/providers.js';

const claimsIn = (token: string) => decodeUnverifiedJwt(token).unverifiedClaims;

describe('createAccessTokenSigner', () => {
  it('J27: makes tokens of the profile: typ at+jwt and the claims of RFC 9068 section 2.2', () => {
    const { unverifiedHeader, unverifiedClaims } = decodeUnverifiedJwt(signer.sign(REQUEST));
    expect(unverifiedHeader).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: privateKey.kid });
    expect(unverifiedClaims).toEqual({
      iss: ISSUER,
      iat: NOW,
      exp: NOW + 3600,
      aud: AUDIENCE,
      sub: 'user-1',
      client_id: 'client-1',
      jti: expect.stringMatching(/^[\w-]{22}$/),
      scope: 'read write',
    });
  });

  it('says how and when the user was authenticated, and further claims, where asked to', () => {
    const token = signer.sign({
      ...REQUEST,
      audience: [AUDIENCE, 'https://other.example'],
      authTime: NOW - 5,
      acr: 'urn:example:2',
      amr: ['pwd', 'otp'],
      tokenId: 'token-1',
      lifetimeSeconds: 60,
      claims: { tenant: 'ä', roles: ['a'] },
    });
    expect(claimsIn(token)).toMatchObject({
      ...{ aud: [AUDIENCE, 'https://other.example'], exp: NOW + 60, jti: 'token-1' },
      ...{ auth_time: NOW - 5, acr: 'urn:example:2', amr: ['pwd', 'otp'], tenant: 'ä', roles: ['a'] },
    });
  });

  it('gives every token an id of its own', () => {
    const ids = Array.from({ length: 20 }, () => claimsIn(signer.sign(REQUEST))['jti']);
    expect(new Set(ids).size).toBe(20);
  });

  it('C15: takes scopes as text or list, and leaves scope out where there are none', () => {
    expect(claimsIn(signer.sign({ ...REQUEST, scope: ['b', 'a', 'b'] }))['scope']).toBe('b a');
    for (const scope of [undefined, []]) {
      expect(claimsIn(signer.sign({ ...REQUEST, scope }))).not.toHaveProperty('scope');
    }
    for (const scope of ['', 'a  b', ' a', ['a b'], ['"'], 5, null]) {
      const problem = usageProblem(() => signer.sign({ ...REQUEST, scope: scope as string }));
      expect(problem).toMatch(/^invalid_options: scope must be/);
    }
  });

  it('names the key by its id only where it has one', () => {
    const key = importPrivateKey({ pem: exportPrivatePem(privateKey), algorithm: 'ES256' });
    const token = createAccessTokenSigner({ key, issuer: ISSUER }).sign(REQUEST);
    expect(decodeUnverifiedJwt(token).unverifiedHeader).toEqual({ alg: 'ES256', typ: 'at+jwt' });
  });

  it('signs in the thread pool as well', async () => {
    const token = await signer.signAsync({ ...REQUEST, tokenId: 'later' });
    expect(verifierWith().verify(token).tokenId).toBe('later');
  });

  it.each<[string, Record<string, unknown>]>([
    ['subject', { subject: '' }],
    ['subject', { subject: null }],
    ['clientId', { clientId: 5 }],
    ['audience', { audience: [] }],
    ['lifetimeSeconds', { lifetimeSeconds: 0 }],
    ['lifetimeSeconds', { lifetimeSeconds: 1.5 }],
    ['authTime', { authTime: new Date() }],
    ['authTime', { authTime: Number.NaN }],
    ['acr', { acr: '' }],
    ['amr', { amr: 'pwd' }],
    ['amr', { amr: [] }],
    ['tokenId', { tokenId: 5 }],
    ['claims', { claims: [] }],
    ['claims', { claims: null }],
  ])('refuses a request whose %s is wrong: %j', (name, part) => {
    const problem = usageProblem(() => signer.sign({ ...REQUEST, ...part } as SignedAccessTokenRequest));
    expect(problem).toMatch(new RegExp(`^invalid_options: ${name} must be`));
  });

  it('refuses an empty request with every problem, at once or later', async () => {
    // @ts-expect-error everything is missing
    expect(usageProblem(() => signer.sign({}))).toBe(
      'invalid_options: subject is required; clientId is required; audience is required',
    );
    // @ts-expect-error everything is missing
    await expect(signer.signAsync({})).rejects.toMatchObject({ code: 'invalid_options' });
  });

  it.each(['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'client_id', 'scope', 'scp', 'auth_time', 'acr', 'amr'])(
    'refuses %s among the further claims',
    (name) => {
      const problem = usageProblem(() => signer.sign({ ...REQUEST, claims: { [name]: 'x' } }));
      expect(problem).toMatch(new RegExp(`^invalid_options: claims must not hold ${name}`));
    },
  );

  it('J29: refuses further claims that JSON cannot say', () => {
    for (const value of [undefined, Number.NaN, 1n, new Date(), () => 1]) {
      expect(usageProblem(() => signer.sign({ ...REQUEST, claims: { x: value } }))).toMatch(
        /^invalid_claims/,
      );
    }
  });

  it('takes private keys only, and names every problem', () => {
    const secret = importSecret({ algorithm: 'HS256', secret: SECRET });
    for (const key of [publicKey, secret, {}, 'pem']) {
      const options = { key, issuer: '', defaultLifetimeSeconds: 0 } as unknown as AccessTokenSignerOptions;
      expect(usageProblem(() => createAccessTokenSigner(options))).toMatch(
        /^invalid_options: key must be .*; issuer must be .*; defaultLifetimeSeconds must be/,
      );
    }
    // @ts-expect-error a secret is no private key
    expect(() => createAccessTokenSigner({ key: secret, issuer: ISSUER })).toThrow(TypeError);
    expect(usageProblem(() => createAccessTokenSigner({ key: privateKey, issuer: ISSUER }))).toBe('accepted');
  });
});
