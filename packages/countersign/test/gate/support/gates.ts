/** Gates for tests, and what comes of a token in one word. */
import type { Gate, GateOptions, GateOutcome, GateReason, Guard, RouteRules } from 'countersign/gate';
import { createGate } from 'countersign/gate';
import { NOW } from '../../support/tokens.js';
import { authorizedBy } from './gate-requests.js';

/** A gate at the instant of the tests, and a guard of it. */
export function gateWith(
  options: GateOptions,
  rules?: RouteRules,
): { readonly gate: Gate; readonly guard: Guard } {
  const gate = createGate({ clock: () => NOW, ...options });
  return { gate, guard: gate.guard(rules) };
}

export async function checkToken(guard: Guard, token: string): Promise<GateOutcome> {
  return guard.check(authorizedBy(`Bearer ${token}`));
}

/** The reason, where there is one, else the outcome. */
export async function answerOf(guard: Guard, token: string): Promise<GateReason | GateOutcome['outcome']> {
  const outcome = await checkToken(guard, token);
  return 'reason' in outcome ? (outcome.reason ?? outcome.outcome) : outcome.outcome;
}
