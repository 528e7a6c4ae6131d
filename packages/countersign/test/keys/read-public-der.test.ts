import { ECDH, X509Certificate } from 'node:crypto';
import type { AlgorithmName, DerFormat } from 'countersign';
import { exportPublicJwk, importPublicKey } from 'countersign';
import { describe, expect, it } from 'vitest';
import { CERTIFICATE_PEM } from '../support/certificate.js';
import { privateDer, publicDer, publicJwk, rawPair } from '../support/raw-keys.js';
import { usageProblem } from '../support/usage.js';

const LABELS = { spki: 'PUBLIC KEY', pkcs1: 'RSA PUBLIC KEY', x509: 'CERTIFICATE' } as const;
type PublicFormat = keyof typeof LABELS;

function pemOf(format: PublicFormat, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${LABELS[format]}-----`, ...lines, `-----END ${LABELS[format]}-----`, ''].join('\n');
}

const RSA_PKCS1 = rawPair('rsa').privateKey.export({ format: 'der', type: 'pkcs1' });
const followedBy = (der: Uint8Array, more: Uint8Array) => Buffer.concat([der, more]);
const CERTIFICATE = new X509Certificate(CERTIFICATE_PEM).raw;

const PRIVATE_UNDER_A_PUBLIC_LABEL: readonly (readonly [string, AlgorithmName, PublicFormat, Uint8Array])[] =
  [
    ['a PKCS#1 private key', 'RS256', 'pkcs1', RSA_PKCS1],
    ['a PKCS#8 private key', 'RS256', 'pkcs1', privateDer('rsa')],
    ['a PKCS#8 private key', 'RS256', 'spki', privateDer('rsa')],
    ['a PKCS#8 private key', 'ES256', 'spki', privateDer('p256')],
    ['a private key behind a public one', 'RS256', 'spki', followedBy(publicDer('rsa'), RSA_PKCS1)],
    ['a private key behind a public one', 'RS256', 'pkcs1', followedBy(publicDer('rsa', 'pkcs1'), RSA_PKCS1)],
    ['a private key behind a public one', 'ES256', 'spki', followedBy(publicDer('p256'), privateDer('p256'))],
    ['a private key behind a certificate', 'ES256', 'x509', followedBy(CERTIFICATE, privateDer('p256'))],
  ];

describe('a public key in DER', () => {
  it.each(PRIVATE_UNDER_A_PUBLIC_LABEL)('K7: is not %s (%s, %s)', (_what, algorithm, format, der) => {
    const derFormat: DerFormat = format;
    for (const form of [{ der, derFormat }, { pem: pemOf(format, der) }])
      expect(usageProblem(() => importPublicKey({ algorithm, ...form }))).toContain('cannot be read');
  });

  it.each([[''], ['30'], ['3080'], ['3082'], ['308201'], ['3085000000000a'], ['30ff'], ['3000'], ['020100']])(
    'is not %j',
    (hex) => {
      const der = Buffer.from(hex, 'hex');
      expect(usageProblem(() => importPublicKey({ algorithm: 'ES256', der, derFormat: 'spki' }))).toContain(
        'cannot be read',
      );
    },
  );

  it('may hold a compressed point', () => {
    const point = publicDer('p256').subarray(-65);
    const compressed = ECDH.convertKey(point, 'prime256v1', undefined, undefined, 'compressed') as Buffer;
    const der = followedBy(
      Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex'),
      compressed,
    );
    const key = importPublicKey({ algorithm: 'ES256', der, derFormat: 'spki' });
    expect(exportPublicJwk(key)).toEqual(
      exportPublicJwk(importPublicKey({ algorithm: 'ES256', jwk: publicJwk('p256') })),
    );
  });
});
