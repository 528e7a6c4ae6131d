/** Whom an access token of an issuer outside of this project speaks for. */
import { TokenError } from '../../core/errors.js';
import {
  audienceClaim,
  instantClaim,
  methodsClaim,
  optionalInstantClaim,
  optionalTextClaim,
  ownClaim,
  scopeClaims,
  textClaim,
} from '../../jwt/claim-values.js';
import type { JwtClaims } from '../../jwt/jwt-claims.js';
import { parseScope, parseScopeList } from '../../jwt/scope.js';
import type { VerifiedJwt } from '../../jwt/verify-jwt.js';
import type { AcceptorContext } from '../acceptor.js';
import type { ApplicationCaller } from '../caller.js';

export interface OidcAccessTokenPolicy {
  /** Null for any. */
  readonly clients: ReadonlySet<string> | null;
  /** Where no audience is configured, a token that names one is for somebody else (RFC 7519 section 4.1.3). */
  readonly mustLackAudience: boolean;
}

/** Issuers write no scopes as an empty text, and `scp` as a text (Microsoft) or as a list (Okta). */
const parseText = (value: unknown) => (value === '' ? [] : parseScope(value));
const SCOPE_FORMS = {
  scope: parseText,
  scp: (value: unknown) => parseScopeList(value) ?? parseText(value),
};

/**
 * The caller of a verified token, of which `iss`, `sub` and `exp` are there.
 *
 * @throws {TokenError} `unexpected_token_type`, `claim_invalid`, `claim_missing`, `audience_mismatch`.
 */
export function toOidcApplication(
  { claims }: VerifiedJwt,
  policy: OidcAccessTokenPolicy,
  context: AcceptorContext,
): ApplicationCaller {
  refuseOtherKinds(claims);
  const audience = audienceClaim(claims);
  if (policy.mustLackAudience && audience.length > 0) {
    throw new TokenError('audience_mismatch', 'aud must be missing: no audience is configured');
  }
  const acr = optionalTextClaim(claims, 'acr');
  return Object.freeze({
    kind: 'application',
    issuer: textClaim(claims, 'iss'),
    subject: textClaim(claims, 'sub'),
    audience,
    scopes: Object.freeze(scopeClaims(claims, SCOPE_FORMS)),
    level: acr === undefined ? undefined : context.levelOf(acr),
    acr,
    amr: methodsClaim(claims),
    authenticatedAt: optionalInstantClaim(claims, 'auth_time'),
    tokenId: optionalTextClaim(claims, 'jti'),
    issuedAt: optionalInstantClaim(claims, 'iat'),
    expiresAt: instantClaim(claims, 'exp'),
    claims,
    clientId: findClient(claims, policy.clients),
  });
}

/** What only other kinds of token say: ID tokens (OpenID Connect Core section 2), logout tokens (`events`). */
const CLAIMS_OF_OTHERS = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events'];

function refuseOtherKinds(claims: JwtClaims): void {
  const foreign = CLAIMS_OF_OTHERS.find((name) => Object.hasOwn(claims, name));
  if (foreign !== undefined) throw otherKind(`has the claim ${foreign}`);
  const use = ownClaim(claims, 'token_use');
  if (use !== undefined && use !== 'access') throw otherKind('has a token_use other than access');
  // What Keycloak calls its access tokens; its ID, refresh and logout tokens have other names.
  const typ = ownClaim(claims, 'typ');
  if (typ !== undefined && typ !== 'Bearer' && typ !== 'DPoP') {
    throw otherKind('has a claim typ other than Bearer');
  }
}

/** `client_id` (RFC 9068), or `azp` as the issuers before it have it. */
function findClient(claims: JwtClaims, clients: ReadonlySet<string> | null): string | undefined {
  const clientId = optionalTextClaim(claims, 'client_id') ?? optionalTextClaim(claims, 'azp');
  if (clients === null) return clientId;
  if (clientId === undefined) throw new TokenError('claim_missing', 'client_id and azp are missing');
  if (clients.has(clientId)) return clientId;
  throw new TokenError('audience_mismatch', 'client_id or azp is none of the accepted clients');
}

function otherKind(what: string): TokenError {
  return new TokenError('unexpected_token_type', `the token ${what}: it is no access token`);
}
