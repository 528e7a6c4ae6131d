/**
 * Every answer by which the authority's REST API refuses a call, in one closed table: code -> HTTP status and the
 * text shown to the caller. The body of each is `{ "message": text, "code": code }`.
 */
interface RefusalRow {
  readonly status: 400 | 401 | 403 | 404 | 405 | 408 | 409 | 410 | 413 | 415 | 421 | 422 | 429 | 500 | 503;
  readonly message: string;
}

export const REFUSALS = {
  invalid_json: { status: 400, message: 'The body is not a JSON object.' },
  invalid_parameter: { status: 400, message: 'A parameter is missing or has a wrong form.' },
  invalid_email: { status: 400, message: 'This is not an e-mail address that mail can be sent to.' },
  malformed_token: { status: 400, message: 'The token is malformed.' },
  refresh_not_allowed: { status: 400, message: 'This app does not allow refresh tokens.' },
  delivery_not_by_code: { status: 400, message: 'This app does not deliver tokens by code.' },
  invalid_code: { status: 400, message: 'The code is unknown, used or expired.' },
  wrong_code: { status: 401, message: 'The code is wrong or no longer valid.' },
  invalid_id_token: { status: 401, message: 'ID token is invalid' },
  invalid_refresh_token: { status: 401, message: 'The refresh token is invalid or expired.' },
  token_required: { status: 401, message: 'This needs a token in the Authorization header.' },
  invalid_token: { status: 401, message: 'The token is not valid here.' },
  forbidden: { status: 403, message: 'This request did not come from the page it belongs to.' },
  not_key_owner: {
    status: 403,
    message: 'Only the service that the key id begins with, or an administrator, may change this key.',
  },
  unknown_app: { status: 404, message: 'There is no app with this id.' },
  unknown_refresh_token: { status: 404, message: 'There is no such refresh token.' },
  unknown_key: { status: 404, message: 'There is no key with this id.' },
  not_found: { status: 404, message: 'There is nothing here.' },
  method_not_allowed: { status: 405, message: 'This method is not available here.' },
  body_timeout: { status: 408, message: 'The body did not arrive in time.' },
  conflict: { status: 409, message: 'It was changed by somebody else meanwhile.' },
  next_key_too_young: {
    status: 409,
    message: 'The next key has not been published for long enough to sign.',
  },
  key_id_taken: {
    status: 409,
    message: 'Another key has this id. A key id never changes its key: publish under a new one.',
  },
  revoked_key: { status: 410, message: 'This key was revoked. Its id is never used again.' },
  body_too_large: { status: 413, message: 'The body is too large.' },
  unsupported_media_type: {
    status: 415,
    message: 'The body must be sent as application/json, uncompressed.',
  },
  misdirected: { status: 421, message: 'This server does not answer under that host name.' },
  private_key_refused: {
    status: 422,
    message:
      'This is a private key. It was not stored. Whoever saw it can sign as its owner: make a new pair, and publish its public half only.',
  },
  invalid_public_key: {
    status: 422,
    message:
      'The body must be one public key in PEM (SPKI, PKCS#1 or an X.509 certificate): RSA, EC on P-256, P-384 or P-521, or Ed25519.',
  },
  weak_key: {
    status: 422,
    message: 'An RSA key needs 2048 bits or more, and an odd public exponent from 3 up.',
  },
  too_many_requests: { status: 429, message: 'Too many requests. Please wait before you try again.' },
  internal_error: { status: 500, message: 'Something went wrong on our side.' },
  unavailable: { status: 503, message: 'The service cannot answer right now. Please try again.' },
} as const satisfies Record<string, RefusalRow>;

export type RefusalCode = keyof typeof REFUSALS;

/** The call is refused. `message` is public; the operator's view goes to the log, not here. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  readonly status: number;
  /** Seconds, for `Retry-After`; set with 429 and 503. */
  readonly retryAfterSeconds: number | undefined;

  /** @param message replaces the table's text where it can say more precisely what is wrong. Never holds a secret. */
  constructor(
    code: RefusalCode,
    details: { message?: string; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(
      details.message ?? REFUSALS[code].message,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.code = code;
    this.status = REFUSALS[code].status;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}
