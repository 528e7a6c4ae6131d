import { createHmac } from 'node:crypto';
import {
  createJwtSigner,
  createStaticJwks,
  createStaticKeys,
  exportPrivatePem,
  exportPublicJwk,
  exportPublicPem,
  generateKeyPair,
  importPrivateKey,
  importSecret,
  TokenError,
} from 'countersign';
import type { AccessTokenCaller, AccessTokenVerifierOptions } from 'countersign/access-token';
import { createAccessTokenSigner, createAccessTokenVerifier } from 'countersign/access-token';
import { createAsapSigner, createAsapVerifier, createStaticPrivateKey } from 'countersign/asap';
import { createSignInClient } from 'countersign/sign-in';
import { createTestAuthority, createTestClock } from 'countersign/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from '../../support/judgement.js';
import { keyPairFor } from '../../support/keys.js';
import { usageProblem } from '../../support/usage.js';
import {
  AUDIENCE,
  CLAIMS,
  ISSUER,
  privateKey,
  publicKey,
  REQUEST,
  signer,
  tokenWith,
  verifierWith,
} from './support/authorization-server.js';
import { NOW, SECRET } from './support/providers.js';

const verifier = verifierWith();

describe('createAccessTokenVerifier', () => {
  it('gives the caller behind a good token, frozen', async () => {
    const token = signer.sign({ ...REQUEST, authTime: NOW - 5, acr: '2', amr: ['pwd'], tokenId: 'token-1' });
    const caller: AccessTokenCaller = verifier.verify(token);
    expect(caller).toEqual({
      kind: 'application',
      issuer: ISSUER,
      subject: 'user-1',
      clientId: 'client-1',
      audience: [AUDIENCE],
      scopes: ['read', 'write'],
      tokenId: 'token-1',
      issuedAt: NOW,
      expiresAt: NOW + 3600,
      authTime: NOW - 5,
      acr: '2',
      amr: ['pwd'],
      claims: { ...CLAIMS, exp: NOW + 3600, auth_time: NOW - 5, acr: '2', amr: ['pwd'] },
    });
    expect([caller, caller.audience, caller.scopes, caller.claims].every(Object.isFrozen)).toBe(true);
    expect(await verifier.verifyAsync(token)).toEqual(caller);
  });

  it.each([
    [{ typ: 'at+jwt' }, 'accepted'],
    [{ typ: 'at+JWT' }, 'accepted'],
    [{ typ: 'application/at+jwt' }, 'accepted'],
    [{ typ: 'Application/AT+JWT' }, 'accepted'],
    [{ typ: 'JWT' }, 'unexpected_token_type'],
    [{}, 'unexpected_token_type'],
    [{ typ: 'jwt+at' }, 'unexpected_token_type'],
    [{ typ: 'text/at+jwt' }, 'unexpected_token_type'],
  ])('J27: the header %j is %s', async (header, judgement) => {
    expect(await judge(verifier, tokenWith({}, header))).toBe(judgement);
  });

  it.each(['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'])(
    'RFC 9068 section 2.2: a token without %s is refused',
    async (name) => {
      expect(await judge(verifier, tokenWith({ [name]: undefined }))).toBe('claim_missing');
      expect(await judge(verifier, tokenWith({ [name]: null }))).toMatch(/^claim_(missing|invalid)$/);
    },
  );

  it.each([
    ['sub', ['', 1, ['user-1'], {}]],
    ['client_id', ['', 1, ['client-1'], {}]],
    ['jti', ['', 1, ['x'], {}, 'x'.repeat(1025)]],
    ['scope', ['', 'a  b', ' a', 'a\tb', 'a\u0000b', ['read'], 1, {}, null]],
    ['scp', ['read', [1], ['a b'], [''], {}, null]],
    ['auth_time', ['1', null, [], true]],
    ['acr', ['', 1, null, []]],
    ['amr', ['pwd', [1], null, {}]],
  ])('C13, C15: %s of another form is refused', async (name, values) => {
    for (const value of values) {
      expect(await judge(verifier, tokenWith({ [name]: value }))).toMatch(/^claim_(missing|invalid)$/);
    }
  });

  it('C14: what a prototype holds is no claim', () => {
    Object.defineProperty(Object.prototype, 'client_id', { value: 'polluted', configurable: true });
    try {
      expect(() => verifier.verify(tokenWith({ client_id: undefined }))).toThrow(TokenError);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'client_id');
    }
  });

  it('C9, C11: issuer and audience are compared exactly', async () => {
    for (const iss of [`${ISSUER}/`, ISSUER.toUpperCase(), 'https://authority.exampl']) {
      expect(await judge(verifier, tokenWith({ iss }))).toBe('issuer_mismatch');
    }
    for (const aud of [`${AUDIENCE}/`, 'https://other.example', ['https://other.example']]) {
      expect(await judge(verifier, tokenWith({ aud }))).toBe('audience_mismatch');
    }
    const caller = verifier.verify(tokenWith({ aud: ['https://other.example', AUDIENCE] }));
    expect(caller.audience).toEqual(['https://other.example', AUDIENCE]);
    const several = verifierWith({ issuer: ['https://second.example', ISSUER], audience: ['x', AUDIENCE] });
    expect(await judge(several, tokenWith())).toBe('accepted');
  });

  it('C3, C6, C7: times', async () => {
    expect(await judge(verifier, tokenWith({ exp: NOW + 1 }))).toBe('accepted');
    expect(await judge(verifier, tokenWith({ exp: NOW }))).toBe('token_expired');
    expect(await judge(verifier, tokenWith({ iat: NOW + 1 }))).toBe('token_not_yet_valid');
    expect(await judge(verifierWith({ toleranceSeconds: 1 }), tokenWith({ exp: NOW, iat: NOW - 1 }))).toBe(
      'accepted',
    );
    const strict = verifierWith({ maxAgeSeconds: 10, maxLifetimeSeconds: 60 });
    expect(await judge(strict, tokenWith({ iat: NOW - 10, exp: NOW + 50 }))).toBe('accepted');
    expect(await judge(strict, tokenWith({ iat: NOW - 11, exp: NOW + 49 }))).toBe('token_too_old');
    expect(await judge(strict, tokenWith({ iat: NOW, exp: NOW + 61 }))).toBe('lifetime_too_long');
  });

  it('reads scopes from a scp list too, and refuses two claims that disagree', async () => {
    const scopesOf = (claims: object) => verifier.verify(tokenWith({ ...claims })).scopes;
    expect(scopesOf({ scope: undefined, scp: ['b', 'a', 'b'] })).toEqual(['b', 'a']);
    expect(scopesOf({ scope: undefined })).toEqual([]);
    expect(scopesOf({ scope: 'a b', scp: ['b', 'a'] })).toEqual(['a', 'b']);
    for (const scp of [[], ['a'], ['a', 'c'], ['a', 'b', 'c']]) {
      expect(await judge(verifier, tokenWith({ scope: 'a b', scp }))).toBe('claim_invalid');
    }
  });

  it.each([
    ['read readwrite', 'read', 'accepted'],
    ['read readwrite', 'write', 'insufficient_scope'],
    ['a b c', ['c', 'a'], 'accepted'],
    ['a b c', 'a d', 'insufficient_scope'],
    ['*', 'read', 'insufficient_scope'],
    [undefined, 'read', 'insufficient_scope'],
  ])('C15: a token with %j where %j is needed is %s', async (scope, requiredScopes, judgement) => {
    expect(await judge(verifierWith({ requiredScopes }), tokenWith({ scope }))).toBe(judgement);
  });

  it('answers 403 insufficient_scope, and only once everything else was right', async () => {
    const needy = verifierWith({ requiredScopes: 'admin' });
    expect(() => needy.verify(tokenWith())).toThrow(
      expect.objectContaining({ code: 'insufficient_scope', status: 403, oauthError: 'insufficient_scope' }),
    );
    expect(await judge(needy, tokenWith({ exp: NOW }))).toBe('token_expired');
    expect(await judge(needy, tokenWith({ aud: 'x' }))).toBe('audience_mismatch');
    expect(await judge(needy, tokenWith({ client_id: 1 }))).toBe('claim_invalid');
  });

  it.each(['RS256', 'PS256', 'ES384', 'ES512', 'EdDSA'] as const)('verifies %s', async (algorithm) => {
    const pair = keyPairFor(algorithm);
    const token = createAccessTokenSigner({ key: pair.privateKey, issuer: ISSUER, clock: () => NOW }).sign(
      REQUEST,
    );
    const own = verifierWith({ keys: pair.publicKey, algorithms: null });
    expect(await judge(own, token)).toBe('accepted');
    expect(await judge(verifier, token)).toBe('algorithm_not_allowed');
  });

  it('finds the key in a key set by its id', async () => {
    const pairs = ['one', 'two'].map((kid) => generateKeyPair('ES256', { kid }));
    const jwks = createStaticJwks({
      jwks: { keys: pairs.map((pair) => exportPublicJwk(pair.publicKey)) },
      algorithms: ['ES256'],
    });
    const ofKeySet = verifierWith({ keys: jwks });
    for (const { privateKey: key } of pairs) {
      const token = createAccessTokenSigner({ key, issuer: ISSUER, clock: () => NOW }).sign(REQUEST);
      expect(await judge(ofKeySet, token)).toBe('accepted');
    }
    const { privateKey: stranger } = generateKeyPair('ES256', { kid: 'three' });
    const token = createAccessTokenSigner({ key: stranger, issuer: ISSUER, clock: () => NOW }).sign(REQUEST);
    expect(await judge(ofKeySet, token)).toBe('key_not_found');
  });

  it('J1, J4: takes no HMAC, whatever it is keyed with', async () => {
    const secret = importSecret({ algorithm: 'HS256', secret: SECRET });
    // @ts-expect-error a secret is no public key
    expect(usageProblem(() => verifierWith({ keys: secret }))).toMatch(
      /^invalid_options: keys must be public keys/,
    );
    // @ts-expect-error HS256 is none of the algorithms
    expect(usageProblem(() => verifierWith({ algorithms: ['HS256'] }))).toMatch(
      /^invalid_options: algorithms/,
    );
    const source = createStaticKeys([secret]);
    expect(usageProblem(() => verifierWith({ keys: source, algorithms: null }))).toContain(
      'algorithms must be named',
    );
    const [, payload] = tokenWith().split('.');
    const input = `${Buffer.from('{"alg":"HS256","typ":"at+jwt"}').toString('base64url')}.${payload}`;
    const forged = `${input}.${createHmac('sha256', exportPublicPem(publicKey)).update(input).digest('base64url')}`;
    expect(await judge(verifier, forged)).toBe('algorithm_not_allowed');
  });

  it('J28: tokens of other kinds under the very same key are refused, and this one by their verifiers', async () => {
    const pem = exportPrivatePem(privateKey);
    const asap = createAsapSigner({
      issuer: 'svc',
      keys: createStaticPrivateKey({ kid: 'svc/key', pem }),
      algorithm: 'ES256',
      clock: () => NOW,
    });
    const claims = { iss: ISSUER, sub: 'user-1', client_id: 'client-1', jti: 'x' };
    const asapToken = asap.sign({ audience: AUDIENCE, claims: { client_id: 'client-1' } });
    const idToken = createJwtSigner({ key: privateKey, lifetimeSeconds: 60, clock: () => NOW }).sign({
      ...claims,
      aud: AUDIENCE,
      token_use: 'id',
      email: 'ana@example.com',
    });
    const apiToken = createJwtSigner({ key: privateKey, lifetimeSeconds: 60, clock: () => NOW }).sign({
      ...claims,
      aud: AUDIENCE,
      level: 1,
      scopes: ['user:all'],
    });
    const any = verifierWith({ issuer: [ISSUER, 'svc'], keys: withAnyKeyId() });
    for (const token of [asapToken, idToken, apiToken]) {
      expect(await judge(any, token)).toBe('unexpected_token_type');
    }
    const asapVerifier = createAsapVerifier({
      keys: withAnyKeyId(),
      audience: AUDIENCE,
      issuers: null,
      clock: () => NOW,
    });
    expect(await judge(asapVerifier, asapToken)).toBe('accepted');
    const key = importPrivateKey({ pem, algorithm: 'ES256', kid: 'svc/key' });
    const asService = createAccessTokenSigner({ key, issuer: 'svc', clock: () => NOW });
    const accessToken = asService.sign({ ...REQUEST, subject: 'svc' });
    expect(await judge(any, accessToken)).toBe('accepted');
    expect(await judge(asapVerifier, accessToken)).toBe('unexpected_token_type');
  });

  it('J28: an ID token of the authority is no access token, nor the other way round', async () => {
    const authority = createTestAuthority({ clock: createTestClock(NOW), algorithm: 'ES256' });
    const any = verifierWith({ issuer: authority.issuer, audience: authority.appId, keys: withAnyKeyId() });
    const token = authority.signIdToken('ana@example.com', { client_id: 'client-1' });
    expect(await judge(any, token)).toBe('unexpected_token_type');
    const { appId, baseUrl, fetch } = authority;
    const client = createSignInClient({ appId, baseUrl, fetch, algorithms: ['ES256'], clock: () => NOW });
    await expect(client.verifyIdToken(tokenWith())).rejects.toMatchObject({
      cause: { code: 'unexpected_token_type' },
    });
  });

  it.each<[string, Partial<Record<keyof AccessTokenVerifierOptions, unknown>>]>([
    ['issuer', { issuer: null }],
    ['issuer', { issuer: [] }],
    ['audience', { audience: null }],
    ['audience', { audience: '' }],
    ['algorithms', { algorithms: [] }],
    ['requiredScopes', { requiredScopes: [] }],
    ['requiredScopes', { requiredScopes: 'a  b' }],
    ['maxAgeSeconds', { maxAgeSeconds: 0 }],
    ['toleranceSeconds', { toleranceSeconds: Number.NaN }],
    ['keys', { keys: [] }],
    ['keys', { keys: privateKey }],
  ])('C8, C10: %s: a wrong option is found when the verifier is made: %j', (name, part) => {
    const options = { keys: publicKey, issuer: ISSUER, audience: AUDIENCE, algorithms: null, ...part };
    const problem = usageProblem(() => createAccessTokenVerifier(options as AccessTokenVerifierOptions));
    expect(problem).toMatch(name === 'keys' ? /key/ : new RegExp(`^invalid_options: ${name} must`));
  });

  it('C10: issuer, audience and algorithms must be given', () => {
    // @ts-expect-error policy is missing
    expect(usageProblem(() => createAccessTokenVerifier({ keys: publicKey }))).toBe(
      'invalid_options: issuer is required; audience is required; algorithms is required (null switches it off)',
    );
  });

  it('whatever is signed is read back', () => {
    const characters = fc.integer({ min: 0x61, max: 0x7a }).map((code) => String.fromCharCode(code));
    const scope = fc.string({ unit: characters, minLength: 1, maxLength: 6 });
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    const request = fc.record({
      subject: name,
      clientId: name,
      scope: fc.uniqueArray(scope, { maxLength: 5 }),
      lifetimeSeconds: fc.integer({ min: 1, max: 86_400 }),
    });
    fc.assert(
      fc.property(request, ({ subject, clientId, scope: scopes, lifetimeSeconds }) => {
        const given = { subject, clientId, scope: scopes, lifetimeSeconds, audience: AUDIENCE };
        const caller = verifier.verify(signer.sign(given));
        expect(caller).toMatchObject({ subject, clientId, scopes, expiresAt: NOW + lifetimeSeconds });
      }),
      { numRuns: 100 },
    );
  });
});

/** The key of the tests under whatever id a token gives it. */
function withAnyKeyId() {
  return {
    algorithms: ['ES256'] as const,
    peek: () => publicKey,
    resolve: async () => publicKey,
  };
}
