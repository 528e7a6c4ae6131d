import { TokenError } from '../core/errors.js';
import type { AlgorithmName } from '../keys/algorithms.js';
import type { KeyPair } from '../keys/generate-key-pair.js';
import { generateKeyPair } from '../keys/generate-key-pair.js';
import type { PublicKey } from '../keys/key.js';
import type { KeyLookup, KeySource } from '../keys/key-source.js';

/** Keys that are thrown away after the test: the newest one signs, and all that were not withdrawn verify. */
export interface TestKeyRing {
  readonly signing: KeyPair;
  /** Keys of the same ids that nobody published: what they sign is forged. */
  readonly forging: KeyPair;
  /** The newest first. */
  readonly published: readonly PublicKey[];
  readonly source: KeySource;
  rotate(): void;
  withdrawOld(): void;
}

/** @param newKid gives each key its id */
export function createTestKeyRing(algorithm: AlgorithmName, newKid: () => string): TestKeyRing {
  const newKey = (): KeyPair => generateKeyPair(algorithm, { kid: newKid() });
  let signing = newKey();
  let forging: KeyPair | undefined;
  let published: readonly PublicKey[] = [signing.publicKey];
  const find = (lookup: KeyLookup) =>
    published.find((key) => key.kid === lookup.kid && key.algorithm === lookup.algorithm);

  return {
    get signing() {
      return signing;
    },
    get forging() {
      forging ??= generateKeyPair(algorithm, { kid: signing.publicKey.kid });
      return forging;
    },
    get published() {
      return published;
    },
    source: createTestKeySource(algorithm, find),
    rotate() {
      signing = newKey();
      forging = undefined;
      published = [signing.publicKey, ...published];
    },
    withdrawOld() {
      published = [signing.publicKey];
    },
  };
}

/** A key source whose keys are all at hand, and may change at any time. */
export function createTestKeySource(
  algorithm: AlgorithmName,
  find: (lookup: KeyLookup) => PublicKey | undefined,
): KeySource {
  return Object.freeze({
    algorithms: Object.freeze([algorithm]),
    peek: find,
    async resolve(lookup: KeyLookup): Promise<PublicKey> {
      const key = find(lookup);
      if (key !== undefined) return key;
      throw new TokenError('key_not_found', 'no published test key has that id');
    },
  });
}
