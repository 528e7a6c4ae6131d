/** Memory of the tokens that were used: the contract between verifiers and whatever keeps it. */

export interface ReplayEntry {
  /** Who made the token id: ids of different issuers have nothing to do with one another (row A9). */
  readonly issuer: string;
  /** `jti`. */
  readonly tokenId: string;
  /** Epoch seconds from which on the token is refused for its age: `exp` and the tolerance of the verifier. */
  readonly expiresAt: number;
}

/**
 * - `inserted`: the id was not there; it is now.
 * - `seen`: the id was there, or it cannot be excluded that it was.
 * - `full`: the id was not there, and there is no room for it. A store must never forget an id to make room.
 */
export type ReplayVerdict = 'inserted' | 'seen' | 'full';

/**
 * Verifiers that share a store must share their tolerance and their clock too: a token that one of them no longer takes
 * may have been forgotten, and another that tolerates more would take it a second time.
 *
 * A store may answer at once or later. Whoever asks at the same time as others with the same issuer and id: exactly
 * one of them is told `inserted`, however many processes share the store (row A10).
 */
export interface ReplayStore {
  /**
   * Looks and writes in one step that nothing can come between, and remembers until `expiresAt`.
   * What it throws, or rejects with, means that nothing can be said now: the token is then refused. An answer is waited
   * for as long as it takes, and the request with it: a store beyond this process needs a time limit of its own.
   */
  insertOnce(entry: ReplayEntry): ReplayVerdict | Promise<ReplayVerdict>;
}

export function isReplayStore(value: unknown): value is ReplayStore {
  return (
    typeof value === 'object' &&
    value !== null &&
    'insertOnce' in value &&
    typeof value.insertOnce === 'function'
  );
}
