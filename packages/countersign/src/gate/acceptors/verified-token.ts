/** What a lane gives for a token that passed: the caller, and for how long it stays true. */
import { ownClaim } from '../../jwt/claim-values.js';
import type { VerifiedJwt } from '../../jwt/verify-jwt.js';
import type { AcceptorContext, VerifiedToken } from '../acceptor.js';
import type { Caller } from '../caller.js';
import { readBinding } from '../proof-of-possession.js';

/** Makes them for one lane. @param maxAgeSeconds as the lane checks it; null for no bound */
export function createVerifiedTokens(
  { toleranceSeconds, checksPossession = false }: AcceptorContext,
  maxAgeSeconds: number | null = null,
): (caller: Caller, verified: VerifiedJwt) => VerifiedToken {
  return (caller, { header, claims, key }) => {
    const nbf = claims.nbf === undefined ? undefined : ownClaim(claims, 'nbf');
    const { issuedAt = Number.NEGATIVE_INFINITY, expiresAt } = caller;
    const from = typeof nbf === 'number' && nbf > issuedAt ? nbf : issuedAt;
    const until = maxAgeSeconds === null ? expiresAt : Math.min(expiresAt, issuedAt + maxAgeSeconds);
    return {
      caller,
      key,
      kid: header.kid,
      goodFrom: from - toleranceSeconds,
      goodUntil: until + toleranceSeconds,
      boundTo: readBinding(claims, checksPossession),
    };
  };
}
