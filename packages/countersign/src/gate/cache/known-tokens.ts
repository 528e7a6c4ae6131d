/** The tokens of a gate: those that it has verified before, and the verification of those that it has not. */
import type { Clock } from '../../core/clock.js';
import { TokenError } from '../../core/errors.js';
import { areChecksCrowded } from '../../jws/thread-pool.js';
import type { AcceptedToken } from '../accepted-token.js';
import { acceptToken } from '../accepted-token.js';
import type { Lane, VerifiedToken } from '../acceptor.js';
import type { Awaitable } from '../gate-outcome.js';
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
   * Verifies a token and keeps it where the lane allows it: at once where its key is at hand and few signatures are being
   * checked; else later, once for all who come with it at the same time. Failures are not kept (row K9). Throws or
   * rejects with what {@link Lane.verifyAsync} rejects with.
   */
  verify(lane: Lane, token: string): Awaitable<AcceptedToken>;
}

/** @param cache null where every token is verified each time */
export function createKnownTokens(cache: TokenCache<AcceptedToken> | null, clock: Clock): KnownTokens {
  const flight = createSingleFlight<AcceptedToken>();

  function keep(lane: Lane, token: string, verified: VerifiedToken): AcceptedToken {
    const accepted = acceptToken(lane, verified, clock());
    if (lane.isCacheable) cache?.set(token, accepted);
    return accepted;
  }

  /** Undefined where a key may have to be fetched first. */
  function verifyAtOnce(lane: Lane, token: string): AcceptedToken | undefined {
    try {
      return keep(lane, token, lane.verify(token));
    } catch (error) {
      if (error instanceof TokenError && error.code === 'key_not_found') return undefined;
      throw error;
    }
  }

  const verifyLater = async (lane: Lane, token: string): Promise<AcceptedToken> =>
    keep(lane, token, await lane.verifyAsync(token));

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
    verify(lane: Lane, token: string) {
      // What verifies these may be another with every call: each is asked for by itself, and once.
      if (!lane.isCacheable) return verifyLater(lane, token);
      const accepted = areChecksCrowded() ? undefined : verifyAtOnce(lane, token);
      return accepted ?? flight.share(token, () => verifyLater(lane, token));
    },
  });
}
