/** A JWK Set as somebody else publishes it (RFC 7517 section 5), reduced to the keys that may be used. */
import { TokenError } from '../core/errors.js';
import { parseStrictJsonObject } from '../core/strict-json.js';
import type { AlgorithmName } from './algorithms.js';
import type { Jwk } from './jwk.js';
import type { JwkImporter } from './jwk-importer.js';
import { importJwk } from './jwk-importer.js';
import type { VerificationKey } from './key.js';
import type { KeyLookup } from './key-source.js';

/** Further keys of a set are not looked at: each costs an import. */
const MAX_KEYS = 100;

export interface RemoteKeySet {
  /** How many keys can be used. */
  readonly size: number;
  /** The usable keys, in their order. */
  readonly document: { readonly keys: readonly Jwk[] };
  /** The key of that id for that algorithm. Without an id: the only one for the algorithm. */
  find(lookup: KeyLookup): VerificationKey | undefined;
}

/** A usable key of the set: an RSA key that names no algorithm serves several. */
interface UsableKey {
  readonly jwk: Jwk;
  readonly byAlgorithm: ReadonlyMap<AlgorithmName, VerificationKey>;
}

/**
 * The usable keys of a JWK Set in its wire form, as {@link toKeySet} takes them.
 * @returns undefined when the bytes are no JWK Set
 */
export function parseRemoteKeySet(
  bytes: Uint8Array,
  algorithms: readonly AlgorithmName[],
  importKey: JwkImporter = importJwk,
): RemoteKeySet | undefined {
  const published = parseKeys(bytes);
  return published === undefined ? undefined : toKeySet(published, algorithms, importKey);
}

/**
 * Takes the public signing keys for `algorithms` and leaves the others alone: unknown kinds, other uses, weak keys,
 * and every key that is published with private or secret parts, which is no secret any more (K7).
 * Several usable keys of one id are all left out: nothing is tried in turn (K7).
 */
export function toKeySet(
  published: readonly unknown[],
  algorithms: readonly AlgorithmName[],
  importKey: JwkImporter = importJwk,
): RemoteKeySet {
  const usable = published
    .filter(isObject)
    .slice(0, MAX_KEYS)
    .flatMap((jwk) => {
      const byAlgorithm = importFor(jwk, algorithms, importKey);
      return byAlgorithm.size === 0 ? [] : [{ jwk, byAlgorithm }];
    });
  const unambiguous = usable.filter(
    ({ jwk }) => jwk.kid === undefined || usable.filter((other) => other.jwk.kid === jwk.kid).length === 1,
  );
  return createKeySet(unambiguous);
}

function createKeySet(usable: readonly UsableKey[]): RemoteKeySet {
  // A Map, so that no kid can reach a prototype (K10).
  const byKid = new Map<string, UsableKey>();
  for (const key of usable) if (key.jwk.kid !== undefined) byKid.set(key.jwk.kid, key);
  return Object.freeze({
    size: usable.length,
    document: Object.freeze({ keys: Object.freeze(usable.map(({ jwk }) => jwk)) }),
    find({ kid, algorithm }: KeyLookup) {
      if (kid !== undefined) return byKid.get(kid)?.byAlgorithm.get(algorithm);
      const fitting = usable.flatMap(({ byAlgorithm }) => byAlgorithm.get(algorithm) ?? []);
      return fitting.length === 1 ? fitting[0] : undefined;
    },
  });
}

function parseKeys(bytes: Uint8Array): readonly unknown[] | undefined {
  try {
    const { keys } = parseStrictJsonObject(bytes);
    return Array.isArray(keys) ? keys : undefined;
  } catch (error) {
    if (error instanceof TokenError) return undefined;
    throw error;
  }
}

function isObject(value: unknown): value is Jwk {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function importFor(
  jwk: Jwk,
  algorithms: readonly AlgorithmName[],
  importKey: JwkImporter,
): Map<AlgorithmName, VerificationKey> {
  const imported = new Map<AlgorithmName, VerificationKey>();
  for (const algorithm of algorithms) {
    const key = importKey(jwk, algorithm);
    if (key !== undefined) imported.set(algorithm, key);
  }
  return imported;
}
