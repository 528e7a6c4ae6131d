/** What becomes of a request that has no caller: an answer, or nobody, by the mode of the route (row ASAP-33). */
import { TokenError } from '../core/errors.js';
import type { Answers } from './answers/create-answers.js';
import type { GateLog } from './gate-observer.js';
import type { GateAnonymous, GateOutcome, GateReason } from './gate-outcome.js';
import type { GateRequest } from './gate-request.js';
import type { PossessionCheck } from './possession.js';
import type { CompiledRules } from './rules/compile-rules.js';
import type { RuleProblem } from './rules/rule-problem.js';

export interface Refusals {
  missing(request: GateRequest): GateOutcome;
  malformed(request: GateRequest): GateOutcome;
  byRule(problem: RuleProblem, request: GateRequest): GateOutcome;
  /** What could not be decided is never nobody: only a token that is bad can be. */
  byError(error: unknown, request: GateRequest): GateOutcome;
}

/** To answer with where the request itself cannot be read. */
const BLANK_REQUEST: GateRequest = Object.freeze({ method: 'GET', url: '/', headers: () => [] });

export interface RefusalParts {
  readonly answers: Answers;
  readonly log: GateLog;
  readonly possession: PossessionCheck;
}

export function createRefusals(parts: RefusalParts, { mode }: CompiledRules): Refusals {
  const { answers, log, possession } = parts;
  const isPermissive = mode === 'unsafePermissive';
  return Object.freeze({
    missing(request: GateRequest) {
      if (mode !== 'required') return anonymous('token_missing');
      log.missing();
      return answers.missing(request);
    },
    malformed(request: GateRequest) {
      log.malformed();
      return isPermissive ? anonymous('credentials_malformed') : answers.malformed(request);
    },
    byRule(problem: RuleProblem, request: GateRequest) {
      log.problem(problem);
      const { reason } = problem;
      const isFinal = reason === 'unexpected_error' || reason === 'no_route';
      return isPermissive && !isFinal ? anonymous(reason) : answers.refuseRule(problem, request);
    },
    byError(error: unknown, request: GateRequest) {
      log.error(error);
      if (isPermissive && error instanceof TokenError) return anonymous(error.code);
      try {
        const asksForNonce = error instanceof TokenError && error.code === 'dpop_nonce_required';
        return answers.refuse(error, request, asksForNonce ? possession.nextNonce() : undefined);
      } catch (unexpected) {
        return answers.refuse(unexpected, BLANK_REQUEST);
      }
    },
  });
}

function anonymous(reason: GateReason): GateAnonymous {
  return Object.freeze({ outcome: 'anonymous', caller: undefined, reason });
}
