import type { Client } from '../../../domain/oauth/client.js';
import type { Grant, GrantedAccess } from '../../../domain/oauth/grant.js';
import type { Vault } from '../../vault.js';
import type { GrantAnswer, RefreshTokens, TokenIssuer } from '../oauth-services.js';

export interface GrantAnswerOptions {
  readonly tokenIssuer: TokenIssuer;
  readonly refreshTokens: RefreshTokens;
  readonly vault: Vault;
}

/**
 * What is answered for a grant follows from its row alone: asked again within the grace, a client gets the same refresh
 * token, and an access token that differs in nothing but its signature, so that a lost answer does not make two branches
 * (rows O12 and O13). No access token outlives the family.
 */
export function createGrantAnswer({ tokenIssuer, refreshTokens, vault }: GrantAnswerOptions): GrantAnswer {
  return async (client, grant, narrowed) => {
    const access = narrowed ?? grant.access;
    const { authentication, dpopJkt } = grant;
    const accessToken = await tokenIssuer.accessToken({
      client,
      subject: authentication?.personId ?? client.id,
      access,
      grantId: grant.id,
      authentication,
      dpopJkt,
      tokenId: tokenIdOf(vault, grant, access),
      issuedAt: grant.rotatedAt,
      expiresNoLaterThan: grant.expiresAt,
    });
    return Object.freeze({
      accessToken,
      tokenType: dpopJkt === null ? 'Bearer' : 'DPoP',
      scopes: access.scopes,
      refreshToken: grant.idleExpiresAt === null ? null : refreshTokens.format(grant),
      idToken: await idTokenOf(tokenIssuer, client, grant, access, accessToken.token),
    });
  };
}

/** OIDC Core section 12.2: refreshed ID tokens are about the same sign-in, and hold no nonce. */
async function idTokenOf(
  tokenIssuer: TokenIssuer,
  client: Client,
  { authentication, generation, nonce, rotatedAt }: Grant,
  { scopes }: GrantedAccess,
  accessToken: string,
): Promise<string | null> {
  if (authentication === null || !scopes.includes('openid')) return null;
  return tokenIssuer.idToken({
    client,
    authentication,
    nonce: generation === 0 ? nonce : null,
    scopes,
    accessToken,
    issuedAt: rotatedAt,
  });
}

/** Two tokens that may be used for different things, or by different keys, are not one. */
function tokenIdOf(vault: Vault, { id, generation, dpopJkt }: Grant, access: GrantedAccess): string {
  return vault.mac('token-id', JSON.stringify([id, generation, dpopJkt, access.scopes, access.audiences]));
}
