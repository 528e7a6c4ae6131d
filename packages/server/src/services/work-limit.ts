import { Refusal } from '../domain/refusal.js';

/** Runs work as long as not too much of it is under way. */
export interface WorkLimit {
  /** Rejects with Refusal `unavailable` instead of letting the work wait; else settles as the work does. */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
}

const RETRY_AFTER_SECONDS = 1;

/**
 * For what costs much and can be asked for by anybody: beyond the limit it is refused at once, so that a flood of it
 * keeps nobody waiting who asks for something else (S18).
 */
export function createWorkLimit(maxUnderWay: number): WorkLimit {
  let underWay = 0;
  return Object.freeze({
    async run<Result>(work: () => Promise<Result>): Promise<Result> {
      if (underWay >= maxUnderWay)
        throw new Refusal('unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS });
      underWay += 1;
      try {
        return await work();
      } finally {
        underWay -= 1;
      }
    },
  });
}
