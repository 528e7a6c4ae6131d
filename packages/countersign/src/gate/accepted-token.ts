import type { Lane, VerifiedToken } from './acceptor.js';
import type { GateCaller } from './gate-outcome.js';
import type { RevocationQuery } from './revocation/revocation-source.js';

/**
 * A token that a lane verified, with all that every request that brings it needs. What leaves the gate of it is frozen.
 */
export interface AcceptedToken {
  readonly lane: Lane;
  readonly verified: VerifiedToken;
  /** From when on it is good: by its `nbf` and `iat`, and not before it was verified by the clock of the gate. */
  readonly goodFrom: number;
  /** What comes of a request when nothing speaks against it: the same object each time. */
  readonly outcome: GateCaller;
  /** What a revocation source is asked, once one was. */
  revocationQuery: RevocationQuery | undefined;
  /** The edition of the revocation source that last found it good; undefined where it has none. */
  goodAtEdition: number | undefined;
}

export function acceptToken(lane: Lane, verified: VerifiedToken, verifiedAt: number): AcceptedToken {
  return {
    lane,
    verified,
    goodFrom: Math.max(verified.goodFrom, verifiedAt),
    outcome: Object.freeze({ outcome: 'caller', caller: verified.caller }),
    revocationQuery: undefined,
    goodAtEdition: undefined,
  };
}
