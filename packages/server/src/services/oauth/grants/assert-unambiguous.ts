import type { Client } from '../../../domain/oauth/client.js';
import type { GrantedAccess } from '../../../domain/oauth/grant.js';
import { OauthError } from '../../../domain/oauth/oauth-error.js';

/**
 * A token for several resources says of none of its scopes where it holds: each resource reads them all (RFC 9068 section
 * 5). Resources that share a name for a scope are taken to mean the same by all names; then each scope of the token must
 * be one that the client has at both, or `write` for the one would be `write` at the other. Otherwise the client asks for a
 * token for each.
 *
 * @throws {OauthError} `invalid_target`
 */
export function assertUnambiguous(client: Client, { scopes, audiences }: GrantedAccess): void {
  if (audiences.length < 2) return;
  const known = client.access
    .filter(({ audience }) => audiences.includes(audience))
    .map((access) => new Set(access.scopes));
  for (const [index, one] of known.entries())
    for (const other of known.slice(index + 1))
      if (shareAName(one, other) && scopes.some((scope) => one.has(scope) !== other.has(scope)))
        throw new OauthError(
          'invalid_target',
          'One token for these resources would say more than the client may have: name one resource at a time.',
        );
}

function shareAName(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return [...one].some((scope) => other.has(scope));
}
