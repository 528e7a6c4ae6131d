/** A key source over keys that are given once. */
import { TokenError, UsageError } from '../core/errors.js';
import type { AlgorithmName } from './algorithms.js';
import type { VerificationKey } from './key.js';
import { isVerificationKey } from './key.js';
import type { KeyLookup, KeySource } from './key-source.js';

/**
 * A key source over fixed keys. A token that names a key id is checked with the key of that very id. A token that
 * names none is checked only where exactly one key is for its algorithm: nothing is tried in turn.
 *
 * @throws {UsageError} `invalid_options` for no keys, anything but verification keys and secrets, and several keys
 * of one id.
 */
export function createStaticKeys(keys: VerificationKey | readonly VerificationKey[]): KeySource {
  const list: readonly VerificationKey[] = Array.isArray(keys) ? [...keys] : [keys];
  checkKeys(list);
  const byKid = new Map<string, VerificationKey>();
  for (const key of list) if (key.kid !== undefined) byKid.set(key.kid, key);
  const only = onlyKeyByAlgorithm(list);
  const peek = ({ kid, algorithm }: KeyLookup): VerificationKey | undefined => {
    const key = kid === undefined ? only.get(algorithm) : byKid.get(kid);
    return key?.algorithm === algorithm ? key : undefined;
  };
  return Object.freeze({
    algorithms: Object.freeze([...new Set(list.map((key) => key.algorithm))]),
    peek,
    async resolve(lookup: KeyLookup): Promise<VerificationKey> {
      const key = peek(lookup);
      if (key === undefined)
        throw new TokenError('key_not_found', 'no configured key fits the key id and algorithm');
      return key;
    },
  });
}

function checkKeys(keys: readonly VerificationKey[]): void {
  const problems: string[] = [];
  if (keys.length === 0) problems.push('at least one key is needed');
  if (!keys.every(isVerificationKey)) {
    problems.push(
      'every key must come from importPublicKey, importSecret or generateKeyPair (its public half)',
    );
  } else {
    const kids = keys.flatMap(({ kid }) => (kid === undefined ? [] : [kid]));
    if (new Set(kids).size < kids.length) problems.push('several keys have the same kid');
  }
  if (problems.length > 0) throw new UsageError('invalid_options', 'createStaticKeys', problems);
}

function onlyKeyByAlgorithm(keys: readonly VerificationKey[]): ReadonlyMap<AlgorithmName, VerificationKey> {
  const only = new Map<AlgorithmName, VerificationKey>();
  for (const key of keys) {
    if (keys.filter(({ algorithm }) => algorithm === key.algorithm).length === 1)
      only.set(key.algorithm, key);
  }
  return only;
}
