/**
 * The way of a request through the gate: preflight, credential, token, admission. Whatever is thrown on the way becomes
 * an answer in one place, and nothing that is not decided lets anybody in.
 */
import type { Clock } from '../core/clock.js';
import type { AcceptedToken } from './accepted-token.js';
import type { Lane } from './acceptor.js';
import type { AdmissionParts } from './admission.js';
import { createAdmission } from './admission.js';
import type { Answers } from './answers/create-answers.js';
import type { KnownTokens } from './cache/known-tokens.js';
import type { LaneChooser } from './choose-lane.js';
import type { CredentialReader } from './credentials.js';
import { isTokenText } from './credentials.js';
import type { Guard } from './gate.js';
import type { Observation, Observe } from './gate-observer.js';
import type { Awaitable, GateAnonymous, GateCaller, GateOutcome } from './gate-outcome.js';
import type { GateRequest } from './gate-request.js';
import { isThenable } from './is-thenable.js';
import type { PresentedToken } from './possession.js';
import { createRefusals } from './refusals.js';
import type { CompiledRules } from './rules/compile-rules.js';
import type { RuleProblem } from './rules/rule-problem.js';

/** What all guards of a gate share. */
export interface GuardParts extends AdmissionParts {
  readonly clock: Clock;
  readonly readCredential: CredentialReader;
  /** Tokens of any characters go to the verifiers: what is malformed is then no matter of the request. */
  readonly malformedIsMissing: boolean;
  readonly lanes: LaneChooser;
  readonly tokens: KnownTokens;
  readonly answers: Answers;
  readonly observe: Observe;
  readonly letPreflightPass: boolean;
  readonly vary: string;
}

type Seen = Observation | undefined;

const PREFLIGHT: GateAnonymous = Object.freeze({ outcome: 'preflight', caller: undefined, reason: null });

/**
 * A check gives a promise only where a key has to be fetched, a signature is checked in the thread pool, or something
 * asynchronous is asked; with a known token, and nothing to ask, it makes next to nothing.
 */
export function createGuard(parts: GuardParts, rules: CompiledRules): Guard {
  const { clock, tokens } = parts;
  const admission = createAdmission(parts, rules);
  const refuse = createRefusals(parts, rules);

  function decide(request: GateRequest, seen: Seen): Awaitable<GateOutcome> {
    if (parts.letPreflightPass && isPreflight(request)) return PREFLIGHT;
    if (rules.denied !== undefined) return refuse.byRule(rules.denied, request);
    const credential = parts.readCredential(request);
    if (credential === 'missing') return refuse.missing(request);
    if (credential === 'malformed') return refuse.malformed(request);
    const now = clock();
    const known = tokens.atHand(credential.token, now);
    if (known === undefined) return decideUnknown(credential, request, now, seen);
    if (seen !== undefined) seen.cached = true;
    return admit(known, credential, request, now, seen);
  }

  function decideUnknown(presented: PresentedToken, request: GateRequest, now: number, seen: Seen) {
    const { token } = presented;
    let lane: Lane;
    let accepted: AcceptedToken | undefined;
    try {
      lane = parts.lanes.choose(token);
      if (seen !== undefined) seen.lane = lane;
      accepted = tokens.verifyAtOnce(lane, token, now);
    } catch (error) {
      return refuseUnverified(error, presented, request, seen);
    }
    if (accepted !== undefined) return admit(accepted, presented, request, now, seen);
    if (isMalformed(token)) return refuseMalformed(request, seen);
    return tokens.verifyLater(lane, token).then(
      (later) => admit(later, presented, request, clock(), seen),
      (error: unknown) => refuseUnverified(error, presented, request, seen),
    );
  }

  /** A verified token is made of nothing but what tokens are made of: to look at each character can wait until now. */
  function refuseUnverified(error: unknown, { token }: PresentedToken, request: GateRequest, seen: Seen) {
    return isMalformed(token) ? refuseMalformed(request, seen) : refuse.byError(error, request);
  }

  function isMalformed(token: string): boolean {
    return !parts.malformedIsMissing && !isTokenText(token);
  }

  function refuseMalformed(request: GateRequest, seen: Seen) {
    if (seen !== undefined) seen.lane = undefined;
    return refuse.malformed(request);
  }

  function admit(
    accepted: AcceptedToken,
    presented: PresentedToken,
    request: GateRequest,
    now: number,
    seen: Seen,
  ) {
    const admitted = admission(accepted, presented, request, now, seen);
    if (admitted === accepted.outcome) return accepted.outcome;
    return isThenable(admitted)
      ? admitted.then((later) => conclude(later, accepted, request))
      : conclude(admitted, accepted, request);
  }

  function conclude(admitted: GateCaller | RuleProblem, accepted: AcceptedToken, request: GateRequest) {
    return isOutcomeOf(accepted, admitted) ? admitted : refuse.byRule(admitted, request);
  }

  function settle(pending: Promise<GateOutcome>, request: GateRequest, seen: Seen): Promise<GateOutcome> {
    const end = (outcome: GateOutcome): GateOutcome => {
      seen?.end(outcome);
      return outcome;
    };
    return pending.then(end, (error: unknown) => end(refuse.byError(error, request)));
  }

  return Object.freeze({
    vary: parts.vary,
    check(request: GateRequest): Awaitable<GateOutcome> {
      const seen = parts.observe(request);
      let outcome: Awaitable<GateOutcome>;
      try {
        outcome = decide(request, seen);
      } catch (error) {
        outcome = refuse.byError(error, request);
      }
      if (outcome instanceof Promise) return settle(outcome, request, seen);
      seen?.end(outcome);
      return outcome;
    },
  });
}

/** The very one: no member of a problem, its own or of a polluted prototype, can make an outcome of it (row C14). */
function isOutcomeOf(accepted: AcceptedToken, admitted: GateCaller | RuleProblem): admitted is GateCaller {
  return admitted === accepted.outcome;
}

function isPreflight(request: GateRequest): boolean {
  return (
    request.method === 'OPTIONS' &&
    request.headers('origin').length > 0 &&
    request.headers('access-control-request-method').length > 0
  );
}
