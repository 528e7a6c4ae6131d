/** Asking a replay store, and what follows from its answer. */
import { TokenError, UnavailableError, UsageError } from '../core/errors.js';
import type { ReplayEntry, ReplayStore, ReplayVerdict } from './replay-store.js';

/** Room is made as tokens expire, which most do within a minute. */
const RETRY_AFTER_SECONDS = 10;

/**
 * Records the token, or throws.
 *
 * @throws {TokenError} `token_replayed`.
 * @throws {UnavailableError} `replay_store_full`; `replay_store_unavailable` for a store that throws, and for any
 * answer that is none (row S13: what cannot be decided is refused).
 */
export async function checkReplay(store: ReplayStore, entry: ReplayEntry): Promise<void> {
  await checkReplaySoon(store, entry);
}

/** As {@link checkReplay}: at once with a store that answers at once, later with one that answers later. */
export function checkReplaySoon(store: ReplayStore, entry: ReplayEntry): undefined | Promise<void> {
  let verdict: ReplayVerdict | Promise<ReplayVerdict>;
  try {
    verdict = store.insertOnce(entry);
  } catch (cause) {
    throw unavailable(cause);
  }
  if (typeof verdict === 'object' && verdict !== null) {
    return Promise.resolve(verdict).then(judge, (cause) => {
      throw unavailable(cause);
    });
  }
  judge(verdict);
  return undefined;
}

/**
 * As {@link checkReplay}, with a store that answers at once.
 *
 * @throws {UsageError} `invalid_options` for a store that answers later.
 */
export function checkReplayAtOnce(store: ReplayStore, entry: ReplayEntry): void {
  let verdict: ReplayVerdict | Promise<ReplayVerdict>;
  try {
    verdict = store.insertOnce(entry);
  } catch (cause) {
    throw unavailable(cause);
  }
  if (typeof verdict === 'object' && verdict !== null) {
    Promise.resolve(verdict).catch(() => undefined);
    throw new UsageError('invalid_options', 'verify', ['the replay store answers later: use verifyAsync']);
  }
  judge(verdict);
}

function judge(verdict: ReplayVerdict): void {
  switch (verdict) {
    case 'inserted':
      return;
    case 'seen':
      throw new TokenError('token_replayed', 'the jti has been used before');
    case 'full':
      throw new UnavailableError('replay_store_full', 'the replay store has no room for another token', {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    default:
      throw unavailable(undefined);
  }
}

function unavailable(cause: unknown): UnavailableError {
  return new UnavailableError('replay_store_unavailable', 'the replay store gave no answer', {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    cause,
  });
}
