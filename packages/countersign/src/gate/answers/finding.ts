/** What there is to say of a request that is refused, whatever the form of the answer. All texts are fixed. */
import type { TokenErrorCode } from '../../core/errors.js';
import { TOKEN_ERRORS, TokenError, UnavailableError } from '../../core/errors.js';
import type { StepUpChallenge } from '../../jwt/level-ladder.js';
import { ASAP_TEXTS, asapTextOf } from '../../tokens/asap/refusal.js';
import type { GateReason, GateRefusal } from '../gate-outcome.js';
import type { RuleProblem } from '../rules/rule-problem.js';
import type { Parameter } from './challenge.js';

export interface Finding {
  readonly reason: GateReason;
  readonly status: Exclude<GateRefusal['status'], 404>;
  /** An error code that OAuth has registered; null where no credential came, of which nothing is said to be wrong. */
  readonly error: string | null;
  readonly text: string;
  /** What the body calls it where that is not the reason. */
  readonly code?: string;
  /** What a challenge says besides the error; null where another token would not help, and none is asked for. */
  readonly challenge: readonly Parameter[] | null;
  /** The body in the words of the Python original (row ASAP-31). */
  readonly asapText: string;
  readonly retryAfterSeconds?: number;
}

const RETRY_AFTER_SECONDS = 10;
const MAX_RETRY_AFTER_SECONDS = 3600;

/** Clients wait for an outage in the same way, whichever of our sources it is. */
const BODY_CODES: ReadonlyMap<string, string> = new Map([
  ['revocation_unavailable', 'key_source_unavailable'],
]);

export const MISSING: Finding = Object.freeze({
  reason: 'token_missing',
  status: 401,
  error: null,
  text: 'A token is needed.',
  challenge: [],
  asapText: ASAP_TEXTS.missing,
});

export const MALFORMED: Finding = Object.freeze({
  reason: 'credentials_malformed',
  status: 400,
  error: 'invalid_request',
  text: 'The token must come once, in one place, in the form of that place.',
  challenge: [],
  asapText: 'Bad Request',
});

const UNEXPECTED: Finding = Object.freeze({
  reason: 'unexpected_error',
  status: 503,
  error: 'server_error',
  text: 'The request cannot be judged now.',
  challenge: null,
  asapText: ASAP_TEXTS.unavailable,
  retryAfterSeconds: RETRY_AFTER_SECONDS,
});

/** What nobody foresaw is no more the fault of the caller than an outage, and no reason to let anybody in (row C18). */
export function findingOfError(error: unknown): Finding {
  if (error instanceof TokenError) return findingOfToken(error.code);
  if (!(error instanceof UnavailableError)) return UNEXPECTED;
  return {
    reason: error.code,
    code: BODY_CODES.get(error.code) ?? error.code,
    status: 503,
    error: 'temporarily_unavailable',
    text: error.publicText,
    challenge: null,
    asapText: ASAP_TEXTS.unavailable,
    retryAfterSeconds: wholeSeconds(error.retryAfterSeconds),
  };
}

function findingOfToken(code: TokenErrorCode, challenge: readonly Parameter[] = []): Finding {
  const { status, oauthError, publicText } = TOKEN_ERRORS[code];
  return {
    reason: code,
    status,
    error: oauthError ?? 'access_denied',
    text: publicText,
    challenge: oauthError === null ? null : challenge,
    asapText: asapTextOf(code),
  };
}

/** @param stepUpStatus 401 by RFC 9470; 403 as the original of the API tokens answers */
export function findingOfProblem(problem: RuleProblem, stepUpStatus: 401 | 403): Finding {
  switch (problem.reason) {
    case 'caller_not_allowed':
      return NOT_ALLOWED[problem.rule];
    case 'insufficient_scope':
      return findingOfToken('insufficient_scope', [['scope', problem.scopes.join(' ')]]);
    case 'insufficient_user_authentication':
      return findingOfStepUp(problem.stepUp, stepUpStatus);
    case 'refused_by_check':
      return forbidden(problem.reason, 'The caller may not do this here.');
    case 'no_route':
      return forbidden(problem.reason, 'Nobody may call this here.');
    default:
      return UNEXPECTED;
  }
}

const NOT_ALLOWED: Readonly<Record<'kind' | 'issuer' | 'target', Finding>> = {
  kind: forbidden('caller_not_allowed', 'Callers of this kind are not accepted here.'),
  issuer: {
    ...forbidden('caller_not_allowed', TOKEN_ERRORS.issuer_not_allowed.publicText),
    asapText: asapTextOf('issuer_not_allowed'),
  },
  target: forbidden('caller_not_allowed', 'The token is meant for another target.'),
};

function forbidden(reason: GateReason, text: string): Finding {
  return {
    reason,
    status: 403,
    error: 'access_denied',
    text,
    challenge: null,
    asapText: ASAP_TEXTS.forbidden,
  };
}

function findingOfStepUp({ error, acrValues, maxAgeSeconds }: StepUpChallenge, status: 401 | 403): Finding {
  const challenge: Parameter[] = [];
  if (acrValues.length > 0) challenge.push(['acr_values', acrValues.join(' ')]);
  if (maxAgeSeconds !== null) challenge.push(['max_age', String(maxAgeSeconds)]);
  return {
    reason: error,
    status,
    error,
    text: 'A surer or fresher authentication is needed.',
    challenge,
    asapText: status === 401 ? ASAP_TEXTS.missing : ASAP_TEXTS.forbidden,
  };
}

function wholeSeconds(seconds: number): number {
  if (!Number.isFinite(seconds)) return RETRY_AFTER_SECONDS;
  return Math.min(MAX_RETRY_AFTER_SECONDS, Math.max(1, Math.ceil(seconds)));
}
