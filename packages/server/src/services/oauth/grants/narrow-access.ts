import type { Client } from '../../../domain/oauth/client.js';
import type { GrantedAccess } from '../../../domain/oauth/grant.js';
import { OauthError } from '../../../domain/oauth/oauth-error.js';
import { assertUnambiguous } from './assert-unambiguous.js';
import { isIdentityScope, parseScope } from './scope-text.js';

/**
 * What one access token of a family may be used for: what is asked for, at most what was granted (RFC 6749 section 6, RFC
 * 8707 section 2.2), and of that only what the client may still have: what its owner took from it since is gone (row O15).
 *
 * @throws {OauthError} `invalid_scope` and `invalid_target` for more than that (row O16); `invalid_grant` where nothing of
 * what was granted is left; `invalid_target` for several resources that would mix up its scopes
 */
export function narrowAccess(
  client: Client,
  granted: GrantedAccess,
  requested: { readonly scope: string | undefined; readonly resources: readonly string[] },
): GrantedAccess {
  const audiences = narrowAudiences(client, granted.audiences, requested.resources);
  const ofAudiences = new Set(
    client.access.filter(({ audience }) => audiences.includes(audience)).flatMap(({ scopes }) => scopes),
  );
  const left = granted.scopes.filter((scope) => isIdentityScope(scope) || ofAudiences.has(scope));
  const narrowed = { scopes: narrowScopes(left, requested.scope), audiences };
  assertUnambiguous(client, narrowed);
  return narrowed;
}

function narrowAudiences(
  client: Client,
  granted: readonly string[],
  requested: readonly string[],
): readonly string[] {
  const left = granted.filter((audience) => client.access.some((access) => access.audience === audience));
  if (!requested.every((resource) => left.includes(resource))) throw new OauthError('invalid_target');
  if (requested.length > 0) return [...new Set(requested)];
  // Without an audience the token would be for the authority itself, which nobody granted.
  if (left.length === 0 && granted.length > 0) throw new OauthError('invalid_grant');
  return left;
}

function narrowScopes(left: readonly string[], requested: string | undefined): readonly string[] {
  if (requested === undefined) return left;
  const scopes = parseScope(requested);
  if (!scopes.every((scope) => left.includes(scope))) throw new OauthError('invalid_scope');
  return scopes;
}
