import type { Caller } from '../../gate/caller.js';
import type { GateOrGuard } from '../../gate/gate.js';
import type { GateRefusal } from '../../gate/gate-outcome.js';
import { isThenable } from '../../gate/is-thenable.js';
import type { RouteRules } from '../../gate/rules/route-rules.js';
import { requiredCaller } from '../shared/caller-of.js';
import type { FetchRequestLike } from '../shared/fetch-request.js';
import { readFetchRequest } from '../shared/fetch-request.js';
import { withVary } from '../shared/fetch-response.js';
import { toGuard } from '../shared/to-guard.js';
import { mergeVary } from '../shared/vary.js';

/** What is needed of a context of Hono. */
export interface HonoContextLike {
  readonly req: { readonly raw: FetchRequestLike };
  get res(): Response;
  set res(response: Response | undefined);
  header(name: string, value: string): void;
  newResponse(body: string, status?: number): Response;
  set(name: string, value: unknown): void;
}

export type HonoMiddleware = (
  context: HonoContextLike,
  next: () => Promise<void>,
) => Promise<Response | undefined>;

/** For `new Hono<HonoGateEnv>()`; `HonoGateEnv<Caller | undefined>` where routes let in requests without a caller. */
export interface HonoGateEnv<Who extends Caller | undefined = Caller> {
  Variables: { caller: Who };
}

/**
 * Middleware for Hono, on every runtime. Who may come in is at `context.get('caller')` afterwards; anybody else is
 * answered here, with the headers that are set already.
 *
 *     const app = new Hono<HonoGateEnv>();
 *     app.use(createHonoMiddleware(gate));
 *     app.delete('/orders/:id', createHonoMiddleware(gate, { scopes: 'orders:write' }), (context) =>
 *       context.text(context.get('caller').subject));
 *
 * CORS middleware goes before it.
 *
 * @param gate one that takes any caller unless `rules` say more; or a guard
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createHonoMiddleware(gate: GateOrGuard, rules?: RouteRules): HonoMiddleware {
  const guard = toGuard('createHonoMiddleware', gate, rules);
  return async (context, next) => {
    const checked = guard.check(readFetchRequest(context.req.raw));
    const outcome = isThenable(checked) ? await checked : checked;
    context.set('caller', outcome.caller);
    if (outcome.outcome === 'refused') return refuse(outcome, context);
    await next();
    // Not before: what is set by then would take the place of the handler's own.
    addVary(context, guard.vary);
    return undefined;
  };
}

/**
 * The caller that the gate has let in.
 *
 * @throws {UsageError} `no_caller` where no gate ran for the request, or let it in as nobody.
 */
export function callerOf(context: { readonly var: object }): Caller {
  return requiredCaller((context.var as { readonly caller?: Caller }).caller);
}

/** Through the context: an answer that is made apart from it loses to headers that were set before. */
function refuse({ status, headers, body }: GateRefusal, context: HonoContextLike): Response {
  for (const [name, value] of Object.entries(headers)) {
    context.header(name, name === 'vary' ? mergeVary(context.res.headers.get('vary'), value) : value);
  }
  return context.newResponse(body, status);
}

function addVary(context: HonoContextLike, vary: string): void {
  const answer = context.res;
  const varied = withVary(answer, vary);
  if (varied === answer) return;
  // The old one would be merged into the new one, its `Vary` too.
  context.res = undefined;
  context.res = varied;
}
