import { generateKeyPair } from '../keys/generate-key-pair.js';
import type { PrivateKey } from '../keys/key.js';
import type { DpopAlgorithm } from './dpop-algorithms.js';

/**
 * A new key to sign proofs with. Tokens that are bound to it are of no use without it, nor to anybody who has not got
 * it: keep it for as long as they last, and let it go nowhere.
 *
 * @throws {UsageError} `invalid_options` for what is no algorithm of DPoP.
 */
export function generateDpopKey(algorithm: DpopAlgorithm = 'ES256'): PrivateKey {
  return generateKeyPair(algorithm).privateKey;
}
