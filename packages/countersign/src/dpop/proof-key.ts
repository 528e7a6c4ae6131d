/**
 * The key that a proof brings along. This is the only place that looks at `jwk` in a header (row J24): who holds the
 * key is all that a proof says, so nobody need trust it beforehand.
 */
import { TokenError } from '../core/errors.js';
import type { JsonObject } from '../core/strict-json.js';
import { decodeUtf8 } from '../core/strict-json.js';
import type { CompactVerifier } from '../jws/compact-verifier.js';
import { createCompactVerifier } from '../jws/compact-verifier.js';
import type { JwsHeader } from '../jws/jws-header.js';
import { importPublishedKey } from '../keys/import-published-key.js';
import type { Jwk } from '../keys/jwk.js';
import type { PublicKey } from '../keys/key.js';
import { materialOf } from '../keys/key.js';
import { computeJwkThumbprint } from '../keys/thumbprint.js';
import type { DpopAlgorithm } from './dpop-algorithms.js';
import { headerNamesOf } from './dpop-algorithms.js';
import type { ProofJwk } from './public-members.js';
import { publicMembersOf } from './public-members.js';

export const PROOF_TYPE = 'dpop+jwt';

/** Strangers choose these keys: one of 16384 bits with a long exponent would keep a core busy for each proof. */
const MAX_RSA_BITS = 4096;
const MAX_RSA_EXPONENT = 0xffff_ffffn;

/** A key that proofs come under, with what follows from it. */
export interface ProofKey {
  readonly jwk: ProofJwk;
  /** RFC 7638, SHA-256. */
  readonly thumbprint: string;
  /** Takes proofs under this key alone: structure, type, algorithm, signature; gives the text of the payload. */
  readonly verifier: CompactVerifier<string>;
}

/**
 * @throws {TokenError} `algorithm_not_allowed`; `dpop_proof_invalid` for a header without `jwk` and for a key that
 * holds private members, is symmetric, weak, oversized, not for this algorithm, or not written in the one canonical
 * way: two readers could then see two thumbprints.
 */
export function readProofKey(header: JwsHeader, algorithms: readonly DpopAlgorithm[]): ProofKey {
  if (!headerNamesOf(algorithms).includes(header.alg)) {
    throw new TokenError('algorithm_not_allowed', `accepted are: ${headerNamesOf(algorithms).join(', ')}`);
  }
  const given = Object.hasOwn(header, 'jwk') ? header['jwk'] : undefined;
  if (!isObject(given)) throw badKey('the header must have a jwk that is an object');
  const key = importFor(header.alg, given, algorithms);
  if (key === undefined) throw badKey(`the jwk must be a sound public key for ${header.alg}`);
  checkCost(key);
  const jwk = publicMembersOf(key);
  const thumbprint = computeJwkThumbprint(jwk);
  if (computeJwkThumbprint(given) !== thumbprint) throw badKey('the jwk is not written canonically');
  return Object.freeze({ jwk, thumbprint, verifier: createVerifier(key) });
}

/** `EdDSA` stands for two algorithms, of which a key fits one. */
function importFor(alg: string, jwk: Jwk, algorithms: readonly DpopAlgorithm[]): PublicKey | undefined {
  for (const algorithm of algorithms) {
    if (!headerNamesOf([algorithm]).includes(alg)) continue;
    const key = importPublishedKey({ algorithm, jwk });
    if (key !== undefined) return key as PublicKey;
  }
  return undefined;
}

function checkCost(key: PublicKey): void {
  const { modulusLength = 0, publicExponent = 0n } = materialOf(key).keyObject.asymmetricKeyDetails ?? {};
  if (modulusLength > MAX_RSA_BITS || publicExponent > MAX_RSA_EXPONENT) {
    throw badKey(`the jwk must have no more than ${MAX_RSA_BITS} bits and an exponent of no more than 32`);
  }
}

/** Whatever `kid` the header has: the key is at hand. */
function createVerifier(key: PublicKey): CompactVerifier<string> {
  const keys = { algorithms: [key.algorithm], peek: () => key, resolve: async () => key };
  return createCompactVerifier({ keys, algorithms: null, type: PROOF_TYPE }, decodeUtf8);
}

function isObject(value: unknown): value is JsonObject & Jwk {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function badKey(problem: string): TokenError {
  return new TokenError('dpop_proof_invalid', problem);
}
