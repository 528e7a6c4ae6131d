/**
 * What stands between a verified token and its caller coming in: possession, revocation, single use, and the rules of
 * the route, in this order, with every request.
 */
import { TokenError } from '../core/errors.js';
import type { AcceptedToken } from './accepted-token.js';
import type { Lane } from './acceptor.js';
import type { GateLog, Observation } from './gate-observer.js';
import type { Awaitable, GateCaller } from './gate-outcome.js';
import type { GateRequest } from './gate-request.js';
import { isThenable } from './is-thenable.js';
import type { UseRecorder } from './record-use.js';
import type { RevocationCheck } from './revocation/revocation-check.js';
import type { CompiledRules } from './rules/compile-rules.js';
import type { RuleProblem } from './rules/rule-problem.js';

export interface AdmissionParts {
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
  request: GateRequest,
  nowSeconds: number,
  seen: Observation | undefined,
) => Awaitable<GateCaller | RuleProblem>;

export function createAdmission(parts: AdmissionParts, rules: CompiledRules): Admission {
  const { checkRevocation, recordUse, log } = parts;

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

  return (accepted, request, now, seen) => {
    const { lane, verified } = accepted;
    if (seen !== undefined) {
      seen.lane = lane;
      seen.issuer = verified.caller.issuer;
    }
    if (verified.boundTo !== undefined) throw possessionMissing();
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
  };
}

/** A token that is bound to a key is no bearer token (RFC 9449 section 7.2). */
function possessionMissing(): TokenError {
  return new TokenError(
    'proof_of_possession_missing',
    'the token is bound to a key; this gate takes no proofs',
  );
}
