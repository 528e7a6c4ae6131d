import type { Client } from '../../../domain/oauth/client.js';
import type { GrantedAccess } from '../../../domain/oauth/grant.js';
import type { TokenAnswer, TokenIssuer } from '../oauth-services.js';

/** An access token that a client has for itself: `sub` is the client, and there is nothing to refresh. */
export async function clientAnswer(
  tokenIssuer: Pick<TokenIssuer, 'accessToken'>,
  client: Client,
  access: GrantedAccess,
  dpopJkt: string | null,
): Promise<TokenAnswer> {
  const accessToken = await tokenIssuer.accessToken({
    client,
    subject: client.id,
    access,
    grantId: null,
    authentication: null,
    dpopJkt,
  });
  return Object.freeze({
    accessToken,
    tokenType: dpopJkt === null ? 'Bearer' : 'DPoP',
    scopes: access.scopes,
    refreshToken: null,
    idToken: null,
  });
}
