import { isBusy } from './sqlite-errors.js';

const RETRY_DELAY_MS = 2;

/**
 * Tries at once, and again for `timeoutMs` while another process holds the database. The event loop runs between the
 * attempts, which waiting inside of SQLite would not let it.
 * @throws what the last attempt threw
 */
export async function retryWhileBusy<Result>(attempt: () => Result, timeoutMs: number): Promise<Result> {
  const giveUpAtMs = performance.now() + timeoutMs;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= giveUpAtMs) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS));
  }
}
