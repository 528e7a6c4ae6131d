/**
 * How often a source is asked for keys that it was never seen to have (K2, A12). A key id is free to invent, so these
 * questions wait in lanes: in each lane one at a time, and after a key that the source did not have, or an answer that
 * was none, nobody goes in before a pause is over. All ids share one lane, except those of issuers whose keys were
 * found before, or that are expected: each of these has a lane of its own, so that their keys are found while others
 * invent ids.
 */
import type { Attempts } from './attempts.js';
import { createBoundedMap } from './bounded-map.js';

const MAX_LANES = 1000;

export interface Lane {
  readonly attempts: Attempts;
  /** Runs `task` when those before it are done, whether or not they rejected. */
  enter<Result>(task: () => Promise<Result>): Promise<Result>;
}

export interface StrangerLanes {
  laneOf(issuer: string): Lane;
  /** From now on the issuer has a lane of its own. */
  openLane(issuer: string): void;
}

/** @param createAttempts called once for each lane */
export function createStrangerLanes(createAttempts: () => Attempts): StrangerLanes {
  const shared = createLane(createAttempts());
  const own = createBoundedMap<string, Lane>(MAX_LANES);
  return Object.freeze({
    laneOf: (issuer: string) => own.get(issuer) ?? shared,
    openLane(issuer: string) {
      if (own.get(issuer) === undefined) own.set(issuer, createLane(createAttempts()));
    },
  });
}

function createLane(attempts: Attempts): Lane {
  let last: Promise<unknown> = Promise.resolve();
  return Object.freeze({
    attempts,
    enter<Result>(task: () => Promise<Result>): Promise<Result> {
      const result = last.then(task);
      last = result.catch(() => undefined);
      return result;
    },
  });
}
