/** Import of a key that somebody else publishes: what cannot be used is no mistake of ours. */
import { UsageError } from '../core/errors.js';
import type { ImportKeyOptions } from './import-key.js';
import { importPublicKey } from './import-key.js';
import type { VerificationKey } from './key.js';

/** Undefined for whatever importPublicKey refuses: of kind, use, operations, private parts and strength (J7 to J9). */
export function importPublishedKey(options: ImportKeyOptions): VerificationKey | undefined {
  try {
    return importPublicKey(options);
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}
