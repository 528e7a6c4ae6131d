/**
 * When a source may be asked again (K2, K3): attempts count, whether they succeed or fail. What fails is asked again
 * after 1 s, then after 2, 4, 8 ... up to the cool-down; what succeeded may be given a rest.
 */
import type { Clock } from '../core/clock.js';
import type { KeyRetrievalError } from './key-retrieval-error.js';

const FIRST_WAIT_SECONDS = 1;

export interface Attempts {
  /** Why the last attempt failed; undefined when it did not. */
  failure(): KeyRetrievalError | undefined;
  /** Whether the last attempt failed, and not so long ago that it says nothing about now. */
  isFailing(): boolean;
  /** 0 when an attempt may be made now. */
  secondsToWait(): number;
  failed(failure: KeyRetrievalError): void;
  succeeded(restSeconds: number): void;
}

export function createAttempts(clock: Clock, maxWaitSeconds: number): Attempts {
  let failure: KeyRetrievalError | undefined;
  let failures = 0;
  let endedAt = Number.NEGATIVE_INFINITY;
  let waitSeconds = 0;
  const secondsLeftOf = (seconds: number): number => {
    const now = clock();
    // An attempt in the future means that the clock was set back: it must not stretch the wait (K11).
    return now < endedAt ? 0 : Math.max(0, endedAt + seconds - now);
  };
  return Object.freeze({
    failure: () => failure,
    isFailing: () => failure !== undefined && secondsLeftOf(waitSeconds + maxWaitSeconds) > 0,
    secondsToWait: () => secondsLeftOf(waitSeconds),
    failed(why: KeyRetrievalError) {
      failure = why;
      endedAt = clock();
      waitSeconds = Math.min(FIRST_WAIT_SECONDS * 2 ** failures, maxWaitSeconds);
      failures += 1;
    },
    succeeded(restSeconds: number) {
      failure = undefined;
      failures = 0;
      endedAt = clock();
      waitSeconds = restSeconds;
    },
  });
}

/**
 * Attempts at one part of a source: they also wait while the whole source fails, and tell it of failures that say
 * something about more than this part.
 */
export function createPartialAttempts(
  part: Attempts,
  whole: Attempts,
  concernsWhole: (failure: KeyRetrievalError) => boolean,
): Attempts {
  return Object.freeze({
    failure: () => part.failure() ?? whole.failure(),
    isFailing: () => part.isFailing() || whole.isFailing(),
    secondsToWait: () => Math.max(part.secondsToWait(), whole.secondsToWait()),
    failed(why: KeyRetrievalError) {
      part.failed(why);
      if (concernsWhole(why)) whole.failed(why);
    },
    succeeded(restSeconds: number) {
      part.succeeded(restSeconds);
      whole.succeeded(0);
    },
  });
}

/** For `Retry-After`: whole seconds, at least 1. */
export function retryAfterSeconds(attempts: Attempts): number {
  return Math.max(1, Math.ceil(attempts.secondsToWait()));
}
