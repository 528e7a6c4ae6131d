import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { invalid, judgeProof, presentation, verifierWith } from './support/proofs.js';

interface ProofVector {
  readonly name: string;
  readonly proof: string;
  readonly method: string;
  readonly url: string;
  readonly accessToken: string | null;
  readonly issuedAt: number;
  readonly tokenId: string;
  readonly thumbprint: string;
}

const vectors: readonly ProofVector[] = JSON.parse(
  readFileSync(new URL('vectors/rfc9449.json', import.meta.url), 'utf8'),
);

const requestOf = ({ method, url, accessToken, thumbprint }: ProofVector) => ({
  method,
  url,
  accessToken,
  boundTo: thumbprint,
});

describe('the proofs of RFC 9449', () => {
  it.each(vectors)('$name: holds for its request, and names its key', async (vector) => {
    const verifier = verifierWith({ clock: () => vector.issuedAt });
    const verified = await verifier.verifyAsync(presentation(vector.proof, requestOf(vector)));
    expect(verified).toEqual({
      jkt: vector.thumbprint,
      tokenId: vector.tokenId,
      jwk: {
        kty: 'EC',
        crv: 'P-256',
        x: 'l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs',
        y: '9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA',
      },
    });
  });

  it.each(vectors)('$name: holds for no other request', async (vector) => {
    const judge = (parts: object) =>
      judgeProof(
        vector.proof,
        { ...requestOf(vector), ...parts },
        verifierWith({ clock: () => vector.issuedAt }),
      );
    expect(await judge({ method: 'PUT' })).toMatch(invalid('htm'));
    expect(await judge({ url: `${vector.url}s` })).toMatch(invalid('htu'));
    expect(await judge({ accessToken: 'another' })).toMatch(invalid('ath'));
    expect(await judge({ boundTo: 'another' })).toMatch(invalid('bound'));
  });

  it.each(vectors)('$name: holds at its time alone', async (vector) => {
    const judgeAt = (now: number) =>
      judgeProof(vector.proof, requestOf(vector), verifierWith({ clock: () => now }));
    expect(await judgeAt(vector.issuedAt + 3600)).toMatch(invalid('iat'));
    expect(await judgeAt(vector.issuedAt - 3600)).toMatch(invalid('iat'));
  });
});
