/** The tokens of a gate: those that it has verified before, and the verification of those that it has not. */
import type { Clock } from '../../core/clock.js';
import type { AcceptedToken } from '../accepted-token.js';
import { acceptToken } from '../accepted-token.js';
import type { Lane } from '../acceptor.js';
import { createSingleFlight } from './single-flight.js';
import type { TokenCache } from './token-cache.js';

export interface VerifiedTokens {
  /**
   * A token that was verified before, where verifying it again would come to the same: it is neither expired nor early,
   * the clock does not show a time before the verification, and its key is still the one that would be found (rows K8
   * and K11). Undefined in every other case.
   */
  atHand(token: string): AcceptedToken | undefined;
  /**
   * Verifies a token, once for all who come with it at the same time, and keeps it where the lane allows it. Failures
   * are not kept (row K9). Rejects with what {@link Lane.verifyAsync} rejects with.
   */
  verify(lane: Lane, token: string): Promise<AcceptedToken>;
}

/** @param cache null where every token is verified each time */
export function createVerifiedTokens(cache: TokenCache<AcceptedToken> | null, clock: Clock): VerifiedTokens {
  const flight = createSingleFlight<AcceptedToken>();

  async function verifyAnew(lane: Lane, token: string): Promise<AcceptedToken> {
    const verified = await lane.verifyAsync(token);
    const accepted = acceptToken(lane, verified, clock());
    if (lane.isCacheable) cache?.set(token, accepted);
    return accepted;
  }

  return Object.freeze({
    atHand(token: string) {
      const accepted = cache?.get(token);
      if (accepted === undefined) return undefined;
      const { lane, verified, verifiedAt } = accepted;
      const now = clock();
      // Stated so that a clock that gives NaN finds nothing.
      const isGoodNow = verifiedAt <= now && verified.goodFrom <= now && now < verified.goodUntil;
      if (isGoodNow && lane.isKeyCurrent(verified)) return accepted;
      cache?.delete(token);
      return undefined;
    },
    verify: (lane: Lane, token: string) =>
      lane.isCacheable ? flight.share(token, () => verifyAnew(lane, token)) : verifyAnew(lane, token),
  });
}
