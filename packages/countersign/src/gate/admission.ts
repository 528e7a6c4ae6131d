/**
 * What stands between a verified token and its caller coming in: possession, revocation, single use, and the rules of
 * the route, in this order, with every request.
 */
import type { AcceptedToken } from './accepted-token.js';
import type { Lane } from './acceptor.js';
import type { GateLog, Observation } from './gate-observer.js';
import type { Awaitable, GateCaller } from './gate-outcome.js';
import type { GateRequest } from './gate-request.js';
import { isThenable } from './is-thenable.js';
import type { PossessionCheck, PresentedToken } from './possession.js';
import type { UseRecorder } from './record-use.js';
import type { RevocationCheck } from './revocation/revocation-check.js';
import type { CompiledRules } from './rules/compile-rules.js';
import type { RuleProblem } from './rules/rule-problem.js';

export interface AdmissionParts {
  readonly possession: PossessionCheck;
  /** Null where nothing is ever revoked. */
  readonly checkRevocation: RevocationCheck | null;
  readonly recordUse: UseRecorder;
  readonly log: GateLog;
}

/**
 * The caller, or the rule that it does not meet. Throws or rejects with TokenError and UnavailableError. At once where
 * nothing asynchronous is asked.
 */
export type Admission = (
  accepted: AcceptedToken,
  presented: PresentedToken,
  request: GateRequest,
  nowSeconds: number,
  seen: Observation | undefined,
) => Awaitable<GateCaller | RuleProblem>;

export function createAdmission(parts: AdmissionParts, rules: CompiledRules): Admission {
  const { possession, checkRevocation, recordUse, log } = parts;

  function noteRevocation(isKnown: boolean, lane: Lane, seen: Observation | undefined): void {
    if (isKnown) return;
    log.revocationUnknown(lane);
    if (seen !== undefined) seen.revocationUnknown = true;
  }

  function recordAndJudge(accepted: AcceptedToken, request: GateRequest, now: number) {
    const recorded = recordUse(accepted, request.carrier);
    return recorded === undefined
      ? judge(accepted, request, now)
      : recorded.then(() => judge(accepted, request, now));
  }

  function judge(
    { verified, outcome }: AcceptedToken,
    request: GateRequest,
    now: number,
  ): Awaitable<GateCaller | RuleProblem> {
    const problem = rules.judge(verified.caller, request, now);
    if (problem === undefined) return outcome;
    return isThenable(problem) ? problem.then((later) => later ?? outcome) : problem;
  }

  function checkRevoked(
    accepted: AcceptedToken,
    request: GateRequest,
    now: number,
    seen: Observation | undefined,
  ): Awaitable<GateCaller | RuleProblem> {
    const { lane } = accepted;
    if (checkRevocation === null) return recordAndJudge(accepted, request, now);
    const isKnown = checkRevocation(accepted);
    if (isThenable(isKnown)) {
      return isKnown.then((later) => {
        noteRevocation(later, lane, seen);
        return recordAndJudge(accepted, request, now);
      });
    }
    noteRevocation(isKnown, lane, seen);
    return recordAndJudge(accepted, request, now);
  }

  return (accepted, presented, request, now, seen) => {
    if (seen !== undefined) {
      seen.lane = accepted.lane;
      seen.issuer = accepted.verified.caller.issuer;
    }
    const proving = possession.check(accepted, presented, request);
    return proving === undefined
      ? checkRevoked(accepted, request, now, seen)
      : proving.then(() => checkRevoked(accepted, request, now, seen));
  };
}
