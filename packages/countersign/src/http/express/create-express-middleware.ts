import type { GateOrGuard } from '../../gate/gate.js';
import type { CarriedRequest } from '../../gate/gate-request.js';
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

/** What the rules of a route may read of a request of Express, where no type of it is named. */
export interface ExpressCarrier extends ExpressRequestLike {
  /** Of the path of the route; several segments where it has a wildcard. */
  readonly params: Readonly<Record<string, string | string[]>>;
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
 * A rule finds the request of Express in `carrier`, and reads the same path in it as the handler does:
 *
 *     createExpressMiddleware(gate, { check: (caller, { carrier }) => carrier.params['id'] === caller.subject });
 *     createExpressMiddleware<Request<{ id: string }>>(gate, { ... }); // with the type of Express
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
export function createExpressMiddleware<Request extends object = ExpressCarrier>(
  gate: GateOrGuard,
  rules?: RouteRules<CarriedRequest<Request>>,
): ExpressMiddleware {
  const guard = toGuard('createExpressMiddleware', gate, rules);
  return (request, response, next) => {
    const checked = guard.check(readNodeRequest(request, request.originalUrl));
    const entered = whenChecked(checked, (outcome) => {
      if (admitToNode(outcome, request, response, guard.vary)) next();
    });
    if (isThenable(entered)) entered.then(undefined, next);
  };
}
