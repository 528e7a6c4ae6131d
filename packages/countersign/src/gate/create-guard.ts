/**
 * The way of a request through the gate: preflight, credential, token, possession, revocation, use, rules. Whatever is
 * thrown on the way becomes an answer in one place, and nothing that is not decided lets anybody in.
 */
import type { Clock } from '../core/clock.js';
import { TokenError } from '../core/errors.js';
import type { AcceptedToken } from './accepted-token.js';
import type { Lane } from './acceptor.js';
import type { Answers } from './answers/create-answers.js';
import type { KnownTokens } from './cache/known-tokens.js';
import type { LaneChooser } from './choose-lane.js';
import type { CredentialReader } from './credentials.js';
import { isTokenText } from './credentials.js';
import type { Guard } from './gate.js';
import type { GateLog, Observation, Observe } from './gate-observer.js';
import type { Awaitable, GateAnonymous, GateOutcome, GateReason } from './gate-outcome.js';
import type { GateRequest } from './gate-request.js';
import { isThenable } from './is-thenable.js';
import type { UseRecorder } from './record-use.js';
import type { RevocationCheck } from './revocation/revocation-check.js';
import type { CompiledRules } from './rules/compile-rules.js';
import type { RuleProblem } from './rules/rule-problem.js';

/** What all guards of a gate share. */
export interface GuardParts {
  readonly clock: Clock;
  readonly readCredential: CredentialReader;
  /** Tokens of any characters go to the verifiers: what is malformed is then no matter of the request. */
  readonly malformedIsMissing: boolean;
  readonly lanes: LaneChooser;
  readonly tokens: KnownTokens;
  /** Null where nothing is ever revoked. */
  readonly checkRevocation: RevocationCheck | null;
  readonly recordUse: UseRecorder;
  readonly answers: Answers;
  readonly observe: Observe;
  readonly log: GateLog;
  readonly letPreflightPass: boolean;
  readonly vary: string;
}

type Seen = Observation | undefined;

const PREFLIGHT: GateAnonymous = Object.freeze({ outcome: 'preflight', caller: undefined, reason: null });

/** To answer with where the request itself cannot be read. */
const BLANK_REQUEST: GateRequest = Object.freeze({ method: 'GET', url: '/', headers: () => [] });

/**
 * A check gives a promise only where a key has to be fetched, a signature is checked in the thread pool, or something
 * asynchronous is asked; with a known token, and nothing to ask, it makes next to nothing.
 */
export function createGuard(parts: GuardParts, rules: CompiledRules): Guard {
  const { clock, answers, log, tokens, lanes, checkRevocation, recordUse } = parts;

  function decide(request: GateRequest, seen: Seen): Awaitable<GateOutcome> {
    if (parts.letPreflightPass && isPreflight(request)) return PREFLIGHT;
    if (rules.denied !== undefined) return refuseByRule(rules.denied, request);
    const credential = parts.readCredential(request);
    if (credential === 'missing') return withoutToken(request);
    if (credential === 'malformed') return withMalformed(request);
    const { token } = credential;
    const known = tokens.atHand(token);
    if (known !== undefined) {
      if (seen !== undefined) seen.cached = true;
      return admit(known, request, seen);
    }
    if (!parts.malformedIsMissing && !isTokenText(token)) return withMalformed(request);
    const lane = lanes.choose(token);
    if (seen !== undefined) seen.lane = lane;
    const accepted = tokens.verify(lane, token);
    return isThenable(accepted)
      ? accepted.then((later) => admit(later, request, seen))
      : admit(accepted, request, seen);
  }

  function admit(accepted: AcceptedToken, request: GateRequest, seen: Seen): Awaitable<GateOutcome> {
    const { lane, verified } = accepted;
    if (seen !== undefined) {
      seen.lane = lane;
      seen.issuer = verified.caller.issuer;
    }
    if (verified.boundTo !== undefined) {
      throw new TokenError(
        'proof_of_possession_missing',
        'the token is bound to a key; this gate takes no proofs',
      );
    }
    if (checkRevocation === null) return recordAndJudge(accepted, request);
    const isKnown = checkRevocation(accepted);
    if (isThenable(isKnown)) {
      return isKnown.then((later) => {
        if (!later) noteUnknown(lane, seen);
        return recordAndJudge(accepted, request);
      });
    }
    if (!isKnown) noteUnknown(lane, seen);
    return recordAndJudge(accepted, request);
  }

  function noteUnknown(lane: Lane, seen: Seen): void {
    log.revocationUnknown(lane);
    if (seen !== undefined) seen.revocationUnknown = true;
  }

  function recordAndJudge(accepted: AcceptedToken, request: GateRequest): Awaitable<GateOutcome> {
    const recorded = recordUse(accepted, request.carrier);
    return recorded === undefined ? judge(accepted, request) : recorded.then(() => judge(accepted, request));
  }

  function judge({ verified, outcome }: AcceptedToken, request: GateRequest): Awaitable<GateOutcome> {
    const problem = rules.judge(verified.caller, request, clock());
    if (problem === undefined) return outcome;
    return isThenable(problem)
      ? problem.then((later) => (later === undefined ? outcome : refuseByRule(later, request)))
      : refuseByRule(problem, request);
  }

  function withoutToken(request: GateRequest): GateOutcome {
    if (rules.mode !== 'required') return anonymous('token_missing');
    log.missing();
    return answers.missing(request);
  }

  function withMalformed(request: GateRequest): GateOutcome {
    log.malformed();
    return rules.mode === 'unsafePermissive'
      ? anonymous('credentials_malformed')
      : answers.malformed(request);
  }

  function refuseByRule(problem: RuleProblem, request: GateRequest): GateOutcome {
    log.problem(problem);
    const { reason } = problem;
    const isFinal = reason === 'unexpected_error' || reason === 'no_route';
    return rules.mode === 'unsafePermissive' && !isFinal
      ? anonymous(reason)
      : answers.refuseRule(problem, request);
  }

  function refuse(error: unknown, request: GateRequest): GateOutcome {
    log.error(error);
    if (rules.mode === 'unsafePermissive' && error instanceof TokenError) return anonymous(error.code);
    try {
      return answers.refuse(error, request);
    } catch (unexpected) {
      return answers.refuse(unexpected, BLANK_REQUEST);
    }
  }

  async function settle(
    pending: Promise<GateOutcome>,
    request: GateRequest,
    seen: Seen,
  ): Promise<GateOutcome> {
    const outcome = await pending.catch((error: unknown) => refuse(error, request));
    seen?.end(outcome);
    return outcome;
  }

  return Object.freeze({
    vary: parts.vary,
    check(request: GateRequest) {
      const seen = parts.observe(request);
      let outcome: Awaitable<GateOutcome>;
      try {
        outcome = decide(request, seen);
      } catch (error) {
        outcome = refuse(error, request);
      }
      if (outcome instanceof Promise) return settle(outcome, request, seen);
      seen?.end(outcome);
      return outcome;
    },
  });
}

function isPreflight(request: GateRequest): boolean {
  return (
    request.method === 'OPTIONS' &&
    request.headers('origin').length > 0 &&
    request.headers('access-control-request-method').length > 0
  );
}

function anonymous(reason: GateReason): GateAnonymous {
  return Object.freeze({ outcome: 'anonymous', caller: undefined, reason });
}
