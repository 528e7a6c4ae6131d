import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from 'countersign';
import type { SigningAlgorithm } from '../../../domain/app.js';
import { MAX_TOKEN_LIFETIME_SECONDS } from '../../../domain/oauth/client.js';
import type { Authentication, GrantedAccess } from '../../../domain/oauth/grant.js';
import type { AccessTokenRequest, AuthorityKeys, IssuedAccessToken, TokenIssuer } from '../oauth-services.js';

export interface TokenIssuerOptions {
  readonly keys: Pick<AuthorityKeys, 'sign'>;
  readonly clock: Clock;
  /** `iss` of every token. */
  readonly issuer: string;
}

/** OpenID Connect Back-Channel Logout 1.0 section 4: a logout token is acted upon at once, or not at all. */
const LOGOUT_TOKEN_SECONDS = 120;
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** By which half of which hash `at_hash` is made (OpenID Connect Core section 3.1.3.6); Ed25519 hashes with SHA-512. */
const HASHES: Readonly<Record<SigningAlgorithm, string>> = {
  ES256: 'sha256',
  RS256: 'sha256',
  PS256: 'sha256',
  ES384: 'sha384',
  ES512: 'sha512',
  EdDSA: 'sha512',
};

/** Claims are set one by one: an object made by spreading takes ten times as long to build and to write. */
type Claims = Record<string, unknown>;

export function createTokenIssuer({ keys, clock, issuer }: TokenIssuerOptions): TokenIssuer {
  const now = () => Math.floor(clock());

  async function accessToken(request: AccessTokenRequest): Promise<IssuedAccessToken> {
    const { tokenId = randomUUID(), issuedAt = now() } = request;
    const expiresAt = expiryOf(request, issuedAt);
    const claims: Claims = {
      iss: issuer,
      sub: request.subject,
      aud: audienceOf(request.access, issuer),
      client_id: request.client.id,
      iat: issuedAt,
      exp: expiresAt,
      jti: tokenId,
    };
    if (request.access.scopes.length > 0) claims['scope'] = request.access.scopes.join(' ');
    if (request.authentication !== null) addAuthentication(claims, request.authentication);
    if (request.grantId !== null) claims['grant_id'] = request.grantId;
    if (request.dpopJkt !== null) claims['cnf'] = { jkt: request.dpopJkt };
    if (request.actor !== undefined) claims['act'] = request.actor;
    const token = await keys.sign('at+jwt', claims);
    return Object.freeze({ token, tokenId, expiresAt, expiresIn: Math.max(0, expiresAt - now()) });
  }

  async function idToken(request: Parameters<TokenIssuer['idToken']>[0]): Promise<string> {
    const { client, authentication, nonce, scopes, accessToken: token, issuedAt = now() } = request;
    const claims: Claims = {
      iss: issuer,
      sub: authentication.personId,
      aud: client.id,
      azp: client.id,
      iat: issuedAt,
      exp: issuedAt + Math.min(client.idTokenLifetimeSeconds, MAX_TOKEN_LIFETIME_SECONDS),
      sid: authentication.sessionId,
    };
    addAuthentication(claims, authentication);
    if (nonce !== null) claims['nonce'] = nonce;
    if (scopes.includes('email')) {
      claims['email'] = authentication.email;
      claims['email_verified'] = true;
    }
    if (token === null) return keys.sign('JWT', claims);
    return keys.sign('JWT', (algorithm) => {
      claims['at_hash'] = leftHalfOfHash(token, algorithm);
      return claims;
    });
  }

  async function logoutToken(request: Parameters<TokenIssuer['logoutToken']>[0]): Promise<string> {
    const issuedAt = now();
    const claims: Claims = {
      iss: issuer,
      sub: request.subject,
      aud: request.clientId,
      iat: issuedAt,
      exp: issuedAt + LOGOUT_TOKEN_SECONDS,
      jti: request.tokenId,
      events: { [LOGOUT_EVENT]: {} },
    };
    if (request.sessionId !== null) claims['sid'] = request.sessionId;
    return keys.sign('logout+jwt', claims);
  }

  return Object.freeze({ accessToken, idToken, logoutToken });
}

function expiryOf({ client, expiresNoLaterThan }: AccessTokenRequest, issuedAt: number): number {
  const lifetimeSeconds = Math.min(client.accessTokenLifetimeSeconds, MAX_TOKEN_LIFETIME_SECONDS);
  return Math.min(issuedAt + lifetimeSeconds, Math.floor(expiresNoLaterThan ?? Number.POSITIVE_INFINITY));
}

function audienceOf({ audiences }: GrantedAccess, issuer: string): string | readonly string[] {
  return audiences.length > 1 ? audiences : (audiences[0] ?? issuer);
}

function addAuthentication(claims: Claims, { authenticatedAt, acr, amr }: Authentication): void {
  claims['auth_time'] = Math.floor(authenticatedAt);
  claims['acr'] = acr;
  claims['amr'] = amr;
}

function leftHalfOfHash(token: string, algorithm: SigningAlgorithm): string {
  const hash = createHash(HASHES[algorithm]).update(token).digest();
  return hash.subarray(0, hash.length / 2).toString('base64url');
}
