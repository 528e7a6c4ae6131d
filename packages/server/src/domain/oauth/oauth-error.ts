/** Every error of the OAuth endpoints, in one closed table: code -> HTTP status (RFC 6749 section 5.2 and its extensions). */
interface OauthErrorRow {
  readonly status: 400 | 401 | 403 | 429 | 500 | 503;
  /** Shown to developers of clients; fixed, so that nothing a client sent comes back. */
  readonly description: string;
}

export const OAUTH_ERRORS = {
  invalid_request: { status: 400, description: 'A parameter is missing, repeated or malformed.' },
  invalid_client: { status: 401, description: 'The client is unknown or could not be authenticated.' },
  invalid_grant: {
    status: 400,
    description: 'The grant is unknown, used, expired, revoked, or was given to another client.',
  },
  unauthorized_client: { status: 400, description: 'This client may not use this grant type.' },
  unsupported_grant_type: { status: 400, description: 'This grant type is not supported.' },
  unsupported_response_type: { status: 400, description: 'The only response type is code.' },
  unsupported_token_type: { status: 400, description: 'Tokens of this type cannot be revoked here.' },
  invalid_scope: { status: 400, description: 'The client may not ask for this scope.' },
  invalid_target: { status: 400, description: 'The client may not ask for tokens for this resource.' },
  access_denied: { status: 400, description: 'The request was denied.' },
  login_required: { status: 400, description: 'Nobody is signed in.' },
  consent_required: { status: 400, description: 'Consent is needed.' },
  interaction_required: { status: 400, description: 'The person has to be asked.' },
  unmet_authentication_requirements: {
    status: 400,
    description: 'The authentication that was asked for cannot be had here.',
  },
  request_not_supported: { status: 400, description: 'Request objects (request) are not supported.' },
  request_uri_not_supported: {
    status: 400,
    description: 'The request_uri is none that this server gave out, and others are not supported.',
  },
  registration_not_supported: {
    status: 400,
    description: 'Clients cannot register by their request (registration).',
  },
  authorization_pending: { status: 400, description: 'Nobody has decided yet.' },
  slow_down: { status: 400, description: 'Please ask less often: the interval is 5 seconds longer now.' },
  expired_token: { status: 400, description: 'The device code has expired.' },
  invalid_dpop_proof: { status: 400, description: 'The DPoP proof is missing or not valid.' },
  use_dpop_nonce: { status: 400, description: 'The DPoP proof needs the nonce of this answer.' },
  invalid_redirect_uri: { status: 400, description: 'A redirect URI is not acceptable.' },
  invalid_client_metadata: { status: 400, description: 'The metadata of the client is not acceptable.' },
  invalid_token: { status: 401, description: 'The token is not valid here.' },
  insufficient_scope: { status: 403, description: 'The token lacks a scope that is needed here.' },
  too_many_requests: { status: 429, description: 'Too many requests. Please wait before you try again.' },
  server_error: { status: 500, description: 'Something went wrong on our side.' },
  temporarily_unavailable: {
    status: 503,
    description: 'The service cannot answer right now. Please try again.',
  },
} as const satisfies Record<string, OauthErrorRow>;

export type OauthErrorCode = keyof typeof OAUTH_ERRORS;

/** The request is refused in the terms of OAuth. The description is public. */
export class OauthError extends Error {
  override readonly name = 'OauthError';
  readonly code: OauthErrorCode;
  readonly status: number;
  /** Further headers of the answer, names in lower case: `dpop-nonce`, `retry-after`, `www-authenticate`. */
  readonly headers: Readonly<Record<string, string>>;

  /** @param description replaces the table's where it can say more precisely what is wrong. Never holds what was sent. */
  constructor(
    code: OauthErrorCode,
    description: string = OAUTH_ERRORS[code].description,
    details: { headers?: Readonly<Record<string, string>>; cause?: unknown } = {},
  ) {
    super(description, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = OAUTH_ERRORS[code].status;
    this.headers = details.headers ?? {};
  }
}
