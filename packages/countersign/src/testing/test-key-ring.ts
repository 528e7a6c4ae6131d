import { TokenError } from '../core/errors.js';
import type { AlgorithmName } from '../keys/algorithms.js';
import { generateKeyPair } from '../keys/generate-key-pair.js';
import type { PrivateKey, PublicKey, VerificationKey } from '../keys/key.js';
import type { KeyLookup, KeySource } from '../keys/key-source.js';

/** Keys that are thrown away after the test: the newest one signs, and all that were not withdrawn verify. */
export interface TestKeyRing {
  readonly signing: PrivateKey;
  /** Of the same id, but nobody published its other half: what it signs is forged. */
  readonly forging: PrivateKey;
  /** The newest first. */
  readonly published: readonly PublicKey[];
  /** The published keys, always at hand. */
  readonly source: KeySource;
  rotate(): void;
  withdrawOld(): void;
}

export interface TestKeyRingOptions {
  readonly algorithm: AlgorithmName;
  /** Gives each key its id. */
  newKid(): string;
  /** Told what is published, at first and whenever it changes. */
  publish?(keys: readonly PublicKey[]): void;
}

export function createTestKeyRing({ algorithm, newKid, publish }: TestKeyRingOptions): TestKeyRing {
  let { privateKey: signing, publicKey } = generateKeyPair(algorithm, { kid: newKid() });
  let forging: PrivateKey | undefined;
  let published: readonly PublicKey[] = [];
  const setPublished = (...keys: readonly PublicKey[]) => {
    published = keys;
    publish?.(keys);
  };
  const find = ({ kid, algorithm: wanted }: KeyLookup) =>
    wanted === algorithm ? published.find((key) => key.kid === kid) : undefined;

  setPublished(publicKey);
  return {
    get signing() {
      return signing;
    },
    get forging() {
      forging ??= generateKeyPair(algorithm, { kid: signing.kid }).privateKey;
      return forging;
    },
    get published() {
      return published;
    },
    source: createTestKeySource(algorithm, find),
    rotate() {
      ({ privateKey: signing, publicKey } = generateKeyPair(algorithm, { kid: newKid() }));
      forging = undefined;
      setPublished(publicKey, ...published);
    },
    withdrawOld() {
      setPublished(publicKey);
    },
  };
}

/** A key source whose keys are all at hand, and may change at any time. */
export function createTestKeySource(
  algorithm: AlgorithmName,
  find: (lookup: KeyLookup) => VerificationKey | undefined,
): KeySource {
  return Object.freeze({
    algorithms: Object.freeze([algorithm]),
    peek: find,
    async resolve(lookup: KeyLookup): Promise<VerificationKey> {
      const key = find(lookup);
      if (key !== undefined) return key;
      throw new TokenError('key_not_found', 'no published test key has that id');
    },
  });
}
