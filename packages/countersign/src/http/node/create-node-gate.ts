import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../../gate/caller.js';
import type { GateOrGuard } from '../../gate/gate.js';
import type { RouteRules } from '../../gate/rules/route-rules.js';
import type { NodeRequestLike } from '../shared/node-request.js';
import { readNodeRequest } from '../shared/node-request.js';
import type { NodeResponseLike } from '../shared/node-response.js';
import { admitToNode } from '../shared/node-response.js';
import { toGuard } from '../shared/to-guard.js';
import { whenChecked } from '../shared/when-checked.js';

/** A request that the gate has let in: with its caller, or as nobody where the route allows that. */
export type GuardedNodeRequest<Request> = Request & { readonly caller: Caller | undefined };

/** Wraps a listener; what the listener returns, or throws, is what the wrapped one returns, or throws. */
export type NodeGate = <
  Request extends NodeRequestLike = IncomingMessage,
  Response extends NodeResponseLike = ServerResponse,
>(
  listener: (request: GuardedNodeRequest<Request>, response: Response) => unknown,
) => (request: Request, response: Response) => unknown;

/**
 * For listeners of `node:http`, `node:https` and the compatible side of `node:http2`: a listener that it wraps is called
 * for requests that may come in, with the caller at `request.caller`. All others are answered.
 *
 *     const guarded = createNodeGate(gate, { kinds: 'service' });
 *     createServer(guarded((request, response) => {
 *       response.end(callerOf(request).subject);
 *     }));
 *
 * Different rules for different routes, where there is no router: `createTableGuard` of countersign/gate.
 *
 * @param gate one that takes any caller unless `rules` say more; or a guard
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createNodeGate(gate: GateOrGuard, rules?: RouteRules): NodeGate {
  const guard = toGuard('createNodeGate', gate, rules);
  return (listener) => (request, response) =>
    whenChecked(guard.check(readNodeRequest(request)), (outcome) =>
      admitToNode(outcome, request, response, guard.vary)
        ? listener(request as GuardedNodeRequest<typeof request>, response)
        : undefined,
    );
}
