/**
 * Every error that the library raises on purpose, in one closed table: code -> HTTP status, OAuth error,
 * public text, whether a retry can help. Public text is fixed: it never carries a token, a key or a claim.
 */
interface ErrorRow {
  /** HTTP status a server answers with. */
  readonly status: 401 | 403 | 503;
  /** `error` of RFC 6750 section 3.1 or RFC 9449 section 12.2, or null where no OAuth error applies. */
  readonly oauthError:
    | 'invalid_token'
    | 'insufficient_scope'
    | 'invalid_dpop_proof'
    | 'use_dpop_nonce'
    | null;
  /** What may be told to whoever presented the token. */
  readonly publicText: string;
  /** Whether the same call may succeed later without any change. */
  readonly retry: boolean;
}

type TokenErrorRow = ErrorRow & { readonly status: 401 | 403 };

function badToken(publicText: string): TokenErrorRow {
  return { status: 401, oauthError: 'invalid_token', publicText, retry: false };
}

function undecided(publicText: string): ErrorRow {
  return { status: 503, oauthError: null, publicText, retry: true };
}

export const TOKEN_ERRORS = {
  malformed_token: badToken('The token is malformed.'),
  token_too_large: badToken('The token is too large.'),
  unsupported_critical_header: badToken('The token demands an extension that is not supported.'),
  unexpected_token_type: badToken('The token is of another type.'),
  algorithm_not_allowed: badToken('The token is signed with an algorithm that is not accepted.'),
  key_not_found: badToken('The key that signed the token is not known.'),
  bad_signature: badToken('The signature of the token does not hold.'),
  claim_missing: badToken('The token lacks a required claim.'),
  claim_invalid: badToken('A claim of the token has a wrong form.'),
  token_expired: badToken('The token has expired.'),
  token_not_yet_valid: badToken('The token is not valid yet.'),
  token_too_old: badToken('The token was issued too long ago.'),
  lifetime_too_long: badToken('The token is valid for longer than is accepted.'),
  issuer_mismatch: badToken('The token comes from another issuer.'),
  audience_mismatch: badToken('The token is meant for another audience.'),
  subject_mismatch: badToken('The subject of the token is not its issuer.'),
  key_id_invalid: badToken('The token names its key in a form that is not accepted.'),
  issuer_does_not_own_key: badToken('The key that signed the token is not one of its issuer.'),
  token_replayed: badToken('The token has been used before.'),
  proof_of_possession_missing: badToken('The token is bound to a key that was not proven to be held.'),
  /** Not the token is bad but what should show that its holder sent it (RFC 9449 section 7.1). */
  dpop_proof_invalid: {
    status: 401,
    oauthError: 'invalid_dpop_proof',
    publicText: 'The DPoP proof is missing or does not hold for this request.',
    retry: false,
  },
  /** A proof with the nonce of the answer is worth another try (RFC 9449 sections 8 and 9). */
  dpop_nonce_required: {
    status: 401,
    oauthError: 'use_dpop_nonce',
    publicText: 'The DPoP proof must hold the nonce that comes with this answer.',
    retry: false,
  },
  token_revoked: badToken('The token has been revoked.'),
  /** The token is good, but its issuer may not come in here: another token of it would not help. */
  issuer_not_allowed: {
    status: 403,
    oauthError: null,
    publicText: 'The issuer of the token is not accepted here.',
    retry: false,
  },
  /** The token is good, but was not granted enough: one with more scopes would help (RFC 6750 section 3.1). */
  insufficient_scope: {
    status: 403,
    oauthError: 'insufficient_scope',
    publicText: 'The token lacks a scope that is needed here.',
    retry: false,
  },
} as const satisfies Record<string, TokenErrorRow>;

export const UNAVAILABLE_ERRORS = {
  key_source_unavailable: undecided('The keys to check the token with cannot be reached now.'),
  replay_store_full: undecided('No further token can be remembered now.'),
  replay_store_unavailable: undecided('Whether the token was used before cannot be found out now.'),
  revocation_unavailable: undecided('Whether the token was revoked cannot be found out now.'),
  private_key_unavailable: undecided('No key to sign with can be read now.'),
} as const satisfies Record<string, ErrorRow>;

export type TokenErrorCode = keyof typeof TOKEN_ERRORS;
export type UnavailableErrorCode = keyof typeof UNAVAILABLE_ERRORS;

/** The token is refused: whoever presented it is to blame, and the same token will be refused again. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly code: TokenErrorCode;
  readonly status: 401 | 403;
  readonly oauthError: TokenErrorRow['oauthError'];
  readonly publicText: string;
  readonly retry = false;

  /** @param message for operators: what was expected. Must not contain a token, a key or a payload. */
  constructor(code: TokenErrorCode, message: string, details: { cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    const { status, oauthError, publicText } = TOKEN_ERRORS[code];
    this.code = code;
    this.status = status;
    this.oauthError = oauthError;
    this.publicText = publicText;
  }
}

/** It could not be decided whether the token is good, or none could be signed: something we depend on is out of reach. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
  readonly code: UnavailableErrorCode;
  readonly status = 503;
  readonly publicText: string;
  readonly retry = true;
  /** Seconds after which another try makes sense (for `Retry-After`). */
  readonly retryAfterSeconds: number;

  constructor(
    code: UnavailableErrorCode,
    message: string,
    details: { retryAfterSeconds: number; cause?: unknown },
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.publicText = UNAVAILABLE_ERRORS[code].publicText;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

export type UsageErrorCode = 'invalid_options' | 'invalid_key' | 'weak_key' | 'invalid_claims' | 'no_caller';

/** The caller of the API made a mistake. `problems` lists every one that was found, not just the first. */
export class UsageError extends TypeError {
  override readonly name = 'UsageError';
  readonly code: UsageErrorCode;
  readonly problems: readonly string[];

  constructor(code: UsageErrorCode, subject: string, problems: readonly string[]) {
    super(`${subject}: ${problems.join('; ')}`);
    this.code = code;
    this.problems = Object.freeze([...problems]);
  }
}
