import type { Clock } from '../core/clock.js';
import { refuseProduction } from './refuse-production.js';

/** A clock that stands still until it is moved. Pass it wherever a `clock` is taken. */
export interface TestClock extends Clock {
  /** Moves the clock forward; a negative number moves it back. */
  advance(seconds: number): void;
}

/**
 * @param startAt epoch seconds
 * @throws UsageError invalid_options in production
 */
export function createTestClock(startAt: number): TestClock {
  refuseProduction('createTestClock');
  let now = startAt;
  return Object.assign(() => now, {
    advance(seconds: number) {
      now += seconds;
    },
  });
}
