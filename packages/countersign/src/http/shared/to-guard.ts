import { UsageError } from '../../core/errors.js';
import { describe } from '../../core/options.js';
import type { Gate, GateOrGuard, Guard } from '../../gate/gate.js';
import type { GateRequest } from '../../gate/gate-request.js';
import type { RouteRules } from '../../gate/rules/route-rules.js';

/**
 * The guard that an adapter asks, made once.
 *
 * @param rules of a gate's guard; a guard has its own. What they read of a request, the adapter must give.
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function toGuard<Request extends GateRequest>(
  subject: string,
  gate: GateOrGuard,
  rules: RouteRules<Request> | undefined,
): Guard {
  if (isGate(gate)) return gate.guard(rules as RouteRules | undefined);
  if (!isGuard(gate)) {
    throw new UsageError('invalid_options', subject, [`needs a gate or a guard, not ${describe(gate)}`]);
  }
  if (rules !== undefined) {
    throw new UsageError('invalid_options', subject, ['rules must be left out: a guard has its own']);
  }
  return gate;
}

function isGate(gate: unknown): gate is Gate {
  return typeof gate === 'object' && gate !== null && 'guard' in gate && typeof gate.guard === 'function';
}

function isGuard(gate: unknown): gate is Guard {
  return typeof gate === 'object' && gate !== null && 'check' in gate && typeof gate.check === 'function';
}
