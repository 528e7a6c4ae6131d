import type { GateOrGuard } from '../../gate/gate.js';
import { isThenable } from '../../gate/is-thenable.js';
import type { RouteRules } from '../../gate/rules/route-rules.js';
import type { NodeRequestLike } from '../shared/node-request.js';
import { readNodeRequest } from '../shared/node-request.js';
import type { NodeResponseLike } from '../shared/node-response.js';
import { admitToNode } from '../shared/node-response.js';
import { toGuard } from '../shared/to-guard.js';
import { whenChecked } from '../shared/when-checked.js';

/** What is needed of a request of Express; connect and others that take its middleware have no `originalUrl`. */
export interface ExpressRequestLike extends NodeRequestLike {
  readonly originalUrl?: string | undefined;
}

export type ExpressMiddleware = (
  request: ExpressRequestLike,
  response: NodeResponseLike,
  next: (error?: unknown) => void,
) => void;

/**
 * Middleware for Express 4 and 5, for all routes or for one. Who may come in is at `request.caller` afterwards; anybody
 * else is answered here, with the headers that are set already, and `next` is not called.
 *
 *     app.use(createExpressMiddleware(gate));
 *     app.delete('/orders/:id', createExpressMiddleware(gate, { scopes: 'orders:write' }), (request, response) => {
 *       const caller = callerOf(request);
 *     });
 *
 * CORS middleware goes before it. With TypeScript `request.caller` is declared once:
 *
 *     declare global {
 *       namespace Express {
 *         interface Request {
 *           caller?: Caller | undefined;
 *         }
 *       }
 *     }
 *
 * @param gate one that takes any caller unless `rules` say more; or a guard
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createExpressMiddleware(gate: GateOrGuard, rules?: RouteRules): ExpressMiddleware {
  const guard = toGuard('createExpressMiddleware', gate, rules);
  return (request, response, next) => {
    const checked = guard.check(readNodeRequest(request, request.originalUrl));
    const entered = whenChecked(checked, (outcome) => {
      if (admitToNode(outcome, request, response, guard.vary)) next();
    });
    if (isThenable(entered)) entered.then(undefined, next);
  };
}
