import type { JwtClaims } from '../jwt/jwt-claims.js';
import type { Lane, VerifiedToken } from './acceptor.js';
import type { GateCaller } from './gate-outcome.js';
import type { RevocationQuery } from './revocation/revocation-source.js';

/** A token that a lane verified, with all that every request that brings it needs. Frozen. */
export interface AcceptedToken {
  readonly lane: Lane;
  readonly verified: VerifiedToken;
  /** By the clock of the gate. */
  readonly verifiedAt: number;
  /** What comes of a request when nothing speaks against it: the same object each time. */
  readonly outcome: GateCaller;
  /** What a revocation source is asked: by issuer and `jti`, never by the text of the token (row J12). */
  readonly revocationQuery: RevocationQuery;
}

export function acceptToken(lane: Lane, verified: VerifiedToken, verifiedAt: number): AcceptedToken {
  const { caller } = verified;
  const { issuer, subject, tokenId, issuedAt, expiresAt } = caller;
  const grantId = grantIdOf(caller.claims);
  return Object.freeze({
    lane,
    verified,
    verifiedAt,
    outcome: Object.freeze({ outcome: 'caller', caller }),
    revocationQuery: Object.freeze({ issuer, subject, tokenId, grantId, issuedAt, expiresAt }),
  });
}

function grantIdOf(claims: JwtClaims): string | undefined {
  const grantId = Object.hasOwn(claims, 'grant_id') ? claims['grant_id'] : undefined;
  return typeof grantId === 'string' ? grantId : undefined;
}
