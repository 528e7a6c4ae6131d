import { createJwtSigner, createJwtVerifier, generateKeyPair, importSecret } from 'countersign';
import { describe, expect, it } from 'vitest';

describe('signing and verifying', () => {
  it.each(['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed448'] as const)(
    'verifies what it signed with %s',
    async (algorithm) => {
      const { privateKey, publicKey } = generateKeyPair(algorithm);
      const signer = createJwtSigner({ key: privateKey, issuer: 'i', audience: 'a', lifetimeSeconds: 60 });
      const verifier = createJwtVerifier({
        keys: publicKey,
        algorithms: [algorithm],
        issuer: 'i',
        audience: 'a',
        type: 'JWT',
        maxAgeSeconds: null,
      });
      const token = signer.sign({ sub: 'ü' });
      expect(verifier.verify(token).claims).toMatchObject({ iss: 'i', aud: 'a', sub: 'ü' });
      expect((await verifier.verifyAsync(await signer.signAsync({ sub: 's' }))).claims.sub).toBe('s');
    },
  );

  it('verifies what it signed with a secret', () => {
    const key = importSecret({ algorithm: 'HS256', secret: '0123456789abcdef0123456789abcdef' });
    const token = createJwtSigner({ key, lifetimeSeconds: 60 }).sign({ sub: 's' });
    const verifier = createJwtVerifier({
      keys: [key],
      algorithms: null,
      issuer: null,
      audience: null,
      type: 'JWT',
      maxAgeSeconds: 10,
    });
    expect(verifier.verify(token).header).toEqual({ alg: 'HS256', typ: 'JWT' });
  });
});
