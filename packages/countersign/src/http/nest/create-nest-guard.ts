import type { GateOrGuard } from '../../gate/gate.js';
import type { GateOutcome } from '../../gate/gate-outcome.js';
import type { GateRequest } from '../../gate/gate-request.js';
import type { RouteRules } from '../../gate/rules/route-rules.js';
import type { ExpressRequestLike } from '../express/create-express-middleware.js';
import type { FastifyReplyLike, FastifyRequestLike } from '../fastify/admit-to-fastify.js';
import { admitToFastify } from '../fastify/admit-to-fastify.js';
import { readNodeRequest } from '../shared/node-request.js';
import type { NodeResponseLike } from '../shared/node-response.js';
import { admitToNode } from '../shared/node-response.js';
import { toGuard } from '../shared/to-guard.js';
import { whenChecked } from '../shared/when-checked.js';

/** What is needed of an execution context of NestJS. */
export interface NestContextLike {
  getType(): string;
  switchToHttp(): { getRequest(): object; getResponse(): object };
}

/** What NestJS calls `CanActivate`. */
export interface NestGuard {
  canActivate(context: NestContextLike): boolean | Promise<boolean>;
}

/**
 * A guard for NestJS over HTTP, on Express and on Fastify: for a method, a controller (`@UseGuards(...)`) or the whole
 * application (`app.useGlobalGuards(...)`). Who may come in is at `request.caller` afterwards.
 *
 *     @UseGuards(createNestGuard(gate, { scopes: 'orders:write' }))
 *     @Delete('orders/:id')
 *     remove(@CurrentCaller() caller: Caller) {}
 *
 * with a decorator that an application makes once:
 *
 *     const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext) =>
 *       callerOf(context.switchToHttp().getRequest()));
 *
 * The guard writes the answer of a refusal itself, with the headers that are set already. NestJS is then left to wait
 * for a verdict that never comes, as `@nestjs/passport` leaves it after a redirect: both "no" and an exception would
 * have an exception filter answer once more.
 *
 * @param gate one that takes any caller unless `rules` say more; or a guard
 * @throws {UsageError} `invalid_options` with every problem found. What is no HTTP request is refused with an error.
 */
export function createNestGuard(gate: GateOrGuard, rules?: RouteRules): NestGuard {
  const guard = toGuard('createNestGuard', gate, rules);
  return Object.freeze<NestGuard>({
    canActivate(context) {
      if (context.getType() !== 'http') throw new TypeError('createNestGuard: guards HTTP requests only');
      const http = context.switchToHttp();
      const { gateRequest, admit } = openDoor(http.getRequest(), http.getResponse());
      return whenChecked(guard.check(gateRequest), (outcome) =>
        admit(outcome, guard.vary) ? true : answered(),
      );
    },
  });
}

function answered(): Promise<never> {
  return new Promise(() => {});
}

interface Door {
  readonly gateRequest: GateRequest;
  admit(outcome: GateOutcome, vary: string): boolean;
}

/** NestJS hands out the requests and responses of the framework below it. */
function openDoor(request: object, response: object): Door {
  if (isOfFastify(request)) {
    return {
      gateRequest: readNodeRequest(request.raw, request.originalUrl),
      admit: (outcome, vary) => admitToFastify(outcome, request, response as FastifyReplyLike, vary),
    };
  }
  const ofExpress = request as ExpressRequestLike;
  return {
    gateRequest: readNodeRequest(ofExpress, ofExpress.originalUrl),
    admit: (outcome, vary) => admitToNode(outcome, ofExpress, response as NodeResponseLike, vary),
  };
}

function isOfFastify(request: object): request is FastifyRequestLike {
  return 'raw' in request && typeof request.raw === 'object' && request.raw !== null;
}
