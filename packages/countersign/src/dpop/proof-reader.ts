/** Opens proofs: structure, key, signature. */
import { TokenError } from '../core/errors.js';
import type { JsonObject } from '../core/strict-json.js';
import { parseStrictJsonText } from '../core/strict-json.js';
import { parseJwsHeader } from '../jws/jws-header.js';
import { createBoundedMap } from '../keys/bounded-map.js';
import type { DpopAlgorithm } from './dpop-algorithms.js';
import type { ProofKey } from './proof-key.js';
import { readProofKey } from './proof-key.js';

/** A proof whose signature holds. Its claims are not checked. */
export interface OpenedProof {
  readonly encodedHeader: string;
  readonly key: ProofKey;
  readonly claims: JsonObject;
}

export interface ProofReader {
  /** @throws {TokenError} for structure, key and signature, by whatever code applies. */
  open(proof: string): Promise<OpenedProof>;
  /** To be called once the whole proof was accepted: the next one under this key then costs less. */
  remember(opened: OpenedProof): void;
}

const MAX_PROOF_BYTES = 8192;
const MAX_KEYS = 1000;
const MAX_REMEMBERED_LENGTH = 1024;

/**
 * A client sends the same header with each of its proofs, so what it means is remembered by its text; only for proofs
 * that were accepted, so that a flood of made-up keys does not displace the good ones (row K9).
 */
export function createProofReader(algorithms: readonly DpopAlgorithm[]): ProofReader {
  const remembered = createBoundedMap<string, ProofKey>(MAX_KEYS);
  return {
    async open(proof) {
      if (proof.length > MAX_PROOF_BYTES) {
        throw new TokenError('token_too_large', `the proof is longer than ${MAX_PROOF_BYTES} bytes`);
      }
      const encodedHeader = proof.slice(0, Math.max(0, proof.indexOf('.')));
      const key = remembered.get(encodedHeader) ?? readProofKey(parseJwsHeader(encodedHeader), algorithms);
      const { payload } = await key.verifier.verifyAsync(proof);
      return { encodedHeader, key, claims: parseStrictJsonText(payload) };
    },
    remember({ encodedHeader, key }) {
      if (encodedHeader.length <= MAX_REMEMBERED_LENGTH) remembered.set(encodedHeader, key);
    },
  };
}
