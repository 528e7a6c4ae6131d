/** What the gate answers where it does not let in: status, headers and body, ready to be written. */
import { aNonEmptyString, nullOr, oneOf } from '../../core/option-rules.js';
import type { OptionRules, ValueRule } from '../../core/options.js';
import { checkOptions, describe, required } from '../../core/options.js';
import { problemWithRemoteUrl } from '../../keys/remote-url.js';
import type { GateRefusal } from '../gate-outcome.js';
import type { GateRequest } from '../gate-request.js';
import type { RuleProblem } from '../rules/rule-problem.js';
import { prefersProblem } from './accepted-body.js';
import type { ChallengeSettings, Parameter } from './challenge.js';
import { formatChallenges } from './challenge.js';
import type { Finding } from './finding.js';
import { findingOfError, findingOfProblem, MALFORMED, MISSING } from './finding.js';

/**
 * - `rfc6750`: challenges and bodies as RFC 6750, RFC 9449 and RFC 9470 have them.
 * - `asap`: plain text in the words of the Python original, and no challenge with a 403 (rows ASAP-31 and ASAP-32).
 * - `api_jwt`: as `rfc6750`, but a level that is too low is 403.
 */
export type AnswerStyle = 'rfc6750' | 'asap' | 'api_jwt';

export interface AnswerOptions extends ChallengeSettings {
  readonly answers: AnswerStyle;
  /** What the answers of guarded routes depend on: `Authorization`, or `Authorization, Cookie`. */
  readonly vary: string;
}

/** Every answer is frozen, is not to be stored, and tells nothing of the token. */
export interface Answers {
  /** No credential, or one of another scheme: a challenge that names no error. */
  missing(request: GateRequest): GateRefusal;
  /** A credential that cannot be read in one way only. */
  malformed(request: GateRequest): GateRefusal;
  /**
   * What verification threw. Anything but TokenError and UnavailableError is unexpected, and answered 503.
   *
   * @param dpopNonce to be sent along as `DPoP-Nonce`
   */
  refuse(error: unknown, request: GateRequest, dpopNonce?: string): GateRefusal;
  refuseRule(problem: RuleProblem, request: GateRequest): GateRefusal;
}

const TITLES = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  503: 'Service Unavailable',
} as const;

/** For options: what may stand in a quoted string. Quotes and backslashes are escaped. */
export const aRealm: ValueRule = (value) =>
  typeof value === 'string' && /^[ -~]{1,256}$/.test(value)
    ? undefined
    : `must be 1 to 256 characters of printable ASCII, not ${describe(value)}`;

/** For options: the address of protected resource metadata (RFC 9728 section 5.1). */
export const aMetadataUrl: ValueRule = (value) =>
  typeof value === 'string' && !/^[!-~]*$/.test(value)
    ? 'must be a URL of printable ASCII'
    : problemWithRemoteUrl(value);

export const anAnswerStyle = oneOf('rfc6750', 'asap', 'api_jwt');

const isAlgorithmName = (name: unknown) => typeof name === 'string' && /^[\w-]{1,64}$/.test(name);

const algorithmNames: ValueRule = (value) =>
  Array.isArray(value) && value.length > 0 && value.every(isAlgorithmName)
    ? undefined
    : `must be a non-empty array of names of algorithms, not ${describe(value)}`;

const rules: OptionRules<AnswerOptions> = {
  realm: required(aRealm),
  answers: required(anAnswerStyle),
  resourceMetadata: required(nullOr(aMetadataUrl)),
  dpopAlgorithms: required(nullOr(algorithmNames)),
  vary: required(aNonEmptyString),
};

/** @throws {UsageError} `invalid_options` with every problem found. */
export function createAnswers(options: AnswerOptions): Answers {
  const checked = checkOptions('createAnswers', options, rules);
  const { answers } = checked;
  const stepUpStatus = answers === 'api_jwt' ? 403 : 401;
  const answer = (finding: Finding, request: GateRequest, extra?: Readonly<Record<string, string>>) => {
    const { type, body } = answers === 'asap' ? asapBody(finding) : jsonBody(finding, request);
    const headers = {
      'content-type': type,
      'cache-control': 'no-store',
      vary: checked.vary,
      ...challengeOf(finding, request, checked),
      ...(finding.retryAfterSeconds === undefined
        ? {}
        : { 'retry-after': String(finding.retryAfterSeconds) }),
      ...extra,
    };
    const { reason, status } = finding;
    const frozen = Object.freeze(headers);
    return Object.freeze({ outcome: 'refused', caller: undefined, reason, status, headers: frozen, body });
  };
  return Object.freeze<Answers>({
    missing: (request) => answer(MISSING, request),
    malformed: (request) => answer(MALFORMED, request),
    refuse: (error, request, dpopNonce) =>
      answer(findingOfError(error), request, dpopNonce === undefined ? {} : { 'dpop-nonce': dpopNonce }),
    refuseRule: (problem, request) => answer(findingOfProblem(problem, stepUpStatus), request),
  });
}

function challengeOf(
  { status, error, text, challenge }: Finding,
  request: GateRequest,
  settings: AnswerOptions,
): Readonly<Record<string, string>> {
  if (challenge === null || (settings.answers === 'asap' && status === 403)) return {};
  const what: Parameter[] =
    error === null ? [] : [['error', error], ['error_description', text], ...challenge];
  return { 'www-authenticate': formatChallenges(settings, schemeOf(error, request), what) };
}

/** The challenge of the scheme that was used says what was wrong (RFC 9449 section 7.1). */
function schemeOf(error: string | null, request: GateRequest): 'bearer' | 'dpop' {
  const isAboutProof = error === 'invalid_dpop_proof' || error === 'use_dpop_nonce';
  return isAboutProof || /^dpop(?: |$)/i.test(request.headers('authorization')[0] ?? '') ? 'dpop' : 'bearer';
}

function asapBody({ asapText }: Finding): { readonly type: string; readonly body: string } {
  return { type: 'text/plain; charset=utf-8', body: asapText };
}

/** `error` is left out of both forms where no credential came (RFC 6750 section 3.1). */
function jsonBody(finding: Finding, request: GateRequest): { readonly type: string; readonly body: string } {
  const { status, text, reason, code = reason } = finding;
  const error = finding.error ?? undefined;
  if (!prefersProblem(request.headers('accept'))) {
    return { type: 'application/json', body: JSON.stringify({ error, error_description: text, code }) };
  }
  const problem = { type: 'about:blank', title: TITLES[status], status, detail: text, code, error };
  return { type: 'application/problem+json', body: JSON.stringify(problem) };
}
