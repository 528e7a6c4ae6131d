/** The tokens of a gate: those that it has verified before, and the verification of those that it has not. */
import type { Clock } from '../../core/clock.js';
import { TokenError } from '../../core/errors.js';
import { areChecksCrowded } from '../../jws/thread-pool.js';
import type { AcceptedToken } from '../accepted-token.js';
import { acceptToken } from '../accepted-token.js';
import type { Lane, VerifiedToken } from '../acceptor.js';
import { createSingleFlight } from './single-flight.js';
import type { TokenCache } from './token-cache.js';

export interface KnownTokens {
  /**
   * A token that was verified before, where verifying it again would come to the same: it is neither expired nor early,
   * the clock does not show a time before the verification, and its key is still the one that would be found (rows K8
   * and K11). Undefined in every other case.
   */
  atHand(token: string, nowSeconds: number): AcceptedToken | undefined;
  /**
   * Verifies a token with a key that is at hand, and keeps it. Undefined where that has to wait: for a key, for a secret
   * function, or because many signatures are being checked. Failures are not kept (row K9). Throws what
   * {@link Lane.verify} throws.
   */
  verifyAtOnce(lane: Lane, token: string, nowSeconds: number): AcceptedToken | undefined;
  /** The same later, once for all who come with the token meanwhile. Rejects with what {@link Lane.verifyAsync} does. */
  verifyLater(lane: Lane, token: string): Promise<AcceptedToken>;
}

/** @param cache null where every token is verified each time */
export function createKnownTokens(cache: TokenCache<AcceptedToken> | null, clock: Clock): KnownTokens {
  const flight = createSingleFlight<AcceptedToken>();

  function keep(lane: Lane, token: string, verified: VerifiedToken, now: number): AcceptedToken {
    const accepted = acceptToken(lane, verified, now);
    if (lane.isCacheable) cache?.set(token, accepted);
    return accepted;
  }

  const verifyAndKeep = async (lane: Lane, token: string): Promise<AcceptedToken> =>
    keep(lane, token, await lane.verifyAsync(token), clock());

  return Object.freeze({
    atHand(token: string, now: number) {
      const accepted = cache?.get(token);
      if (accepted === undefined) return undefined;
      const { lane, verified, goodFrom } = accepted;
      // Stated so that a clock that gives NaN finds nothing.
      const isGoodNow = goodFrom <= now && now < verified.goodUntil;
      if (isGoodNow && lane.isKeyCurrent(verified)) return accepted;
      cache?.delete(token);
      return undefined;
    },
    verifyAtOnce(lane: Lane, token: string, now: number) {
      // What verifies these may be another with every call: it is asked once for each.
      if (!lane.isCacheable || areChecksCrowded()) return undefined;
      try {
        return keep(lane, token, lane.verify(token, now), now);
      } catch (error) {
        if (error instanceof TokenError && error.code === 'key_not_found') return undefined;
        throw error;
      }
    },
    verifyLater: (lane: Lane, token: string) =>
      lane.isCacheable ? flight.share(token, () => verifyAndKeep(lane, token)) : verifyAndKeep(lane, token),
  });
}
