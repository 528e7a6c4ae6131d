import type { Clock } from '../core/clock.js';
import type { ValueRule } from '../core/options.js';
import { describe } from '../core/options.js';
import { checkArgument, epochSeconds } from './check-argument.js';
import { refuseProduction } from './refuse-production.js';

const aFiniteNumber: ValueRule = (value) =>
  Number.isFinite(value) ? undefined : `must be a finite number, not ${describe(value)}`;

/** A clock that stands still until it is moved. Pass it wherever a `clock` is taken. */
export interface TestClock extends Clock {
  /** Moves the clock forward; a negative number moves it back. */
  advance(seconds: number): void;
}

/**
 * @param startAt epoch seconds
 * @throws UsageError invalid_options in production, and for what is no finite number, as `advance` does
 */
export function createTestClock(startAt: number): TestClock {
  refuseProduction('createTestClock');
  checkArgument('createTestClock', 'startAt', startAt, epochSeconds);
  let now = startAt;
  return Object.assign(() => now, {
    advance(seconds: number) {
      checkArgument('advance', 'seconds', seconds, aFiniteNumber);
      now += seconds;
    },
  });
}
