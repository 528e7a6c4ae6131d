/** Row J28: a proof is offered to the verifiers of tokens, as if they took its key for one of theirs. */
import { createJwtVerifier, importPrivateKey, importPublicKey } from 'countersign';
import { createAccessTokenVerifier } from 'countersign/access-token';
import { createAsapVerifier } from 'countersign/asap';
import { createDpopSigner } from 'countersign/dpop';
import { describe, expect, it } from 'vitest';
import { judgeNow } from '../support/judgement.js';
import { privatePem, publicPem } from '../support/raw-keys.js';
import { NOW } from '../support/tokens.js';
import { judgeProof, METHOD, proofWith, URL_OF_REQUEST } from './support/proofs.js';

const key = importPrivateKey({ algorithm: 'ES256', pem: privatePem('p256') });
const keys = importPublicKey({ algorithm: 'ES256', pem: publicPem('p256') });
const clock = () => NOW;
const anybody = { keys, algorithms: null, issuer: null, audience: null, maxAgeSeconds: null, clock };
const accessTokens = createAccessTokenVerifier({
  keys,
  algorithms: ['ES256'],
  issuer: 'https://issuer.example',
  audience: 'api',
  clock,
});

describe('J28: a DPoP proof', () => {
  const proof = createDpopSigner({ key, clock }).sign({ method: METHOD, url: URL_OF_REQUEST });

  it('is none of the tokens that its key could have signed', async () => {
    expect(judgeNow(createJwtVerifier({ ...anybody, type: null }), proof)).toBe('claim_missing');
    expect(judgeNow(createJwtVerifier({ ...anybody, type: 'JWT' }), proof)).toBe('unexpected_token_type');
    expect(judgeNow(accessTokens, proof)).toBe('unexpected_token_type');
    const asap = createAsapVerifier({ keys, audience: null, issuers: null, clock });
    expect(judgeNow(asap, proof)).toBe('key_id_invalid');
    expect(await judgeProof(proof)).toBe('accepted');
  });

  it('is none either with the claims of a token on top', () => {
    const claims = { iss: 'https://issuer.example', sub: 'a', aud: 'api', client_id: 'a', exp: NOW + 60 };
    const disguised = proofWith({ claims });
    expect(judgeNow(accessTokens, disguised)).toBe('unexpected_token_type');
    expect(judgeNow(createJwtVerifier({ ...anybody, type: 'JWT' }), disguised)).toBe('unexpected_token_type');
  });
});
