import { generateKeyPairSync } from 'node:crypto';
import type { AlgorithmName, ImportKeyOptions, KeyInput } from 'countersign';
import { exportPrivatePem, importPrivateKey } from 'countersign';
import { describe, expect, it } from 'vitest';
import type { RawKind } from '../support/raw-keys.js';
import { privateDer, privateJwk, privatePem, publicJwk, publicPem, rawPair } from '../support/raw-keys.js';
import { usageProblem } from '../support/usage.js';

const problemOf = (options: object) => usageProblem(() => importPrivateKey(options as ImportKeyOptions));

describe('the forms of a private key', () => {
  it.each<[AlgorithmName, RawKind]>([
    ['RS256', 'rsa'],
    ['PS512', 'rsa'],
    ['ES256', 'p256'],
    ['ES384', 'p384'],
    ['ES512', 'p521'],
    ['EdDSA', 'ed25519'],
    ['Ed448', 'ed448'],
  ])('%s: PEM, DER, JWK and KeyObject give the same key', (algorithm, kind) => {
    const forms: KeyInput[] = [
      { pem: privatePem(kind) },
      { der: privateDer(kind), derFormat: 'pkcs8' },
      { jwk: privateJwk(kind) },
      { keyObject: rawPair(kind).privateKey },
    ];
    if (kind === 'rsa') {
      forms.push({ pem: privatePem(kind, 'pkcs1') }, { der: privateDer(kind, 'pkcs1'), derFormat: 'pkcs1' });
    } else if (kind.startsWith('p')) {
      forms.push({ pem: privatePem(kind, 'sec1') }, { der: privateDer(kind, 'sec1'), derFormat: 'sec1' });
    }
    for (const form of forms) {
      const key = importPrivateKey({ algorithm, kid: 'k', ...form });
      expect(key).toMatchObject({ kind: 'private', algorithm, kid: 'k' });
      expect(exportPrivatePem(key)).toBe(privatePem(kind));
    }
  });

  it('shows nothing of itself when printed', () => {
    const key = importPrivateKey({ algorithm: 'ES256', jwk: privateJwk('p256') });
    expect(JSON.stringify(key)).toBe('{"kind":"private","algorithm":"ES256"}');
  });
});

describe('what is no private key', () => {
  it.each<[string, object]>([
    ['a public PEM', { pem: publicPem('p256') }],
    ['a public JWK', { jwk: publicJwk('p256') }],
    ['a public KeyObject', { keyObject: rawPair('p256').publicKey }],
    ['a public format', { der: privateDer('p256'), derFormat: 'spki' }],
    ['another format than said', { der: privateDer('p256', 'sec1'), derFormat: 'pkcs8' }],
    ['a secret', { jwk: { kty: 'oct', k: 'AAAA' } }],
    ['a JWK for checking only', { jwk: privateJwk('p256', { key_ops: ['verify'] }) }],
    ['a key of another curve', { pem: privatePem('p384') }],
  ])('refuses %s', (_, form) => {
    expect(problemOf({ algorithm: 'ES256', ...form })).toMatch(/^invalid_key: /);
  });

  it('refuses an encrypted key', () => {
    const { privateKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'p' },
    });
    expect(problemOf({ algorithm: 'ES256', pem: privateKey })).toContain('ENCRYPTED PRIVATE KEY');
  });

  it('J7: RSA of fewer than 2048 bits is refused for signing too', () => {
    expect(problemOf({ algorithm: 'RS256', pem: privatePem('rsa1024') })).toMatch(/^weak_key: /);
  });
});
