import { inspect } from 'node:util';
import type { AlgorithmName, Jwk, SigningKey } from 'countersign';
import {
  computeJwkThumbprint,
  createJwsSigner,
  createJwsVerifier,
  exportPrivateJwk,
  exportPrivatePem,
  exportPublicJwk,
  exportPublicPem,
  generateKeyPair,
  importPrivateKey,
  importPublicKey,
} from 'countersign';
import { describe, expect, it } from 'vitest';
import { keyPairFor, secretKey } from '../support/keys.js';
import { usageProblem } from '../support/usage.js';

const ASYMMETRIC: readonly AlgorithmName[] = ['RS256', 'PS384', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed448'];

describe('a generated pair', () => {
  it('has the thumbprint for its id unless told otherwise', () => {
    const { privateKey, publicKey } = keyPairFor('ES256');
    const jwk = exportPublicJwk(publicKey);
    expect(publicKey.kid).toBe(computeJwkThumbprint(jwk));
    expect(privateKey.kid).toBe(publicKey.kid);
    expect(generateKeyPair('ES256', { kid: 'mine' }).publicKey.kid).toBe('mine');
  });

  it.each([
    ['HS256', 'importSecret'],
    ['ES265', 'did you mean'],
    ['none', 'must be'],
  ])('is refused for %s', (algorithm, problem) => {
    expect(usageProblem(() => generateKeyPair(algorithm as AlgorithmName))).toMatch(/^invalid_options: /);
    expect(usageProblem(() => generateKeyPair(algorithm as AlgorithmName))).toContain(problem);
  });

  it('shows only what may be shown', () => {
    const { privateKey } = generateKeyPair('ES256', { kid: 'k' });
    expect(inspect(privateKey, { depth: 9, showHidden: true })).not.toMatch(/PrivateKey|KeyObject/);
  });
});

describe('export', () => {
  it.each(ASYMMETRIC)('%s: what is exported imports again, and both halves still fit', (algorithm) => {
    const { privateKey, publicKey } = keyPairFor(algorithm);
    const { kid } = publicKey;
    const privates = [
      importPrivateKey({ algorithm, jwk: exportPrivateJwk(privateKey) }),
      importPrivateKey({ algorithm, kid, pem: exportPrivatePem(privateKey) }),
    ];
    const publics = [
      importPublicKey({ algorithm, jwk: exportPublicJwk(publicKey) }),
      importPublicKey({ algorithm, jwk: exportPublicJwk(privateKey) }),
      importPublicKey({ algorithm, kid, pem: exportPublicPem(privateKey) }),
    ];
    const payload = Buffer.from('payload');
    for (const key of privates) {
      expect(key.kid).toBe(kid);
      const token = createJwsSigner({ key }).sign(payload);
      for (const keys of publics) {
        const verifier = createJwsVerifier({ keys, algorithms: [algorithm], type: null });
        expect(Buffer.from(verifier.verify(token).payload)).toEqual(payload);
      }
    }
  });

  it('writes kid, alg and use into a JWK, and no private member into a public one', () => {
    const { privateKey } = generateKeyPair('ES256', { kid: 'k' });
    expect(Object.keys(exportPublicJwk(privateKey)).sort()).toEqual([
      'alg',
      'crv',
      'kid',
      'kty',
      'use',
      'x',
      'y',
    ]);
    expect(exportPublicJwk(privateKey)).toMatchObject({
      kty: 'EC',
      crv: 'P-256',
      kid: 'k',
      alg: 'ES256',
      use: 'sig',
    });
    expect(exportPrivateJwk(privateKey)).toHaveProperty('d');
    const rsa = exportPublicJwk(keyPairFor('RS256').privateKey);
    expect(Object.keys(rsa).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
    expect(exportPublicJwk(keyPairFor('Ed448').publicKey)).toMatchObject({ alg: 'EdDSA', crv: 'Ed448' });
  });

  it('leaves the kid out where there is none', () => {
    const key = importPublicKey({ algorithm: 'ES256', pem: exportPublicPem(keyPairFor('ES256').publicKey) });
    expect(exportPublicJwk(key)).not.toHaveProperty('kid');
  });

  it('refuses secrets, public keys where private ones are needed, and look-alikes', () => {
    const { publicKey } = keyPairFor('ES256');
    const wrong: readonly unknown[] = [secretKey, { ...publicKey }, Object.create(publicKey), null, 'text'];
    for (const key of wrong as SigningKey[]) {
      for (const exportKey of [exportPublicJwk, exportPublicPem, exportPrivateJwk, exportPrivatePem]) {
        expect(usageProblem(() => exportKey(key as never))).toMatch(/^invalid_key: /);
      }
    }
    expect(usageProblem(() => exportPrivatePem(publicKey as never))).toMatch(/^invalid_key: /);
    expect(usageProblem(() => exportPrivateJwk(publicKey as never))).toMatch(/^invalid_key: /);
  });
});

describe('a thumbprint', () => {
  it('looks at the required members only', () => {
    const { publicKey, privateKey } = keyPairFor('RS256');
    const thumbprint = computeJwkThumbprint(exportPublicJwk(publicKey));
    expect(computeJwkThumbprint(exportPrivateJwk(privateKey))).toBe(thumbprint);
    expect(computeJwkThumbprint({ ...exportPublicJwk(publicKey), use: 'enc', own: 1 })).toBe(thumbprint);
  });

  it.each([{}, { kty: 'RSA', e: 'AQAB' }, { kty: 'EC', crv: 'P-256', x: 1, y: 'a' }, { kty: '__proto__' }])(
    'is refused for %j',
    (jwk) => {
      expect(usageProblem(() => computeJwkThumbprint(jwk as Jwk))).toMatch(/^invalid_key: /);
    },
  );
});
