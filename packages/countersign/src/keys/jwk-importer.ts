import type { AlgorithmName } from './algorithms.js';
import { createBoundedMap } from './bounded-map.js';
import { importPublishedKey } from './import-published-key.js';
import type { Jwk } from './jwk.js';
import type { VerificationKey } from './key.js';

/** Undefined where the key cannot be used for the algorithm. */
export type JwkImporter = (jwk: Jwk, algorithm: AlgorithmName) => VerificationKey | undefined;

export const importJwk: JwkImporter = (jwk, algorithm) => importPublishedKey({ jwk, algorithm });

const MAX_KEYS = 500;

/**
 * An importer for a set that is read again and again: a key that is published as before stays the same object, so that
 * what was found good under it need not be checked again. Nothing that cannot be used is remembered, for it may hold a
 * secret.
 */
export function createJwkImporter(): JwkImporter {
  const known = createBoundedMap<string, VerificationKey>(MAX_KEYS);
  return (jwk, algorithm) => {
    const identity = `${algorithm} ${JSON.stringify(jwk)}`;
    const key = known.get(identity) ?? importJwk(jwk, algorithm);
    if (key !== undefined) known.set(identity, key);
    return key;
  };
}
