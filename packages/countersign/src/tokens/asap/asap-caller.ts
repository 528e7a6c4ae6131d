import type { JwtClaims } from '../../jwt/jwt-claims.js';

/** The service that a token speaks for: everything here was verified. Frozen. Instants in epoch seconds. */
export interface AsapCaller {
  readonly kind: 'service';
  /** `iss`: the service that signed the token. */
  readonly issuer: string;
  /** `sub`, or the issuer where the token has none. */
  readonly subject: string;
  /** `aud`, always as a list. */
  readonly audience: readonly string[];
  /** `jti`. */
  readonly tokenId: string;
  /** `kid` of the header. */
  readonly keyId: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** All claims of the token. */
  readonly claims: JwtClaims;
}
