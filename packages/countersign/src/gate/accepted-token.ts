import type { JwtClaims } from '../jwt/jwt-claims.js';
import type { Lane, VerifiedToken } from './acceptor.js';
import type { GateCaller } from './gate-outcome.js';
import type { RevocationQuery } from './revocation/revocation-source.js';

/**
 * A token that a lane verified, with all that every request that brings it needs. What leaves the gate of it is frozen.
 */
export interface AcceptedToken {
  readonly lane: Lane;
  readonly verified: VerifiedToken;
  /** From when on it is good: by its `nbf` and `iat`, and not before it was verified by the clock of the gate. */
  readonly goodFrom: number;
  /** What comes of a request when nothing speaks against it: the same object each time. */
  readonly outcome: GateCaller;
  /** What a revocation source is asked: by issuer and `jti`, never by the text of the token (row J12). */
  readonly revocationQuery: RevocationQuery;
  /** The edition of the revocation source that last found it good; undefined where it has none. */
  goodAtEdition: number | undefined;
}

export function acceptToken(lane: Lane, verified: VerifiedToken, verifiedAt: number): AcceptedToken {
  const { caller } = verified;
  const { subject, tokenId, issuedAt, expiresAt } = caller;
  // One text for all tokens of the lane, where it names one issuer: found sooner in maps than as many equal ones.
  const issuer = caller.issuer === lane.claim.issuer ? lane.claim.issuer : caller.issuer;
  const grantId = grantIdOf(caller.claims);
  return {
    lane,
    verified,
    goodFrom: Math.max(verified.goodFrom, verifiedAt),
    outcome: Object.freeze({ outcome: 'caller', caller }),
    revocationQuery: Object.freeze({ issuer, subject, tokenId, grantId, issuedAt, expiresAt }),
    goodAtEdition: undefined,
  };
}

function grantIdOf(claims: JwtClaims): string | undefined {
  const grantId = Object.hasOwn(claims, 'grant_id') ? claims['grant_id'] : undefined;
  return typeof grantId === 'string' ? grantId : undefined;
}
