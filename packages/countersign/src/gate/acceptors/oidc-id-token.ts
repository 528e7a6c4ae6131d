/** Whom an ID token of an OpenID provider outside of this project speaks of. */
import { TokenError } from '../../core/errors.js';
import {
  audienceClaim,
  instantClaim,
  methodsClaim,
  optionalInstantClaim,
  optionalTextClaim,
  ownClaim,
  textClaim,
} from '../../jwt/claim-values.js';
import type { JwtClaims } from '../../jwt/jwt-claims.js';
import type { VerifiedJwt } from '../../jwt/verify-jwt.js';
import type { AcceptorContext } from '../acceptor.js';
import type { PersonCaller } from '../caller.js';

/** Claims that must be there (OpenID Connect Core section 2). */
export const ID_TOKEN_CLAIMS: readonly string[] = Object.freeze(['iss', 'sub', 'aud', 'iat']);

/**
 * The person that a verified ID token for one of these clients speaks of.
 *
 * @throws {TokenError} `unexpected_token_type`, `claim_missing`, `claim_invalid`, `audience_mismatch`.
 */
export function toOidcPerson(
  { claims }: VerifiedJwt,
  clients: readonly string[],
  context: AcceptorContext,
): PersonCaller {
  refuseOtherKinds(claims);
  const audience = audienceClaim(claims);
  const clientId = findClient(claims, audience, clients);
  const acr = optionalTextClaim(claims, 'acr');
  return Object.freeze({
    kind: 'person',
    issuer: textClaim(claims, 'iss'),
    subject: textClaim(claims, 'sub'),
    audience,
    scopes: NONE,
    level: acr === undefined ? undefined : context.levelOf(acr),
    acr,
    amr: methodsClaim(claims),
    authenticatedAt: optionalInstantClaim(claims, 'auth_time'),
    tokenId: optionalTextClaim(claims, 'jti'),
    issuedAt: instantClaim(claims, 'iat'),
    expiresAt: instantClaim(claims, 'exp'),
    claims,
    email: ownClaim(claims, 'email_verified') === true ? optionalTextClaim(claims, 'email') : undefined,
    clientId,
  });
}

const NONE: readonly string[] = Object.freeze([]);

/** What access tokens and logout tokens say, and ID tokens never do. */
const CLAIMS_OF_OTHERS = ['scope', 'scp', 'events'];

function refuseOtherKinds(claims: JwtClaims): void {
  const foreign = CLAIMS_OF_OTHERS.find((name) => Object.hasOwn(claims, name));
  if (foreign !== undefined) throw otherKind(`has the claim ${foreign}`);
  const use = ownClaim(claims, 'token_use');
  if (use !== undefined && use !== 'id') throw otherKind('has a token_use other than id');
  // What Keycloak calls its ID tokens; its access, refresh and logout tokens have other names.
  const typ = ownClaim(claims, 'typ');
  if (typ !== undefined && typ !== 'ID') throw otherKind('has a claim typ other than ID');
}

/** OpenID Connect Core section 3.1.3.7, steps 3 to 5: `azp` says which of several audiences asked for the token. */
function findClient(claims: JwtClaims, audience: readonly string[], clients: readonly string[]): string {
  const azp = optionalTextClaim(claims, 'azp');
  if (azp === undefined) {
    const [only, ...others] = audience;
    if (only !== undefined && others.length === 0) return only;
    throw new TokenError('claim_missing', 'azp is missing: the token has several audiences');
  }
  if (clients.includes(azp)) return azp;
  throw new TokenError('audience_mismatch', 'azp is none of the accepted clients');
}

function otherKind(what: string): TokenError {
  return new TokenError('unexpected_token_type', `the token ${what}: it is no ID token`);
}
