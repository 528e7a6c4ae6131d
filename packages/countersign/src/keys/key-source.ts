/** Where verification keys come from: the contract between verifiers and key sources. */
import type { AlgorithmName } from './algorithms.js';
import type { VerificationKey } from './key.js';

/** What a token says about its key. None of it is verified yet. */
export interface KeyLookup {
  /** The key id in the token's header; undefined where it has none. */
  readonly kid: string | undefined;
  /** One of the algorithms that the verifier allows. */
  readonly algorithm: AlgorithmName;
}

/** A key given for another algorithm than the one asked for is refused by the verifier. */
export interface KeySource {
  /** The algorithms its keys can have, where that is known beforehand: lets a verifier do without a list. */
  readonly algorithms?: readonly AlgorithmName[] | undefined;
  /** The key where no I/O is needed, else undefined. */
  peek(lookup: KeyLookup): VerificationKey | undefined;
  /**
   * May fetch; rejects with TokenError `key_not_found`, or `key_id_invalid` where key ids have a form, or with
   * UnavailableError `key_source_unavailable`.
   */
  resolve(lookup: KeyLookup): Promise<VerificationKey>;
}

export function isKeySource(value: unknown): value is KeySource {
  return (
    typeof value === 'object' &&
    value !== null &&
    'peek' in value &&
    typeof value.peek === 'function' &&
    'resolve' in value &&
    typeof value.resolve === 'function'
  );
}
