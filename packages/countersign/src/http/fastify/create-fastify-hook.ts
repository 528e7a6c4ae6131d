import type { GateOrGuard } from '../../gate/gate.js';
import { isThenable } from '../../gate/is-thenable.js';
import type { RouteRules } from '../../gate/rules/route-rules.js';
import { readNodeRequest } from '../shared/node-request.js';
import { toGuard } from '../shared/to-guard.js';
import { whenChecked } from '../shared/when-checked.js';
import type { FastifyReplyLike, FastifyRequestLike } from './admit-to-fastify.js';
import { admitToFastify } from './admit-to-fastify.js';

export type FastifyHook = (
  request: FastifyRequestLike,
  reply: FastifyReplyLike,
  done: (error?: Error) => void,
) => void;

/**
 * An `onRequest` hook for Fastify, for one route or for all of a context; it runs before any body is read. Who may come
 * in is at `request.caller` afterwards; anybody else is answered here.
 *
 *     app.decorateRequest('caller', null);
 *     app.get('/orders', { onRequest: createFastifyHook(gate, { scopes: 'orders:read' }) }, (request) => {
 *       const caller = callerOf(request);
 *     });
 *
 * {@link countersignFastify} does both for every route of a context. A hook for CORS goes before it. With TypeScript
 * `request.caller` is declared once:
 *
 *     declare module 'fastify' {
 *       interface FastifyRequest {
 *         caller?: Caller | null | undefined;
 *       }
 *     }
 *
 * @param gate one that takes any caller unless `rules` say more; or a guard
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createFastifyHook(gate: GateOrGuard, rules?: RouteRules): FastifyHook {
  const guard = toGuard('createFastifyHook', gate, rules);
  return (request, reply, done) => {
    const checked = guard.check(readNodeRequest(request.raw, request.originalUrl));
    const entered = whenChecked(checked, (outcome) => {
      if (admitToFastify(outcome, request, reply, guard.vary)) done();
    });
    if (isThenable(entered)) entered.then(undefined, done);
  };
}
