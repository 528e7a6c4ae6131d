/** Where keys to sign with come from: the contract between signers and private key sources. */
import type { AlgorithmName } from './algorithms.js';
import type { Key } from './key.js';

/**
 * Asked for every token that is signed, so that a new key is taken into use without a restart: it should be cheap,
 * and give the very same object for as long as the key is the same.
 */
export interface PrivateKeySource {
  /**
   * The key that the issuer signs with now. It must be for this algorithm and have an id (`kid`).
   *
   * @throws {UnavailableError} `private_key_unavailable` when there is none now.
   */
  load(issuer: string, algorithm: AlgorithmName): Key<'private'>;
}

export function isPrivateKeySource(value: unknown): value is PrivateKeySource {
  return typeof value === 'object' && value !== null && 'load' in value && typeof value.load === 'function';
}
