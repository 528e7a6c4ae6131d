import { X509Certificate } from 'node:crypto';
import type { AlgorithmName, ImportKeyOptions, KeyInput } from 'countersign';
import { exportPublicPem, importPublicKey } from 'countersign';
import { describe, expect, it } from 'vitest';
import { CERTIFICATE_PEM, CERTIFIED_KEY_PEM } from '../support/certificate.js';
import type { RawKind } from '../support/raw-keys.js';
import {
  privateDer,
  privateJwk,
  privatePem,
  publicDer,
  publicJwk,
  publicPem,
  rawPair,
} from '../support/raw-keys.js';
import { usageProblem } from '../support/usage.js';

const KIND_OF: readonly (readonly [AlgorithmName, RawKind])[] = [
  ['RS256', 'rsa'],
  ['RS384', 'rsa'],
  ['RS512', 'rsa'],
  ['PS256', 'rsa'],
  ['PS384', 'rsa'],
  ['PS512', 'rsa'],
  ['ES256', 'p256'],
  ['ES384', 'p384'],
  ['ES512', 'p521'],
  ['EdDSA', 'ed25519'],
  ['Ed448', 'ed448'],
];

const problemOf = (options: object) => usageProblem(() => importPublicKey(options as ImportKeyOptions));

describe('the forms of a public key', () => {
  it.each(KIND_OF)('%s: PEM, DER, JWK and KeyObject give the same key', (algorithm, kind) => {
    const forms: KeyInput[] = [
      { pem: publicPem(kind) },
      { der: publicDer(kind), derFormat: 'spki' },
      { jwk: publicJwk(kind) },
      { keyObject: rawPair(kind).publicKey },
    ];
    if (kind === 'rsa') {
      forms.push({ pem: publicPem(kind, 'pkcs1') }, { der: publicDer(kind, 'pkcs1'), derFormat: 'pkcs1' });
    }
    for (const form of forms) {
      const key = importPublicKey({ algorithm, kid: 'k', ...form });
      expect(key).toMatchObject({ kind: 'public', algorithm, kid: 'k' });
      expect(exportPublicPem(key)).toBe(publicPem(kind));
    }
  });

  it('takes the key of a certificate, as PEM and as DER', () => {
    const der = new X509Certificate(CERTIFICATE_PEM).raw;
    for (const form of [{ pem: CERTIFICATE_PEM }, { der, derFormat: 'x509' }] as const) {
      expect(exportPublicPem(importPublicKey({ algorithm: 'ES256', ...form }))).toBe(CERTIFIED_KEY_PEM);
    }
  });

  it('takes the kid from the JWK, or from the option where they agree', () => {
    expect(importPublicKey({ algorithm: 'ES256', jwk: publicJwk('p256', { kid: 'a' }) }).kid).toBe('a');
    expect(importPublicKey({ algorithm: 'ES256', kid: 'a', jwk: publicJwk('p256', { kid: 'a' }) }).kid).toBe(
      'a',
    );
    expect(importPublicKey({ algorithm: 'ES256', jwk: publicJwk('p256') }).kid).toBeUndefined();
    expect(problemOf({ algorithm: 'ES256', kid: 'b', jwk: publicJwk('p256', { kid: 'a' }) })).toMatch(
      /^invalid_key/,
    );
  });

  it('leaves the JWK and the bytes of the caller alone', () => {
    const jwk = Object.freeze(publicJwk('p256'));
    const der = publicDer('p256');
    const before = Buffer.from(der);
    importPublicKey({ algorithm: 'ES256', jwk });
    importPublicKey({ algorithm: 'ES256', der, derFormat: 'spki' });
    expect(der).toEqual(before);
  });

  it('is frozen, and shows nothing of itself when printed', () => {
    const key = importPublicKey({ algorithm: 'ES256', kid: 'k', pem: publicPem('p256') });
    expect(Object.isFrozen(key)).toBe(true);
    expect(JSON.stringify(key)).toBe('{"kind":"public","algorithm":"ES256","kid":"k"}');
  });
});

describe('options', () => {
  it.each([
    [{ algorithm: 'ES256' }, 'exactly one'],
    [{ algorithm: 'ES256', pem: publicPem('p256'), jwk: publicJwk('p256') }, 'exactly one'],
    [{ algorithm: 'ES256', der: publicDer('p256') }, 'belong together'],
    [{ algorithm: 'ES256', pem: publicPem('p256'), derFormat: 'spki' }, 'belong together'],
    [{ algorithm: 'ES256', der: publicDer('p256'), derFormat: 'raw' }, 'derFormat must be'],
    [{ algorithm: 'ES256', der: 'text', derFormat: 'spki' }, 'der must be bytes'],
    [{ algorithm: 'ES256', keyObject: {} }, 'keyObject must be a KeyObject'],
    [{ algorithm: 'ES256', jwk: 'text' }, 'jwk must be an object'],
    [{ algorithm: 'ES256', kid: '', pem: publicPem('p256') }, 'kid must be'],
    [{ pem: publicPem('p256') }, 'algorithm is required'],
    [{ algorithm: 'ES265', pem: publicPem('p256') }, 'did you mean "ES256"'],
    [{ algorithm: 'none', pem: publicPem('p256') }, 'algorithm must be'],
    [{ algorithm: 'toString', pem: publicPem('p256') }, 'algorithm must be'],
    [{ algorithm: '__proto__', pem: publicPem('p256') }, 'algorithm must be'],
  ])('refuses %j', (options, problem) => {
    expect(problemOf(options)).toMatch(/^invalid_options: /);
    expect(problemOf(options)).toContain(problem);
  });

  it('sends secrets to importSecret', () => {
    expect(problemOf({ algorithm: 'HS256', jwk: { kty: 'oct', k: 'AAAA' } })).toContain('importSecret');
  });
});

describe('keys that are not public', () => {
  it.each<[string, object]>([
    ['PKCS#8 PEM', { pem: privatePem('p256') }],
    ['SEC1 PEM', { pem: privatePem('p256', 'sec1') }],
    ['PKCS#8 DER as pkcs8', { der: privateDer('p256'), derFormat: 'pkcs8' }],
    ['PKCS#8 DER as spki', { der: privateDer('p256'), derFormat: 'spki' }],
    ['a private JWK', { jwk: privateJwk('p256') }],
    ['a JWK with one private member', { jwk: publicJwk('p256', { d: '' }) }],
    ['a private KeyObject', { keyObject: rawPair('p256').privateKey }],
  ])('refuses %s', (_, form) => {
    expect(problemOf({ algorithm: 'ES256', ...form })).toMatch(/^invalid_key: /);
  });

  it('refuses an oct JWK for every algorithm', () => {
    const jwk = { kty: 'oct', k: Buffer.alloc(64, 1).toString('base64url') };
    for (const algorithm of ['HS256', 'RS256', 'ES256', 'EdDSA']) {
      expect(problemOf({ algorithm, jwk })).toMatch(/^invalid_key: /);
    }
  });
});

describe('weak keys', () => {
  const jwkWithExponent = (e: string) => ({ algorithm: 'RS256', jwk: publicJwk('rsa', { e }) });

  it('J7: RSA of fewer than 2048 bits is refused in every form', () => {
    for (const form of [
      { pem: publicPem('rsa1024') },
      { pem: publicPem('rsa1024', 'pkcs1') },
      { jwk: publicJwk('rsa1024') },
      { keyObject: rawPair('rsa1024').publicKey },
    ]) {
      for (const algorithm of ['RS256', 'PS512']) {
        expect(problemOf({ algorithm, ...form })).toMatch(/^weak_key: .* 1024 bits/);
      }
    }
  });

  it.each([
    ['1', 'AQ'],
    ['0', ''],
    ['2', 'Ag'],
    ['4', 'BA'],
    ['65536', 'AQAA'],
  ])('J7: the RSA exponent %s is refused', (_, e) => {
    expect(problemOf(jwkWithExponent(e))).toMatch(/^weak_key: /);
  });

  it.each([
    ['3', 'Aw'],
    ['65537', 'AQAB'],
  ])('J7: the RSA exponent %s is accepted', (_, e) => {
    expect(problemOf(jwkWithExponent(e))).toBe('accepted');
  });
});

describe('what a JWK says about itself', () => {
  it.each<[string, RawKind, Record<string, unknown>]>([
    ['RS256', 'rsa', { use: 'enc' }],
    ['RS256', 'rsa', { use: 1 }],
    ['RS256', 'rsa', { key_ops: ['encrypt'] }],
    ['RS256', 'rsa', { key_ops: ['sign'] }],
    ['RS256', 'rsa', { key_ops: [] }],
    ['RS256', 'rsa', { key_ops: 'verify' }],
    ['RS256', 'rsa', { key_ops: ['verify', 'verify'] }],
    ['RS256', 'rsa', { key_ops: ['verify', 1] }],
    ['RS256', 'rsa', { alg: 'RS384' }],
    ['RS256', 'rsa', { alg: 'PS256' }],
    ['RS256', 'rsa', { alg: 'rs256' }],
    ['RS256', 'rsa', { alg: 1 }],
    ['ES512', 'p521', { alg: 'ES521' }],
    ['EdDSA', 'ed25519', { alg: 'Ed448' }],
    ['RS256', 'rsa', { kid: 1 }],
    ['RS256', 'rsa', { kid: '' }],
  ])('J8: %s refuses a JWK (%s) with %j', (algorithm, kind, members) => {
    expect(problemOf({ algorithm, jwk: publicJwk(kind, members) })).toMatch(/^invalid_key: /);
  });

  it.each<[string, RawKind, Record<string, unknown>]>([
    ['RS256', 'rsa', { use: 'sig', alg: 'RS256', key_ops: ['verify'] }],
    ['RS256', 'rsa', { key_ops: ['sign', 'verify'] }],
    ['EdDSA', 'ed25519', { alg: 'EdDSA' }],
    ['EdDSA', 'ed25519', { alg: 'Ed25519' }],
    ['Ed448', 'ed448', { alg: 'EdDSA' }],
    ['Ed448', 'ed448', { alg: 'Ed448' }],
    ['RS256', 'rsa', { x5c: ['ignored'], x5u: 'https://ignored.example', 'own-member': 1 }],
  ])('J8: %s takes a JWK (%s) with %j', (algorithm, kind, members) => {
    expect(problemOf({ algorithm, jwk: publicJwk(kind, members) })).toBe('accepted');
  });

  it('reports all that speaks against a JWK together', () => {
    const jwk = publicJwk('p256', { use: 'enc', alg: 'ES256', key_ops: ['deriveKey'] });
    expect(problemOf({ algorithm: 'RS256', jwk }).split('; ')).toHaveLength(4);
  });
});

describe('keys of another kind than the algorithm', () => {
  it.each<[AlgorithmName, RawKind]>([
    ['ES256', 'p384'],
    ['ES256', 'p521'],
    ['ES256', 'secp256k1'],
    ['ES384', 'p256'],
    ['ES512', 'p384'],
    ['ES256', 'rsa'],
    ['RS256', 'p256'],
    ['RS256', 'ed25519'],
    ['PS256', 'ed25519'],
    ['RS256', 'rsaPss'],
    ['PS256', 'rsaPss'],
    ['EdDSA', 'ed448'],
    ['Ed448', 'ed25519'],
    ['EdDSA', 'x25519'],
    ['EdDSA', 'p256'],
  ])('J9: %s refuses a key of kind %s', (algorithm, kind) => {
    expect(problemOf({ algorithm, keyObject: rawPair(kind).publicKey })).toMatch(/^invalid_key: /);
    expect(problemOf({ algorithm, pem: publicPem(kind) })).toMatch(/^invalid_key: /);
  });

  it.each<[string, Record<string, unknown>]>([
    ['a point off the curve', publicJwk('p256', { y: publicJwk('p256')['x'] })],
    ['a coordinate at the origin', publicJwk('p256', { x: '', y: '' })],
    ['a coordinate too long', publicJwk('p256', { x: Buffer.alloc(40, 1).toString('base64url') })],
    ['the wrong name for its curve', publicJwk('p256', { crv: 'P-384' })],
    ['an unknown curve', publicJwk('p256', { crv: 'P-999' })],
    ['a missing coordinate', { kty: 'EC', crv: 'P-256', x: publicJwk('p256')['x'] }],
    ['RSA members labelled EC', { ...publicJwk('rsa'), kty: 'EC' }],
    ['EC members labelled RSA', { ...publicJwk('p256'), kty: 'RSA' }],
    ['no kty', { ...publicJwk('p256'), kty: undefined }],
    ['kty of another case', { ...publicJwk('p256'), kty: 'ec' }],
    ['an inherited kty', Object.create({ kty: 'EC' })],
  ])('J9: a JWK with %s is refused', (_, jwk) => {
    for (const algorithm of ['ES256', 'RS256']) {
      expect(problemOf({ algorithm, jwk })).toMatch(/^invalid_key: /);
    }
  });
});

describe('errors', () => {
  it('do not repeat the key', () => {
    const body = publicPem('p384').split('\n')[1] ?? '';
    for (const pem of [publicPem('p384'), publicPem('p384').slice(0, -40), `${body}\n${publicPem('p256')}`]) {
      expect(problemOf({ algorithm: 'ES256', pem })).not.toContain(body);
    }
  });
});
