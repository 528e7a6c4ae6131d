/** A key source over a JWK Set that is given as a document. */
import { TokenError, UsageError } from '../core/errors.js';
import type { OptionRules } from '../core/options.js';
import { checkOptions, describe, required } from '../core/options.js';
import type { AlgorithmName } from './algorithms.js';
import type { Jwk } from './jwk.js';
import type { VerificationKey } from './key.js';
import type { KeyLookup, KeySource } from './key-source.js';
import { publicAlgorithmNames } from './public-algorithms.js';
import { toKeySet } from './remote-key-set.js';

export interface StaticJwksOptions {
  /** The JWK Set (RFC 7517 section 5), parsed. */
  readonly jwks: { readonly keys: readonly Jwk[] };
  /** The only algorithms that keys are taken for; a JWK without `alg` could otherwise serve any. No HMAC. */
  readonly algorithms: readonly AlgorithmName[];
}

const RULES: OptionRules<StaticJwksOptions> = {
  jwks: required((value) =>
    typeof value === 'object' && value !== null && 'keys' in value && Array.isArray(value.keys)
      ? undefined
      : `must be a JWK Set, an object with an array "keys", not ${describe(value)}`,
  ),
  algorithms: required(publicAlgorithmNames),
};

/**
 * A key source over the keys of the set that are public, sound and for one of the algorithms; others are left alone,
 * and so are several of one id (K7). Later changes to the document are of no effect.
 *
 * `resolve` rejects with TokenError key_not_found.
 *
 * @throws UsageError invalid_options, with every problem found; also for a set of which no key can be used
 */
export function createStaticJwks(options: StaticJwksOptions): KeySource {
  const subject = 'createStaticJwks';
  const { jwks, algorithms } = checkOptions(subject, options, RULES);
  const keySet = toKeySet(jwks.keys, algorithms);
  if (keySet.size === 0) {
    throw new UsageError('invalid_options', subject, ['jwks holds no key that can be used for algorithms']);
  }
  return Object.freeze({
    algorithms: Object.freeze([...new Set(algorithms)]),
    peek: (lookup: KeyLookup) => keySet.find(lookup),
    async resolve(lookup: KeyLookup): Promise<VerificationKey> {
      const key = keySet.find(lookup);
      if (key !== undefined) return key;
      throw new TokenError('key_not_found', 'the key set has no one key of that id for that algorithm');
    },
  });
}
