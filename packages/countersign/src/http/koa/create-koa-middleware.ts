import type { Caller } from '../../gate/caller.js';
import type { GateOrGuard } from '../../gate/gate.js';
import type { GateOutcome } from '../../gate/gate-outcome.js';
import type { RouteRules } from '../../gate/rules/route-rules.js';
import type { CallerHolder } from '../shared/caller-of.js';
import { requiredCaller } from '../shared/caller-of.js';
import type { NodeRequestLike } from '../shared/node-request.js';
import { readNodeRequest } from '../shared/node-request.js';
import type { NodeResponseLike } from '../shared/node-response.js';
import { isOver } from '../shared/node-response.js';
import { toGuard } from '../shared/to-guard.js';
import { mergeVary } from '../shared/vary.js';
import { whenChecked } from '../shared/when-checked.js';

/** What is needed of a context of Koa. */
export interface KoaContextLike {
  readonly req: NodeRequestLike;
  readonly res: NodeResponseLike;
  readonly originalUrl: string;
  readonly state: CallerHolder;
  readonly response: { get(name: string): unknown };
  status: number;
  body: unknown;
  set(name: string, value: string): unknown;
}

export type KoaMiddleware = (context: KoaContextLike, next: () => Promise<unknown>) => unknown;

/** For `new Koa<KoaGateState>()`. Undefined where a route lets in requests without a caller. */
export interface KoaGateState {
  caller?: Caller | undefined;
}

/**
 * Middleware for Koa. Who may come in is at `context.state.caller` afterwards; anybody else is answered here, with the
 * headers that are set already.
 *
 *     app.use(createKoaMiddleware(gate));
 *     router.delete('/orders/:id', createKoaMiddleware(gate, { scopes: 'orders:write' }), (context) => {
 *       const caller = callerOf(context);
 *     });
 *
 * CORS middleware goes before it. Koa takes every header off when a handler throws, `Vary` too, unless middleware for
 * errors goes before.
 *
 * @param gate one that takes any caller unless `rules` say more; or a guard
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createKoaMiddleware(gate: GateOrGuard, rules?: RouteRules): KoaMiddleware {
  const guard = toGuard('createKoaMiddleware', gate, rules);
  return (context, next) =>
    whenChecked(guard.check(readNodeRequest(context.req, context.originalUrl)), (outcome) =>
      admitToKoa(outcome, context, guard.vary) ? next() : undefined,
    );
}

/**
 * The caller that the gate has let in.
 *
 * @throws {UsageError} `no_caller` where no gate ran for the request, or let it in as nobody.
 */
export function callerOf(context: { readonly state: object }): Caller {
  return requiredCaller((context.state as CallerHolder).caller);
}

function admitToKoa(outcome: GateOutcome, context: KoaContextLike, vary: string): boolean {
  context.state.caller = outcome.caller;
  if (isOver(context.res)) return false;
  if (outcome.outcome !== 'refused') {
    context.set('vary', mergeVary(context.response.get('vary'), vary));
    return true;
  }
  context.status = outcome.status;
  for (const [name, value] of Object.entries(outcome.headers)) {
    context.set(name, name === 'vary' ? mergeVary(context.response.get('vary'), value) : value);
  }
  context.body = outcome.body;
  return false;
}
