import { computeJwkThumbprint, decodeUnverifiedJwt, exportPublicJwk, generateKeyPair } from 'countersign';
import type { DpopRequest, DpopSignerOptions } from 'countersign/dpop';
import { createDpopSigner, generateDpopKey } from 'countersign/dpop';
import { describe, expect, it } from 'vitest';
import { keyPairFor, secretKey } from '../support/keys.js';
import { NOW } from '../support/tokens.js';
import { usageProblem } from '../support/usage.js';
import { judgeProof, METHOD, URL_OF_REQUEST } from './support/proofs.js';

const REQUEST = { method: METHOD, url: URL_OF_REQUEST };
const signerOf = (options: Partial<DpopSignerOptions> = {}) =>
  createDpopSigner({ key: keyPairFor('ES256').privateKey, clock: () => NOW + 0.9, ...options });

describe('a proof that is made', () => {
  it('holds the public key and the request, and nothing else', () => {
    const { unverifiedHeader, unverifiedClaims } = decodeUnverifiedJwt(signerOf().sign(REQUEST));
    const { kty, crv, x, y } = exportPublicJwk(keyPairFor('ES256').publicKey);
    expect(unverifiedHeader).toEqual({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } });
    expect(unverifiedClaims).toEqual({
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      htm: METHOD,
      htu: URL_OF_REQUEST,
      iat: NOW,
    });
  });

  it('says the access token by its hash, and the nonce', () => {
    const accessToken = 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU';
    const proof = signerOf().sign({ ...REQUEST, accessToken, nonce: 'eyJ7S_zG.eyJH0-Z.HX4w-7v' });
    expect(decodeUnverifiedJwt(proof).unverifiedClaims).toMatchObject({
      ath: 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo',
      nonce: 'eyJ7S_zG.eyJH0-Z.HX4w-7v',
    });
  });

  it('leaves the query and the fragment out of the URL', () => {
    const proof = signerOf().sign({ method: 'GET', url: 'https://API.example:443/a/?q=secret#top' });
    expect(decodeUnverifiedJwt(proof).unverifiedClaims['htu']).toBe('https://api.example/a/');
  });

  it('has an id of its own', () => {
    const signer = signerOf();
    const ids = Array.from(
      { length: 100 },
      () => decodeUnverifiedJwt(signer.sign(REQUEST)).unverifiedClaims['jti'],
    );
    expect(new Set(ids).size).toBe(100);
  });

  it.each([
    'ES256',
    'ES384',
    'ES512',
    'EdDSA',
    'PS256',
    'PS384',
    'PS512',
    'RS256',
    'RS384',
    'RS512',
  ] as const)('is taken by the verifier: %s', async (algorithm) => {
    const { privateKey, publicKey } = keyPairFor(algorithm);
    const signer = signerOf({ key: privateKey });
    expect(signer.thumbprint).toBe(computeJwkThumbprint(exportPublicJwk(publicKey)));
    const accessToken = 'an.access.token';
    const proof = signer.sign({ ...REQUEST, accessToken });
    expect(await judgeProof(proof, { accessToken, boundTo: signer.thumbprint })).toBe('accepted');
  });
});

describe('a key for proofs', () => {
  it('is made for ES256, or what is asked for', () => {
    expect(generateDpopKey()).toMatchObject({ kind: 'private', algorithm: 'ES256' });
    expect(generateDpopKey('EdDSA')).toMatchObject({ kind: 'private', algorithm: 'EdDSA' });
    expect(usageProblem(() => generateDpopKey('HS256' as never))).toMatch(/^invalid_options: HS256/);
  });

  it.each([
    ['a public key', keyPairFor('ES256').publicKey],
    ['a secret', secretKey],
    ['null', null],
    ['a pair', generateKeyPair('ES256')],
  ])('is not %s', (_, key) => {
    expect(usageProblem(() => createDpopSigner({ key: key as never }))).toMatch(/key must be a private key/);
  });
});

describe('a request that no proof can be made for', () => {
  it.each([
    ['a method with a space', { method: 'GET /' }],
    ['no method', { method: '' }],
    ['a relative URL', { url: '/orders' }],
    ['a URL of another scheme', { url: 'ftp://api.example/' }],
    ['a URL with a user', { url: 'https://user:pass@api.example/' }],
    ['a token with a line feed', { accessToken: 'to\nken' }],
    ['an empty token', { accessToken: '' }],
    ['a nonce with a quote', { nonce: 'a"b' }],
    ['an empty nonce', { nonce: '' }],
    ['a misspelt option', { acessToken: 'x' }],
  ])('has %s', (_, parts) => {
    const problem = usageProblem(() => signerOf().sign({ ...REQUEST, ...parts } as DpopRequest));
    expect(problem).toMatch(/^invalid_options: /);
    expect(problem).not.toMatch(/pass|to\nken|a"b/);
  });
});
