/** Proofs made here and checked by jose, and the other way round. */
import { computeJwkThumbprint } from 'countersign';
import { createDpopSigner } from 'countersign/dpop';
import { calculateJwkThumbprint, EmbeddedJWK, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { keyPairFor } from '../support/keys.js';
import { NOW } from '../support/tokens.js';
import { METHOD, presentation, URL_OF_REQUEST, verifierWith } from './support/proofs.js';

const ALGORITHMS = ['ES256', 'ES384', 'ES512', 'EdDSA', 'PS256', 'RS256'] as const;

describe('jose', () => {
  it.each(ALGORITHMS)('takes a proof that is made here: %s', async (algorithm) => {
    const signer = createDpopSigner({ key: keyPairFor(algorithm).privateKey, clock: () => NOW });
    const proof = signer.sign({ method: METHOD, url: URL_OF_REQUEST, accessToken: 'token', nonce: 'fresh' });
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: [algorithm],
      maxTokenAge: 60,
      requiredClaims: ['jti', 'htm', 'htu', 'ath', 'nonce'],
      currentDate: new Date(NOW * 1000),
    });
    expect(payload).toMatchObject({ htm: METHOD, htu: URL_OF_REQUEST, nonce: 'fresh' });
    expect(await calculateJwkThumbprint(protectedHeader.jwk ?? {})).toBe(signer.thumbprint);
  });

  it.each([...ALGORITHMS, 'Ed25519'])('makes a proof that is taken here: %s', async (alg) => {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    const jwk = await exportJWK(publicKey);
    const proof = await new SignJWT({ htm: METHOD, htu: URL_OF_REQUEST })
      .setProtectedHeader({ typ: 'dpop+jwt', alg, jwk })
      .setJti('made by jose')
      .setIssuedAt(NOW)
      .sign(privateKey);
    const boundTo = computeJwkThumbprint({ ...jwk });
    const verified = await verifierWith().verifyAsync(presentation(proof, { boundTo }));
    expect(verified).toEqual({ jkt: boundTo, jwk, tokenId: 'made by jose' });
  });
});
