import { aFunction } from '../../core/option-rules.js';
import { checkOptions, optional } from '../../core/options.js';
import type { Caller } from '../../gate/caller.js';
import type { Gate, GateOrGuard } from '../../gate/gate.js';
import type { Awaitable } from '../../gate/gate-outcome.js';
import { isThenable } from '../../gate/is-thenable.js';
import type { RouteRules } from '../../gate/rules/route-rules.js';
import type { FetchRequestLike } from '../shared/fetch-request.js';
import { readFetchRequest } from '../shared/fetch-request.js';
import { refusalResponse, withVary } from '../shared/fetch-response.js';
import { toGuard } from '../shared/to-guard.js';
import { whenChecked } from '../shared/when-checked.js';

export interface FetchGateOptions {
  /**
   * Answers the CORS preflights that the gate lets pass (its option `letPreflightPass`), with the arguments of a handler
   * less the caller. Default: 204 with no permission in it.
   */
  preflight?(request: FetchRequestLike, ...rest: readonly unknown[]): Awaitable<Response>;
}

/** Wraps a handler; what further arguments a runtime gives (`env`, a Next.js context) are passed on behind the caller. */
export type FetchGate<Who extends Caller | undefined> = <
  Request extends FetchRequestLike = globalThis.Request,
  Rest extends unknown[] = [],
>(
  handler: (request: Request, caller: Who, ...rest: Rest) => Awaitable<Response>,
) => (request: Request, ...rest: Rest) => Awaitable<Response>;

/** Rules under which nobody comes in without a caller. */
export type RequiredRules = RouteRules & { readonly mode?: 'required' | undefined };

/**
 * For handlers of web-standard requests: route handlers of Next.js, Bun, Deno, Workers. A handler that it wraps is called
 * for requests that may come in, with the caller behind the request. All others are answered.
 *
 *     const guarded = createFetchGate(gate, { scopes: 'orders:read' });
 *     export const GET = guarded(async (request, caller) => Response.json({ subject: caller.subject }));
 *
 * The caller may be undefined where the mode of the rules lets in requests without one; what mode a guard has that is
 * passed in cannot be told.
 *
 * @param gate one that takes any caller unless `rules` say more; or a guard
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createFetchGate(
  gate: Gate,
  rules?: RequiredRules,
  options?: FetchGateOptions,
): FetchGate<Caller>;
export function createFetchGate(
  gate: GateOrGuard,
  rules?: RouteRules,
  options?: FetchGateOptions,
): FetchGate<Caller | undefined>;
export function createFetchGate(
  gate: GateOrGuard,
  rules?: RouteRules,
  options: FetchGateOptions = {},
): FetchGate<Caller> {
  const subject = 'createFetchGate';
  const { preflight = noPermission } = checkOptions(subject, options, { preflight: optional(aFunction) });
  const guard = toGuard(subject, gate, rules);
  return (handler) =>
    (request, ...rest) =>
      whenChecked(guard.check(readFetchRequest(request)), (outcome) => {
        if (outcome.outcome === 'refused') return refusalResponse(outcome, request.method);
        // The caller is undefined only where the signatures above say so.
        const answer =
          outcome.outcome === 'preflight'
            ? preflight(request, ...rest)
            : handler(request, outcome.caller as Caller, ...rest);
        return isThenable(answer)
          ? answer.then((settled) => withVary(settled, guard.vary))
          : withVary(answer, guard.vary);
      });
}

function noPermission(): Response {
  return new Response(null, { status: 204 });
}
