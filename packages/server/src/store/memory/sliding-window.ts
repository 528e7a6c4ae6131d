export interface Budget {
  readonly limit: number;
  readonly windowSeconds: number;
}

/**
 * What was taken lately under one key. Plain data, and arrays that are replaced rather than pushed to (which would
 * reserve room for 16 more), because there may be 100,000 of them.
 */
export interface SlidingWindow {
  /** When something was taken, ascending, ... */
  instants: readonly number[];
  /** ... how often at each of them, ... */
  counts: readonly number[];
  /** ... and altogether. */
  total: number;
  /** When the last of it is forgotten. */
  expiresAt: number;
}

/** Instants kept for one key. Larger limits share instants, so that no key needs much more memory than this. */
const MAX_INSTANTS = 64;

export function createSlidingWindow(): SlidingWindow {
  return { instants: [], counts: [], total: 0, expiresAt: 0 };
}

/** Seconds until one more may be taken; 0: now. */
export function waitSeconds(window: SlidingWindow, budget: Budget, nowSeconds: number): number {
  forget(window, nowSeconds - budget.windowSeconds);
  let excess = window.total + 1 - budget.limit;
  if (excess <= 0) return 0;
  for (const [index, instant] of window.instants.entries()) {
    excess -= window.counts[index] ?? 0;
    if (excess <= 0) return instant + budget.windowSeconds - nowSeconds;
  }
  return budget.windowSeconds;
}

/**
 * Counts one. With limits over 64 an instant is rounded up to the next 64th of the window, where several are counted
 * together: forgotten a little late, never early. A clock that steps back does not shorten anything either (S14).
 */
export function take(window: SlidingWindow, budget: Budget, nowSeconds: number): void {
  const { instants, counts } = window;
  const step = budget.limit > MAX_INSTANTS ? budget.windowSeconds / MAX_INSTANTS : 0;
  const rounded = step > 0 ? Math.ceil(nowSeconds / step) * step : nowSeconds;
  const last = instants.at(-1);
  if (last !== undefined && rounded <= last) {
    window.counts = counts.with(-1, (counts.at(-1) ?? 0) + 1);
  } else {
    window.instants = instants.concat(rounded);
    window.counts = counts.concat(1);
  }
  window.total += 1;
  window.expiresAt = Math.max(window.expiresAt, rounded + budget.windowSeconds);
}

function forget(window: SlidingWindow, untilSeconds: number): void {
  const firstKept = window.instants.findIndex((instant) => instant > untilSeconds);
  const stale = firstKept < 0 ? window.instants.length : firstKept;
  if (stale === 0) return;
  for (const count of window.counts.slice(0, stale)) window.total -= count;
  window.instants = window.instants.slice(stale);
  window.counts = window.counts.slice(stale);
}
