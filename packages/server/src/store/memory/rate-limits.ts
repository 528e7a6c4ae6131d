import type { RateLimitStore } from '../../domain/stores.js';
import { createSlidingWindow, type SlidingWindow, take, waitSeconds } from './sliding-window.js';

export interface MemoryRateLimitOptions {
  /**
   * Keys remembered at once, 100,000 by default, some 330 bytes each while its count is small. One more makes room by
   * forgetting the key that was counted longest ago: its budget is full again. Whoever wants that to happen to a key
   * must get as many others counted, each within the budgets of its own call.
   */
  readonly maxKeys?: number;
}

export interface MemoryRateLimits extends RateLimitStore {
  /** Keys remembered now. */
  readonly size: number;
}

/**
 * Rate limits in the memory of one process; of several processes each has its own. Sliding windows: exact for limits
 * up to 64, up to a 64th of the window too strict above, never too lax. Memory is bounded whatever keys arrive (S18):
 * in keys by `maxKeys`, under each key by its window. Give the budgets of one call different keys.
 */
export function createMemoryRateLimits({ maxKeys = 100_000 }: MemoryRateLimitOptions = {}): MemoryRateLimits {
  if (!Number.isSafeInteger(maxKeys) || maxKeys < 1) {
    throw new RangeError(`maxKeys must be a whole number from 1, not ${maxKeys}`);
  }
  /** In the order in which they were last counted. */
  const windows = new Map<string, SlidingWindow>();

  function forgetOldest(nowSeconds: number): void {
    for (const [key, window] of windows) {
      if (windows.size <= maxKeys && window.expiresAt > nowSeconds) return;
      windows.delete(key);
    }
  }

  type Budgets = Parameters<RateLimitStore['takeAll']>[0];
  const windowsOf = (budgets: Budgets) =>
    budgets.map((budget) => ({ budget, window: windows.get(budget.key) ?? createSlidingWindow() }));
  const longestWait = (wanted: ReturnType<typeof windowsOf>, nowSeconds: number) =>
    Math.ceil(Math.max(0, ...wanted.map(({ budget, window }) => waitSeconds(window, budget, nowSeconds))));

  return {
    get size() {
      return windows.size;
    },
    waitSeconds: async (budgets, nowSeconds) => longestWait(windowsOf(budgets), nowSeconds),
    takeAll: async (budgets, nowSeconds) => {
      const wanted = windowsOf(budgets);
      const retryAfterSeconds = longestWait(wanted, nowSeconds);
      if (retryAfterSeconds > 0) return { allowed: false, retryAfterSeconds };
      for (const { budget, window } of wanted) {
        take(window, budget, nowSeconds);
        windows.delete(budget.key);
        windows.set(budget.key, window);
      }
      forgetOldest(nowSeconds);
      return { allowed: true };
    },
  };
}
