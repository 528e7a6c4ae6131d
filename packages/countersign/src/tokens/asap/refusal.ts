/** Refusals as a server answers them: status, body and headers (rows ASAP-31, ASAP-32 and ASAP-37). */
import type { TokenErrorCode, UnavailableErrorCode } from '../../core/errors.js';
import { TOKEN_ERRORS, TokenError, UnavailableError } from '../../core/errors.js';

export type AsapRefusalCode = TokenErrorCode | UnavailableErrorCode | 'token_missing' | 'unexpected_error';

/** Frozen. The names of the headers are in lower case. */
export interface AsapRefusal {
  readonly outcome: 'refused';
  readonly code: AsapRefusalCode;
  readonly status: 401 | 403 | 503;
  /** Plain text. Whoever prefers an empty body may leave it out. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Texts that clients of the Python original may look for; every other token is plainly invalid. */
const BODIES: ReadonlyMap<TokenErrorCode, string> = new Map([
  ['key_not_found', 'Unauthorized: Key not found'],
  ['issuer_not_allowed', 'Forbidden: Invalid token issuer'],
  ['token_replayed', 'Unauthorized: Invalid token - duplicate jti'],
  ['subject_mismatch', 'Unauthorized: Subject and Issuer do not match'],
]);

/** The other texts of the original, and what stands beside them. */
export const ASAP_TEXTS = Object.freeze({
  missing: 'Unauthorized',
  forbidden: 'Forbidden',
  unavailable: 'Service Unavailable',
});

const RETRY_AFTER_SECONDS = 10;

/** The body of the answer to a token that was refused. */
export function asapTextOf(code: TokenErrorCode): string {
  const isForbidden = TOKEN_ERRORS[code].status === 403;
  return BODIES.get(code) ?? (isForbidden ? ASAP_TEXTS.forbidden : 'Unauthorized: Invalid token');
}

/** No credentials: a challenge that names no error (RFC 6750 section 3.1). */
export function refuseMissingToken(): AsapRefusal {
  return refusal('token_missing', 401, ASAP_TEXTS.missing, { 'www-authenticate': 'Bearer' });
}

/** What nobody foresaw is no more the caller's fault than an outage, and no reason to let anybody in. */
export function toRefusal(error: unknown): AsapRefusal {
  if (error instanceof TokenError) return refuseToken(error);
  const isOutage = error instanceof UnavailableError;
  const seconds = isOutage ? Math.max(1, Math.ceil(error.retryAfterSeconds)) : RETRY_AFTER_SECONDS;
  return refusal(isOutage ? error.code : 'unexpected_error', 503, ASAP_TEXTS.unavailable, {
    'retry-after': String(seconds),
  });
}

function refuseToken({ code, status, oauthError, publicText }: TokenError): AsapRefusal {
  const challenge = `Bearer error="${oauthError}", error_description="${publicText}"`;
  return refusal(
    code,
    status,
    asapTextOf(code),
    oauthError === null ? {} : { 'www-authenticate': challenge },
  );
}

function refusal(
  code: AsapRefusalCode,
  status: AsapRefusal['status'],
  body: string,
  headers: Readonly<Record<string, string>>,
): AsapRefusal {
  const all = {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    vary: 'Authorization',
    ...headers,
  };
  return Object.freeze({ outcome: 'refused', code, status, body, headers: Object.freeze(all) });
}
