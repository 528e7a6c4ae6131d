import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { normalisePublicKey } from '../../src/services/public-key-pem.js';
import { aPem, CERTIFICATE, RSA_PAIR, rsaPemWithExponent, spki } from '../support/published-pem.js';

const rsaPem = spki(RSA_PAIR.publicKey);
const ecPem = aPem();
const codeOf = (pem: string): unknown => {
  try {
    normalisePublicKey(pem);
    return 'none';
  } catch (error) {
    if (pem.length > 60) expect(String(error)).not.toContain(pem.slice(40, 60));
    return error instanceof Error && 'code' in error ? error.code : error;
  }
};

describe('a public key to publish', () => {
  it.each(['prime256v1', 'secp384r1', 'secp521r1'])('may be EC on %s', (namedCurve) => {
    const pem = spki(generateKeyPairSync('ec', { namedCurve }).publicKey);
    expect(normalisePublicKey(pem)).toBe(pem);
  });

  it('may be RSA or Ed25519', () => {
    const ed25519 = spki(generateKeyPairSync('ed25519').publicKey);
    expect(normalisePublicKey(rsaPem)).toBe(rsaPem);
    expect(normalisePublicKey(ed25519)).toBe(ed25519);
  });

  it('becomes SPKI from PKCS#1 and from a certificate', () => {
    const pkcs1 = RSA_PAIR.publicKey.export({ format: 'pem', type: 'pkcs1' }).toString();
    expect(pkcs1).toContain('BEGIN RSA PUBLIC KEY');
    expect(normalisePublicKey(pkcs1)).toBe(rsaPem);
    expect(normalisePublicKey(CERTIFICATE.pem)).toBe(CERTIFICATE.publicKeyPem);
  });

  it('is one text, whatever its lines were', () => {
    for (const variant of [ecPem.replaceAll('\n', '\r\n'), `\n ${ecPem} \n`, ecPem.trimEnd()])
      expect(normalisePublicKey(variant)).toBe(ecPem);
  });

  it('A4: is no private key in any form, nor one beside a public key', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const cipher = { cipher: 'aes-256-cbc', passphrase: 'x' };
    const forms = [
      privateKey.export({ format: 'pem', type: 'pkcs8' }),
      privateKey.export({ format: 'pem', type: 'sec1' }),
      privateKey.export({ format: 'pem', type: 'pkcs8', ...cipher }),
      RSA_PAIR.privateKey.export({ format: 'pem', type: 'pkcs1' }),
    ].map(String);
    const label = '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n';
    for (const pem of [
      ...forms,
      label,
      label.toLowerCase(),
      `${ecPem}${forms[0]}`,
      `some words\n${forms[0]}`,
    ])
      expect(codeOf(pem)).toBe('private_key_refused');
  });

  it('A4: is no private key under the label of a public one', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const forms = [
      privateKey.export({ format: 'pem', type: 'pkcs8' }),
      RSA_PAIR.privateKey.export({ format: 'pem', type: 'pkcs8' }),
      RSA_PAIR.privateKey.export({ format: 'pem', type: 'pkcs1' }),
    ].map((pem) => String(pem).replaceAll('PRIVATE', 'PUBLIC'));
    for (const pem of [...forms, ...forms.map((form) => form.replaceAll(' PUBLIC', ' RSA PUBLIC'))])
      expect(codeOf(pem)).toBe('invalid_public_key');
  });

  it('J7: is no weak RSA key', () => {
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
    for (const pem of [spki(short.publicKey), rsaPemWithExponent('AQ'), rsaPemWithExponent('Ag')])
      expect(codeOf(pem)).toBe('weak_key');
  });

  it('is of no other type', () => {
    for (const { publicKey } of [
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
      generateKeyPairSync('ed448'),
      generateKeyPairSync('x25519'),
      generateKeyPairSync('rsa-pss', { modulusLength: 2048 }),
    ])
      expect(codeOf(spki(publicKey))).toBe('invalid_public_key');
  });

  it.each([
    ['nothing', ''],
    ['words', 'hello'],
    ['a JWK', JSON.stringify(RSA_PAIR.publicKey.export({ format: 'jwk' }))],
    ['two keys', ecPem + ecPem],
    ['half a key', ecPem.slice(0, 100)],
    ['a key with words around it', `x\n${ecPem}`],
    ['an empty key', '-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n'],
    ['bytes', '\0\xff'.repeat(100)],
    ['many line ends', '\n'.repeat(16_384)],
  ])('is not %s', (_title, text) => {
    expect(codeOf(text)).toBe('invalid_public_key');
  });
});
