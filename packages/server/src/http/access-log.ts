import type { Clock } from 'countersign';
import type { Logger } from '../domain/logger.js';
import type { HttpRequest, Route } from './exchange.js';

/** Stands for the pattern of a request that fits no route. */
const NO_PATTERN = '(none)';

/**
 * One line a request: the route's pattern, never the path or the query, because those carry secrets (M11, S6).
 *
 * @param route undefined for a request that fits none
 */
export type AccessLog = (
  request: HttpRequest,
  route: Pick<Route, 'pattern' | 'polled'> | undefined,
  status: number,
  startedAt: number,
) => void;

export function createAccessLog({ clock, logger }: { clock: Clock; logger: Logger }): AccessLog {
  return ({ method, requestId, clientIp }, route, status, startedAt) => {
    const durationMs = Math.max(0, Math.round((clock() - startedAt) * 1000));
    const isRoutine = route?.polled === true && (status === 200 || status === 304);
    const fields = { method, route: route?.pattern ?? NO_PATTERN, status, durationMs, requestId, clientIp };
    logger[isRoutine ? 'debug' : 'info']('request', fields);
  };
}
