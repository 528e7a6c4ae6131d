import type { Caller } from '../../gate/caller.js';
import type { GateOrGuard } from '../../gate/gate.js';
import type { GateOutcome, GateRefusal } from '../../gate/gate-outcome.js';
import { isThenable } from '../../gate/is-thenable.js';
import type { RouteRules } from '../../gate/rules/route-rules.js';
import type { CallerHolder } from '../shared/caller-of.js';
import { requiredCaller } from '../shared/caller-of.js';
import type { FetchRequestLike } from '../shared/fetch-request.js';
import { readFetchRequest } from '../shared/fetch-request.js';
import { withVary } from '../shared/fetch-response.js';
import { toGuard } from '../shared/to-guard.js';
import { mergeVary } from '../shared/vary.js';
import { whenChecked } from '../shared/when-checked.js';

/** What is needed of an event of h3. */
export interface H3EventLike {
  readonly req: FetchRequestLike;
  readonly res: {
    status?: number | undefined;
    readonly headers: Headers;
    /** What answers of 400 and more have in place of `headers`. */
    readonly errHeaders?: Headers | undefined;
  };
  readonly context: object;
}

export type H3Middleware = (event: H3EventLike, next: () => unknown) => unknown;

/**
 * Middleware for h3, version 2. Who may come in is at `event.context.caller` afterwards; anybody else is answered here,
 * with the headers that are set already.
 *
 *     app.use(createH3Middleware(gate));
 *     app.get('/orders', (event) => callerOf(event).subject, {
 *       middleware: [createH3Middleware(gate, { scopes: 'orders:read' })],
 *     });
 *
 * What sets headers for CORS goes before it. With TypeScript `event.context.caller` is declared once:
 *
 *     declare module 'h3' {
 *       interface H3EventContext {
 *         caller?: Caller | undefined;
 *       }
 *     }
 *
 * @param gate one that takes any caller unless `rules` say more; or a guard
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createH3Middleware(gate: GateOrGuard, rules?: RouteRules): H3Middleware {
  const guard = toGuard('createH3Middleware', gate, rules);
  const enter = (outcome: GateOutcome, event: H3EventLike, next: () => unknown) => {
    (event.context as CallerHolder).caller = outcome.caller;
    if (outcome.outcome === 'refused') return refuse(outcome, event);
    // Ahead of the handler: of one that throws, or is not there, nothing comes back to be varied.
    mergeInto(event.res.errHeaders, guard.vary);
    const answer = next();
    return isThenable(answer)
      ? answer.then((settled) => addVary(settled, event, guard.vary))
      : addVary(answer, event, guard.vary);
  };
  return (event, next) =>
    whenChecked(guard.check(readFetchRequest(event.req)), (outcome) => enter(outcome, event, next));
}

/**
 * The caller that the gate has let in.
 *
 * @throws {UsageError} `no_caller` where no gate ran for the request, or let it in as nobody.
 */
export function callerOf(event: { readonly context: object }): Caller {
  return requiredCaller((event.context as CallerHolder).caller);
}

/** A text, not a Response: that would lose the headers that were set before. */
function refuse({ status, headers, body }: GateRefusal, { res }: H3EventLike): string {
  res.status = status;
  for (const [name, value] of Object.entries(headers)) {
    res.headers.set(name, name === 'vary' ? mergeVary(res.headers.get('vary'), value) : value);
  }
  return body;
}

/** After the handler, since what the event has takes the place of what a Response says. */
function addVary(answer: unknown, { res }: H3EventLike, vary: string): unknown {
  const isResponse = answer instanceof Response;
  const own = isResponse ? answer.headers.get('vary') : null;
  const all = own === null ? vary : mergeVary(own, vary);
  mergeInto(res.headers, all);
  mergeInto(res.errHeaders, all);
  return isResponse ? withVary(answer, vary) : answer;
}

function mergeInto(headers: Headers | undefined, vary: string): void {
  headers?.set('vary', mergeVary(headers.get('vary'), vary));
}
