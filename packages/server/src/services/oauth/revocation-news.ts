import { OauthError } from '../../domain/oauth/oauth-error.js';
import type { SetTimer } from '../mail-worker.js';

/** Lets many wait for something to be added to the revocation feed, by whichever process. */
export interface RevocationNews {
  /**
   * Resolves once there is something after the position, else after so many seconds, or at `stop`; tells which.
   * Rejects with OauthError `temporarily_unavailable` where too many wait already, and as the store does.
   */
  after(position: number, waitSeconds: number): Promise<boolean>;
  /** Nobody waits any more, now or later. */
  stop(): void;
}

export interface RevocationNewsOptions {
  readonly lastPosition: () => Promise<number>;
  /** For tests: in place of `setTimeout`. */
  readonly setTimer?: SetTimer;
  /** Default 1000. */
  readonly maxWaiting?: number;
}

/** Whoever follows the feed learns within two seconds, so this is the half of it. */
const POLL_SECONDS = 1;
const RETRY_AFTER_SECONDS = 5;

interface Waiter {
  readonly position: number;
  finish(outcome: boolean | Error): void;
}

/** The store is asked once a second, however many wait, and not at all while nobody does. */
export function createRevocationNews(options: RevocationNewsOptions): RevocationNews {
  const { lastPosition, setTimer = setUnrefTimer, maxWaiting = 1000 } = options;
  const waiters = new Set<Waiter>();
  let isPolling = false;
  let isStopped = false;
  let cancelPoll = () => {};

  function finish(outcome: boolean | Error, whose: (waiter: Waiter) => boolean = () => true): void {
    for (const waiter of [...waiters]) if (whose(waiter)) waiter.finish(outcome);
  }

  function schedule(): void {
    if (isPolling || waiters.size === 0) return;
    isPolling = true;
    cancelPoll = setTimer(() => void poll(), POLL_SECONDS);
  }

  async function poll(): Promise<void> {
    try {
      const last = await lastPosition();
      finish(true, ({ position }) => position < last);
    } catch (error) {
      finish(error instanceof Error ? error : new Error('the store failed', { cause: error }));
    }
    isPolling = false;
    schedule();
  }

  return Object.freeze({
    async after(position: number, waitSeconds: number) {
      if (isStopped) return false;
      if (waiters.size >= maxWaiting) {
        const headers = { 'retry-after': String(RETRY_AFTER_SECONDS) };
        throw new OauthError('temporarily_unavailable', undefined, { headers });
      }
      const waited = new Promise<boolean>((resolve, reject) => {
        const cancel = setTimer(() => waiter.finish(false), waitSeconds);
        const waiter: Waiter = {
          position,
          finish(outcome) {
            waiters.delete(waiter);
            cancel();
            if (outcome instanceof Error) reject(outcome);
            else resolve(outcome);
          },
        };
        waiters.add(waiter);
      });
      schedule();
      return waited;
    },
    stop() {
      isStopped = true;
      cancelPoll();
      finish(false);
    },
  });
}

/** The process may end while somebody waits. */
function setUnrefTimer(callback: () => void, delaySeconds: number): () => void {
  const timer = setTimeout(callback, delaySeconds * 1000).unref();
  return () => clearTimeout(timer);
}
