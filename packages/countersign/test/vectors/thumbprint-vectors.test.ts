import { computeJwkThumbprint, exportPublicJwk, importPublicKey } from 'countersign';
import { describe, expect, it } from 'vitest';
import { readJwsVectors, readThumbprintVectors } from './read-vectors.js';

describe('thumbprints of the RFCs', () => {
  it.each(readThumbprintVectors())('$name: the thumbprint is the one published', ({ jwk, thumbprint }) => {
    expect(computeJwkThumbprint(jwk)).toBe(thumbprint);
  });

  it.each(readThumbprintVectors())('$name: it survives import and export', ({ jwk, thumbprint }) => {
    const key = importPublicKey({ algorithm: jwk.kty === 'RSA' ? 'RS256' : 'EdDSA', jwk });
    expect(computeJwkThumbprint(exportPublicJwk(key))).toBe(thumbprint);
  });

  it('RFC 8037 A.3: the private half has the same thumbprint', () => {
    const [ed25519] = readJwsVectors().filter(({ name }) => name.startsWith('RFC 8037'));
    expect(computeJwkThumbprint(ed25519?.keys[0]?.jwk ?? {})).toBe(
      readThumbprintVectors().find(({ name }) => name === 'RFC 8037 A.3')?.thumbprint,
    );
  });
});
