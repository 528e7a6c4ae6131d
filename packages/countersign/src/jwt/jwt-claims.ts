/** The claims of a JWT (RFC 7519 section 4), as verified and as given to be signed. */

/**
 * The claims of a token that passed. Registered claims have the types of RFC 7519; `jti` and every other member
 * are as the token brought them.
 */
export interface JwtClaims {
  readonly iss?: string;
  readonly sub?: string;
  readonly aud?: string | readonly string[];
  /** Epoch seconds; fractions are possible. */
  readonly exp?: number;
  readonly nbf?: number;
  readonly iat?: number;
  readonly [claim: string]: unknown;
}

/** Claims to sign: JSON values, nothing undefined. Dates are epoch seconds. */
export interface ClaimsToSign {
  readonly exp?: number;
  readonly nbf?: number;
  readonly iat?: number;
  readonly [claim: string]: unknown;
}
