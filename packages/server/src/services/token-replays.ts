import type { ReplayEntry, ReplayStore } from 'countersign/asap';
import type { ReplayedTokenStore } from '../domain/stores.js';
import { hashSecret } from './secrets.js';

/** A clock that is set back makes good again what was over: so long after its end a use is still remembered (S14). */
const CLOCK_STEP_SECONDS = 15 * 60;

/**
 * Replay protection that all processes of the authority share and that outlives them (A9). Ids are stored as hashes:
 * callers choose them, at any length, and may put into them what a database should not hold.
 */
export function createTokenReplays(store: ReplayedTokenStore): ReplayStore {
  return {
    insertOnce: ({ issuer, tokenId, expiresAt }: ReplayEntry) =>
      store.insertOnce({
        issuer,
        tokenHash: hashSecret(tokenId),
        expiresAt: expiresAt + CLOCK_STEP_SECONDS,
      }),
  };
}
