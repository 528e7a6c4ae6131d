/** Import of a key that somebody else publishes: for each of several algorithms, or for none. */
import { UsageError } from '../core/errors.js';
import type { AlgorithmName } from './algorithms.js';
import type { KeyInput } from './import-key.js';
import { importPublicKey } from './import-key.js';
import type { VerificationKey } from './key.js';

/**
 * The key for each of the algorithms that it can be for. importPublicKey is the judge: of kind, use, operations,
 * algorithm, private parts and strength (J7 to J9); what it refuses is left out.
 */
export function importPublishedKey(
  input: KeyInput,
  algorithms: readonly AlgorithmName[],
  kid?: string,
): ReadonlyMap<AlgorithmName, VerificationKey> {
  const imported = new Map<AlgorithmName, VerificationKey>();
  for (const algorithm of algorithms) {
    try {
      imported.set(algorithm, importPublicKey({ ...input, algorithm, kid }));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
    }
  }
  return imported;
}
