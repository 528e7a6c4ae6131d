import type { TokenErrorCode } from '../../core/errors.js';

/**
 * Why a call of the sign-in client failed. Stable; safe to branch on. In brackets: what the Python client of
 * justauthenticate.me called it.
 *
 * - `bad_request` (JAMBadRequest): the authority refuses the address, or the app does not offer this.
 * - `not_found` (JAMNotFound): unknown app or refresh token.
 * - `unauthorized` (JAMUnauthorized): ID token or refresh token refused.
 * - `not_verified` (JAMNotVerified): the authority says that the ID token is not valid.
 * - `wrong_code`: the typed code is wrong, used, too old or tried too often.
 * - `too_many_requests`: asked too often; see `retryAfterSeconds`.
 * - `unexpected_answer` (JustAuthenticateMeError): any other answer of the authority.
 * - `unreachable` (JustAuthenticateMeError): no answer in time.
 * - `key_source_unavailable`: the keys to verify with cannot be fetched; nothing is known about the token.
 * - a code of `TokenError` (JAMNotVerified): this check of `verifyIdToken` refused the token.
 */
export type SignInErrorReason =
  | 'bad_request'
  | 'not_found'
  | 'unauthorized'
  | 'not_verified'
  | 'wrong_code'
  | 'too_many_requests'
  | 'unexpected_answer'
  | 'unreachable'
  | 'key_source_unavailable'
  | TokenErrorCode;

/** The reasons for which whoever presented a token or code gets a 401. */
const REFUSED_CREDENTIAL: ReadonlySet<SignInErrorReason> = new Set([
  'unauthorized',
  'not_verified',
  'wrong_code',
]);

interface SignInErrorDetails {
  /** HTTP status of the authority's answer. */
  readonly status?: number | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
  /** The credential was judged and refused, whatever the reason is called. */
  readonly refused?: boolean;
}

/**
 * What every call of the sign-in clients rejects with. An ordinary `Error`: `instanceof Error`, one class, told
 * apart by `reason`. The message is for operators and holds no token, refresh token or code.
 */
export class SignInError extends Error {
  override readonly name = 'SignInError';
  readonly reason: SignInErrorReason;
  /** HTTP status of the authority's answer; undefined where there was none. */
  readonly status: number | undefined;
  /** From `Retry-After`, or from the cool-down of the key source. */
  readonly retryAfterSeconds: number | undefined;
  /**
   * `'unauthorized'` when a token or code was judged and refused: answer 401. The property is absent in every other
   * case, above all when the keys could not be fetched: answer 5xx.
   */
  declare readonly code?: 'unauthorized';

  constructor(reason: SignInErrorReason, message: string, details: SignInErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.reason = reason;
    this.status = details.status;
    this.retryAfterSeconds = details.retryAfterSeconds;
    if (details.refused === true || REFUSED_CREDENTIAL.has(reason)) this.code = 'unauthorized';
  }
}
