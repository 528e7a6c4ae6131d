import type { Client } from '../../domain/oauth/client.js';
import type { GrantedAccess } from '../../domain/oauth/grant.js';
import { isIdentityScope } from './grants/scope-text.js';

/** What a client asks for, as pages show it. */
export interface AccessDescription {
  /** About the person. */
  readonly identityScopes: readonly string[];
  /** What may be done where; scopes may be none. */
  readonly resources: readonly { readonly audience: string; readonly scopes: readonly string[] }[];
  /** With `offline_access`: after this time it ends, whatever happens. */
  readonly refreshLifetimeSeconds: number;
}

export function describeAccess(client: Client, { scopes, audiences }: GrantedAccess): AccessDescription {
  const scopesOf = (audience: string) =>
    client.access.filter((each) => each.audience === audience).flatMap((each) => each.scopes);
  return {
    identityScopes: scopes.filter(isIdentityScope),
    resources: audiences.map((audience) => {
      const known = new Set(scopesOf(audience));
      return { audience, scopes: scopes.filter((scope) => known.has(scope)) };
    }),
    refreshLifetimeSeconds: client.refreshLifetimeSeconds,
  };
}
