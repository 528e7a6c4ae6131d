import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type AlgorithmName, exportPublicPem, generateKeyPair, type KeyPair } from 'countersign';

/** A new key pair, and its public half as services publish it. */
export function aKeyPair(
  kid: string,
  algorithm: AlgorithmName = 'ES256',
): KeyPair & { readonly pem: string } {
  const pair = generateKeyPair(algorithm, { kid });
  return { ...pair, pem: exportPublicPem(pair.publicKey) };
}

export const aPem = (): string => aKeyPair('any').pem;

/** Made once, because it takes long. */
export const RSA_PAIR = generateKeyPairSync('rsa', { modulusLength: 2048 });

export const spki = (key: KeyObject): string => key.export({ format: 'pem', type: 'spki' }).toString();

/** The same modulus with another public exponent, in base64url. */
export const rsaPemWithExponent = (e: string): string =>
  spki(createPublicKey({ format: 'jwk', key: { ...RSA_PAIR.publicKey.export({ format: 'jwk' }), e } }));

/** A self-signed certificate over a P-256 key, and that key. */
export const CERTIFICATE = {
  pem: `-----BEGIN CERTIFICATE-----
MIIBgzCCASmgAwIBAgIUPfzSXUpldCZPqoQ0hYmLtk3IeIUwCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLc3ZjLmV4YW1wbGUwIBcNMjYxMTIyMDA0MjUxWhgPMjEyNjEw
MjkwMDQyNTFaMBYxFDASBgNVBAMMC3N2Yy5leGFtcGxlMFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEqjyKosfKxrseb519vUmsynofnbLiombd2jSG3NEztsZNAIMY
18IUBsYLoob4TzksVawz6P2MosX2vn31/Qdh16NTMFEwHQYDVR0OBBYEFOySMrC6
341GS+GEBO2MMXRHrrJgMB8GA1UdIwQYMBaAFOySMrC6341GS+GEBO2MMXRHrrJg
MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhALSc34aC9F61uZ2H
dk5g53E2R9c7ehHoq9pZyuQJklbRAiBbWdLCE9t3WBrRSs1oIiZDY2TkXRjIaNDx
Ggp7gW5W3g==
-----END CERTIFICATE-----
`,
  publicKeyPem: `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqjyKosfKxrseb519vUmsynofnbLi
ombd2jSG3NEztsZNAIMY18IUBsYLoob4TzksVawz6P2MosX2vn31/Qdh1w==
-----END PUBLIC KEY-----
`,
};
