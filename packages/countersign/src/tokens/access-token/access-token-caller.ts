/** Whom a verified access token speaks for (RFC 9068 section 2.2). */
import {
  audienceClaim,
  instantClaim,
  methodsClaim,
  optionalInstantClaim,
  optionalTextClaim,
  scopeClaims,
  textClaim,
  tokenIdClaim,
} from '../../jwt/claim-values.js';
import type { JwtClaims } from '../../jwt/jwt-claims.js';
import type { VerifiedJwt } from '../../jwt/verify-jwt.js';

/** Everything here was verified. Frozen. Instants in epoch seconds. */
export interface AccessTokenCaller {
  readonly kind: 'application';
  /** `iss`. */
  readonly issuer: string;
  /** `sub`: the user, or the client itself. Only together with the issuer does it name somebody. */
  readonly subject: string;
  /** `client_id`. */
  readonly clientId: string;
  /** `aud`, always as a list. */
  readonly audience: readonly string[];
  /** From `scope`, or from a `scp` that is a list; each once. Empty where the token has none. */
  readonly scopes: readonly string[];
  /** `jti`. */
  readonly tokenId: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** `auth_time`: when the user last signed in. */
  readonly authTime: number | undefined;
  /** `acr`. */
  readonly acr: string | undefined;
  /** `amr`; undefined where the token does not say. */
  readonly amr: readonly string[] | undefined;
  /** All claims of the token. */
  readonly claims: JwtClaims;
}

/**
 * The caller of a verified token, of which `iss`, `exp`, `aud`, `sub`, `client_id`, `iat` and `jti` are there.
 *
 * @throws {TokenError} `claim_invalid` for a claim of the profile that is of another form (row C13).
 */
export function toAccessTokenCaller({ claims }: VerifiedJwt): AccessTokenCaller {
  return Object.freeze({
    kind: 'application',
    issuer: textClaim(claims, 'iss'),
    subject: textClaim(claims, 'sub'),
    clientId: textClaim(claims, 'client_id'),
    audience: audienceClaim(claims),
    scopes: scopeClaims(claims),
    tokenId: tokenIdClaim(claims),
    issuedAt: instantClaim(claims, 'iat'),
    expiresAt: instantClaim(claims, 'exp'),
    authTime: optionalInstantClaim(claims, 'auth_time'),
    acr: optionalTextClaim(claims, 'acr'),
    amr: methodsClaim(claims),
    claims,
  });
}
