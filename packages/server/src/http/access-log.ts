import type { Clock } from 'countersign';
import type { Logger } from '../domain/logger.js';
import type { HttpRequest } from './exchange.js';

/** Stands for the pattern of a request that fits no route. */
export const NO_PATTERN = '(none)';

/** One line a request: the route's pattern, never the path or the query, because those carry secrets (M11, S6). */
export type AccessLog = (request: HttpRequest, pattern: string, status: number, startedAt: number) => void;

export function createAccessLog({ clock, logger }: { clock: Clock; logger: Logger }): AccessLog {
  return ({ method, requestId, clientIp }, route, status, startedAt) => {
    const durationMs = Math.max(0, Math.round((clock() - startedAt) * 1000));
    logger.info('request', { method, route, status, durationMs, requestId, clientIp });
  };
}
