import type { Logger } from '../domain/logger.js';
import { Refusal } from '../domain/refusal.js';
import { StoreUnavailableError } from '../domain/stores.js';

const STORE_RETRY_AFTER_SECONDS = 5;
const FRAMES_LOGGED = 6;

/**
 * What the caller is told about an error: a Refusal is passed on, an unreachable store is a 503, and everything else
 * is a defect of ours, logged once under the request's id. The message of such an error stays out of the log, because
 * foreign code quotes its input there, as JSON.parse does (S6); its name and place tell where to look.
 */
export function toRefusal(error: unknown, { requestId }: { requestId: string }, logger: Logger): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof StoreUnavailableError) {
    logger.warn('store unavailable', { requestId, reason: error.message, cause: nameOf(error.cause) });
    return new Refusal('unavailable', { retryAfterSeconds: STORE_RETRY_AFTER_SECONDS });
  }
  logger.error('unexpected error', { requestId, error: nameOf(error), at: framesOf(error) });
  return new Refusal('internal_error');
}

/** Such as `TypeError` or `Error ECONNRESET`. */
function nameOf(error: unknown): string | undefined {
  if (error === undefined) return undefined;
  if (!(error instanceof Error)) return typeof error;
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
  return `${error.name}${code}`;
}

function framesOf(error: unknown): string[] {
  if (!(error instanceof Error) || error.stack === undefined) return [];
  const lines = error.stack.split('\n').map((line) => line.trim());
  return lines.filter((line) => line.startsWith('at ')).slice(0, FRAMES_LOGGED);
}
