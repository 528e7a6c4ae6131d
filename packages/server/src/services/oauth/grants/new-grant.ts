import type { Client } from '../../../domain/oauth/client.js';
import type { Grant } from '../../../domain/oauth/grant.js';

/** What a person granted, on its way to become a grant. `nowSeconds` in whole seconds: tokens say `iat` by it. */
export type GrantBeginning = Pick<Grant, 'id' | 'authentication' | 'access' | 'nonce' | 'dpopJkt'> & {
  readonly nowSeconds: number;
};

/**
 * The grant at its beginning. It has refresh tokens if the client may use them, and, of those that ask who somebody is,
 * where the person allowed access while away (OIDC Core section 11). A grant without them ends with its access token.
 */
export function newGrant(client: Client, { nowSeconds, ...beginning }: GrantBeginning): Grant {
  const isFamily = mayRefresh(client, beginning.access.scopes);
  const lifetime = isFamily ? client.refreshLifetimeSeconds : client.accessTokenLifetimeSeconds;
  const expiresAt = nowSeconds + lifetime;
  return Object.freeze({
    ...beginning,
    clientId: client.id,
    createdAt: nowSeconds,
    expiresAt,
    idleExpiresAt: isFamily ? Math.min(nowSeconds + client.refreshIdleSeconds, expiresAt) : null,
    generation: 0,
    rotatedAt: nowSeconds,
    revokedAt: null,
  });
}

function mayRefresh(client: Client, scopes: readonly string[]): boolean {
  if (!client.grantTypes.includes('refresh_token')) return false;
  return !scopes.includes('openid') || scopes.includes('offline_access');
}
