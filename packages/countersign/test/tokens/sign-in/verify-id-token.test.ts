import {
  createJwtSigner,
  exportPrivatePem,
  exportPublicJwk,
  exportPublicPem,
  generateKeyPair,
} from 'countersign';
import type { IdTokenAlgorithm, SignInClientOptions } from 'countersign/sign-in';
import { createSignInClient } from 'countersign/sign-in';
import { createTestAuthority, createTestClock } from 'countersign/testing';
import { describe, expect, it } from 'vitest';
import { originalLibrary } from './support/original-library.js';
import { rejectionOf } from './support/rejection.js';
import { createScriptedFetch, empty, json, text } from './support/scripted-fetch.js';

const NOW = 1_583_695_439;
const EMAIL = 'ana@example.com';

function setUp(options: Partial<SignInClientOptions> = {}, algorithm: IdTokenAlgorithm = 'ES512') {
  const clock = createTestClock(NOW);
  const authority = createTestAuthority({ clock, algorithm });
  const { appId, baseUrl, fetch } = authority;
  const client = createSignInClient({ appId, baseUrl, fetch, clock, ...options });
  return { clock, authority, client };
}

describe('verifyIdToken', () => {
  it('JAM-6, JAM-19: gives the person behind a good token', async () => {
    const { authority, client } = setUp();
    const idToken = authority.signIdToken(EMAIL, { jti: '6a22c912-f036-4e42-bf39-477fa3a18f6d' });
    const person = await client.verifyIdToken(idToken);
    expect(person).toEqual({
      verifiedBy: 'signature',
      email: EMAIL,
      subject: EMAIL,
      issuer: authority.issuer,
      audience: authority.appId,
      tokenId: '6a22c912-f036-4e42-bf39-477fa3a18f6d',
      issuedAt: NOW,
      expiresAt: NOW + 1800,
      claims: {
        email: EMAIL,
        sub: EMAIL,
        aud: authority.appId,
        iss: authority.issuer,
        jti: '6a22c912-f036-4e42-bf39-477fa3a18f6d',
        token_use: 'id',
        iat: NOW,
        nbf: NOW,
        exp: NOW + 1800,
      },
    });
    expect(Object.isFrozen(person) && Object.isFrozen(person.claims)).toBe(true);
  });

  it('JAM-6: fetches the keys on first use only, and again when told to', async () => {
    const { authority, client } = setUp();
    const idToken = authority.signIdToken(EMAIL);
    expect(authority.keyRequests).toBe(0);
    await client.verifyIdToken(idToken);
    await client.verifyIdToken(idToken);
    expect(authority.keyRequests).toBe(1);
    await client.verifyIdToken(idToken, { refetchKeys: true });
    expect(authority.keyRequests).toBe(2);
    await client.verifyIdToken(idToken, { refetchKeys: false });
    expect(authority.keyRequests).toBe(2);
  });

  it('JAM-5, JAM-6: fetches the keys again by itself for a new kid, whatever the order of the keys', async () => {
    const { authority, client, clock } = setUp();
    const old = authority.signIdToken(EMAIL);
    await client.verifyIdToken(old);
    authority.rotateKey();
    const recent = authority.signIdToken(EMAIL);
    clock.advance(30);
    await expect(client.verifyIdToken(recent)).resolves.toMatchObject({ email: EMAIL });
    await expect(client.verifyIdToken(old)).resolves.toMatchObject({ email: EMAIL });
    expect(authority.keyRequests).toBe(2);
  });

  it('JAM-5: a key that was taken out of the set is refused once the set is fetched again', async () => {
    const { authority, client } = setUp();
    const old = authority.signIdToken(EMAIL);
    await client.verifyIdToken(old);
    authority.rotateKey();
    authority.withdrawOldKeys();
    const error = await rejectionOf(client.verifyIdToken(old, { refetchKeys: true }));
    expect(error).toMatchObject({ code: 'unauthorized', reason: 'key_not_found' });
  });

  it('JAM-6: names the kid that is not in the key set', async () => {
    const { authority, client } = setUp();
    const foreign = createTestAuthority({ clock: () => NOW });
    const idToken = foreign.signIdToken(EMAIL);
    await client.verifyIdToken(authority.signIdToken(EMAIL));
    const { kid } = originalLibrary.decode(idToken, { complete: true }).header;
    const error = await rejectionOf(client.verifyIdToken(idToken));
    expect(error).toMatchObject({ code: 'unauthorized', reason: 'key_not_found' });
    expect(error.message).toContain(`kid not found: the token was signed with kid "${kid}"`);
  });

  it('S5: a kid that would forge log lines is named harmlessly', async () => {
    const { authority, client } = setUp();
    const { privateKey } = generateKeyPair('ES512', {
      kid: `a\r\nINFO all is well\u001b[31m"${'x'.repeat(200)}`,
    });
    const idToken = createJwtSigner({ key: privateKey, lifetimeSeconds: 60 }).sign({});
    await client.verifyIdToken(authority.signIdToken(EMAIL));
    const error = await rejectionOf(client.verifyIdToken(idToken));
    expect(error.message).toContain('kid "a??INFO all is well?[31m?xxx');
    expect(error.message.length).toBeLessThan(250);
  });

  it.each([
    ['nothing', ''],
    ['no token', 'no token'],
    ['two segments', 'e30.e30'],
    ['a header that is no JSON', 'bm8.e30.c2ln'],
    ['undefined', undefined as never],
  ])('JAM-6: says "Invalid JWT" to what cannot be decoded: %s', async (_what, idToken) => {
    const { client } = setUp();
    const error = await rejectionOf(client.verifyIdToken(idToken));
    expect(error).toMatchObject({ code: 'unauthorized', reason: 'malformed_token', message: 'Invalid JWT' });
  });

  it.each([
    ['of another app', { aud: 'another-app' }, 'audience_mismatch'],
    ['of another issuer', { iss: 'https://authority.test/another-app' }, 'issuer_mismatch'],
    ['of an issuer with a slash at the end', (issuer: string) => ({ iss: `${issuer}/` }), 'issuer_mismatch'],
    ['of another use', { token_use: 'access' }, 'claim_invalid'],
    ['of a use that is no text', { token_use: ['id'] }, 'claim_invalid'],
    ['without a use', { token_use: null }, 'claim_missing'],
    ['without an address', { email: null }, 'claim_missing'],
    ['whose address is no text', { email: { toString: 'x' } }, 'claim_invalid'],
    ['with an empty address', { email: '' }, 'claim_invalid'],
    ['without a subject', { sub: '' }, 'claim_invalid'],
    ['without an id', { jti: null }, 'claim_missing'],
    ['whose id is a number', { jti: 7 }, 'claim_invalid'],
    ['that begins a second from now', { nbf: NOW + 1 }, 'token_not_yet_valid'],
    ['issued a second from now', { iat: NOW + 1 }, 'token_not_yet_valid'],
    ['that ends now', { exp: NOW, iat: NOW - 9, nbf: NOW - 9 }, 'token_expired'],
  ])('JAM-6, JAM-7: refuses a token %s', async (_what, claims, reason) => {
    const { authority, client } = setUp();
    const extra = typeof claims === 'function' ? claims(authority.issuer) : claims;
    const error = await rejectionOf(client.verifyIdToken(authority.signIdToken(EMAIL, extra)));
    expect(error).toMatchObject({ code: 'unauthorized', reason });
  });

  it('JAM-6: says which token_use it wants', async () => {
    const { authority, client } = setUp();
    const error = await rejectionOf(
      client.verifyIdToken(authority.signIdToken(EMAIL, { token_use: 'access' })),
    );
    expect(error.message).toBe('invalid token_use: expected "id" but got "access"');
  });

  it('JAM-6: has no tolerance by default: good until just before exp, refused at exp', async () => {
    const { authority, client, clock } = setUp();
    const idToken = authority.signIdToken(EMAIL);
    clock.advance(1799);
    await expect(client.verifyIdToken(idToken)).resolves.toMatchObject({ email: EMAIL });
    clock.advance(1);
    expect(await rejectionOf(client.verifyIdToken(idToken))).toMatchObject({ reason: 'token_expired' });
  });

  it('toleranceSeconds widens both ends', async () => {
    const { authority, client, clock } = setUp({ toleranceSeconds: 10 });
    const early = authority.signIdToken(EMAIL, { nbf: NOW + 10, iat: NOW + 10 });
    await expect(client.verifyIdToken(early)).resolves.toMatchObject({ email: EMAIL });
    const idToken = authority.signIdToken(EMAIL);
    clock.advance(1809);
    await expect(client.verifyIdToken(idToken)).resolves.toMatchObject({ email: EMAIL });
    clock.advance(1);
    expect(await rejectionOf(client.verifyIdToken(idToken))).toMatchObject({ reason: 'token_expired' });
  });

  it('JAM-6: refuses a signature that does not hold', async () => {
    const { authority, client } = setUp();
    const [header, , signature] = authority.signIdToken(EMAIL).split('.');
    const [, claims] = authority.signIdToken('eve@example.com').split('.');
    const error = await rejectionOf(client.verifyIdToken(`${header}.${claims}.${signature}`));
    expect(error).toMatchObject({ code: 'unauthorized', reason: 'bad_signature' });
  });

  it.each(['ES256', 'EdDSA'] as const)('JAM-6: takes ES512 only, %s by option', async (algorithm) => {
    const strict = setUp({}, algorithm);
    const idToken = strict.authority.signIdToken(EMAIL);
    expect(await rejectionOf(strict.client.verifyIdToken(idToken))).toMatchObject({
      code: 'unauthorized',
      reason: 'algorithm_not_allowed',
    });
    const { authority, client } = setUp({ algorithms: ['ES512', algorithm] }, algorithm);
    await expect(client.verifyIdToken(authority.signIdToken(EMAIL))).resolves.toMatchObject({ email: EMAIL });
  });
});

describe('verifyIdToken without keys', () => {
  it('JAM-6: has no code when the keys cannot be fetched, and says when to try again', async () => {
    const { authority, client } = setUp();
    authority.isDown = true;
    const error = await rejectionOf(client.verifyIdToken(authority.signIdToken(EMAIL)));
    expect('code' in error).toBe(false);
    expect(error).toMatchObject({ reason: 'key_source_unavailable', retryAfterSeconds: 1 });
    expect(error.message).toContain('https://authority.test/');
  });

  it('JAM-6: a forced fetch that fails is told, even where keys are known', async () => {
    const { authority, client } = setUp();
    const idToken = authority.signIdToken(EMAIL);
    await client.verifyIdToken(idToken);
    authority.isDown = true;
    const error = await rejectionOf(client.verifyIdToken(idToken, { refetchKeys: true }));
    expect(error.reason).toBe('key_source_unavailable');
    await expect(client.verifyIdToken(idToken)).resolves.toMatchObject({ email: EMAIL });
  });

  it('JAM-6: a token that cannot be decoded is bad, whether or not keys can be had', async () => {
    const { authority, client } = setUp();
    authority.isDown = true;
    expect(await rejectionOf(client.verifyIdToken('no token'))).toMatchObject({ code: 'unauthorized' });
    expect(authority.keyRequests).toBe(0);
  });
});

describe('interoperability with the originals', () => {
  const { privateKey, publicKey } = generateKeyPair('ES512', { kid: '2eb40104-dc45-4f37-b69c-937b6386b9f6' });
  const claims = {
    email: EMAIL,
    sub: EMAIL,
    aud: 'test-app-id',
    iss: 'https://sign-in.example/test-app-id',
    jti: '6a22c912-f036-4e42-bf39-477fa3a18f6d',
    token_use: 'id',
    iat: NOW,
    nbf: NOW,
    exp: NOW + 1800,
  };
  const { fetch } = createScriptedFetch(json(200, { keys: [bareJwk()] }));
  const client = createSignInClient({
    appId: 'test-app-id',
    baseUrl: 'https://sign-in.example/',
    fetch,
    clock: () => NOW,
  });

  /** The members that the original service published. */
  function bareJwk() {
    const { kty, crv, x, y, kid } = exportPublicJwk(publicKey);
    return { kty, crv, x, y, kid };
  }

  function signWithOriginal(header: object = {}, without?: string): string {
    const kept = Object.fromEntries(Object.entries(claims).filter(([name]) => name !== without));
    return originalLibrary.sign(kept, exportPrivatePem(privateKey), {
      algorithm: 'ES512',
      header: { alg: 'ES512', typ: 'JWT', kid: publicKey.kid, ...header },
      noTimestamp: without === 'iat',
    });
  }

  it('JAM-19: verifies a token of the shape that the original service signed', async () => {
    const idToken = signWithOriginal();
    expect(originalLibrary.decode(idToken, { complete: true }).header).toEqual({
      alg: 'ES512',
      typ: 'JWT',
      kid: publicKey.kid,
    });
    await expect(client.verifyIdToken(idToken)).resolves.toMatchObject({ email: EMAIL, claims });
  });

  it('JAM-6, JAM-19: what this library signs, the library of the Node original verifies', () => {
    const clock = () => NOW;
    const authority = createTestAuthority({ clock });
    const issuer = authority.issuer;
    const signer = createJwtSigner({
      key: privateKey,
      issuer,
      audience: authority.appId,
      lifetimeSeconds: 1800,
      clock,
    });
    const idToken = signer.sign({ email: EMAIL, sub: EMAIL, jti: 'j', token_use: 'id', nbf: NOW });
    const verified = originalLibrary.verify(idToken, exportPublicPem(publicKey), {
      algorithms: ['ES512'],
      audience: authority.appId,
      issuer,
      clockTimestamp: NOW,
    });
    expect(verified).toMatchObject({ email: EMAIL, token_use: 'id' });
  });

  it.each(['iat', 'nbf', 'exp', 'email', 'sub', 'jti', 'token_use', 'iss', 'aud'])(
    'JAM-7, JAM-20: refuses a token without %s',
    async (name) => {
      const error = await rejectionOf(client.verifyIdToken(signWithOriginal({}, name)));
      expect(error).toMatchObject({ code: 'unauthorized', reason: 'claim_missing' });
    },
  );

  it.each([
    ['jku', { jku: 'https://evil.example/' }, 'malformed_token'],
    ['a private member', { 'x-own': 1 }, 'malformed_token'],
    ['a typ in other letters', { typ: 'jwt' }, 'unexpected_token_type'],
    ['the typ of an access token', { typ: 'at+jwt' }, 'unexpected_token_type'],
    ['no typ', { typ: undefined }, 'unexpected_token_type'],
    ['no kid', { kid: undefined }, 'key_not_found'],
  ])('JAM-20: refuses, as the Python original does, a header with %s', async (_what, header, reason) => {
    const idToken = signWithOriginal(header);
    const error = await rejectionOf(client.verifyIdToken(idToken));
    expect(error).toMatchObject({ code: 'unauthorized', reason });
  });
});

describe('getJwks', () => {
  it('JAM-5: gives the key set as the authority sent it, fetched each time', async () => {
    const { authority, client } = setUp();
    const { keys } = await client.getJwks();
    expect(keys).toEqual([expect.objectContaining({ kty: 'EC', crv: 'P-521' })]);
    expect(keys[0]).toHaveProperty('kid');
    await client.getJwks();
    expect(authority.keyRequests).toBe(2);
  });

  it.each([
    ['404', json(404, { message: 'app not found' }), 'not_found', 'app not found'],
    [
      '500',
      json(500, { message: 'app not found' }),
      'unexpected_answer',
      '500 : {"message":"app not found"}',
    ],
    ['no keys', json(200, { keys: [] }), 'unexpected_answer', 'The answer of the authority holds no keys'],
    ['no list', json(200, { keys: {} }), 'unexpected_answer', 'The answer of the authority holds no keys'],
    [
      'no objects',
      json(200, { keys: ['x'] }),
      'unexpected_answer',
      'The answer of the authority holds no keys',
    ],
    ['no JSON', text(200, 'OK', 'hello'), 'unexpected_answer', 'The answer of the authority holds no keys'],
    ['no body', empty(200), 'unexpected_answer', 'The answer of the authority holds no keys'],
  ])('JAM-5: rejects the answer %s', async (_what, answer, reason, message) => {
    const { fetch } = createScriptedFetch(answer);
    const { client } = setUp({ fetch });
    expect(await rejectionOf(client.getJwks())).toMatchObject({ reason, message });
  });
});

describe('createSignInClient', () => {
  it.each([
    [{ algorithms: [] }, /algorithms must be a list of ES512, ES256, EdDSA/],
    [{ algorithms: ['HS256'] }, /algorithms must be/],
    [{ algorithms: 'ES512' }, /algorithms must be/],
    [{ toleranceSeconds: -1 }, /toleranceSeconds/],
    [{ toleranceSeconds: Number.POSITIVE_INFINITY }, /toleranceSeconds/],
    [{ clock: 5 }, /clock must be a function/],
    [{ baseUrl: undefined }, /baseUrl is required/],
  ])('refuses options that cannot be right (%#)', (wrong, problem) => {
    const options = { appId: 'a', baseUrl: 'https://sign-in.example', ...wrong };
    expect(() => createSignInClient(options as never)).toThrow(problem);
  });

  it('JAM-13: leaves caches alone, which servers have none of', async () => {
    const { fetch, sent } = createScriptedFetch(empty(200));
    const { client } = setUp({ fetch });
    await client.startSignIn(EMAIL);
    expect(sent[0]?.init.cache).toBeUndefined();
  });
});
