import type { Client, ClientAccess } from '../../../domain/oauth/client.js';
import { IDENTITY_SCOPES } from '../../../domain/oauth/client.js';
import { OauthError } from '../../../domain/oauth/oauth-error.js';
import type { ResolveAccess } from '../oauth-services.js';
import { assertUnambiguous } from './assert-unambiguous.js';
import { parseScope } from './scope-text.js';

/**
 * Audiences are the resources that were named, else the first that the client has access to (RFC 8707 section 2). Scopes
 * must be of one of these audiences, or speak of a person where there is one. Nothing asked: a client gets for itself
 * whatever there is, and for a person `openid`.
 *
 * @throws {OauthError} `invalid_target`, `invalid_scope`
 */
export const resolveAccess: ResolveAccess = (client, { scope, resources }, kind) => {
  const access = accessTo(client, resources);
  const ofAudiences = access.flatMap(({ scopes }) => scopes);
  const scopes = scope === undefined ? scopesByDefault(client, ofAudiences, kind) : parseScope(scope);
  const allowed = new Set<string>(kind === 'person' ? [...IDENTITY_SCOPES, ...ofAudiences] : ofAudiences);
  if (!scopes.every((each) => allowed.has(each))) throw new OauthError('invalid_scope');
  const resolved = Object.freeze({
    scopes: Object.freeze(each(scopes)),
    audiences: Object.freeze(each(access.map(({ audience }) => audience))),
  });
  // What a person grants is for several tokens, each of which is narrowed when it is asked for.
  if (kind === 'client') assertUnambiguous(client, resolved);
  return resolved;
};

/** Compared as strings: what the client asks for is what its owner wrote. */
function accessTo(client: Client, resources: readonly string[]): readonly ClientAccess[] {
  if (resources.length === 0) return client.access.slice(0, 1);
  return each(resources).flatMap((resource) => {
    const found = client.access.filter(({ audience }) => audience === resource);
    if (found.length === 0) throw new OauthError('invalid_target');
    return found;
  });
}

function scopesByDefault(
  client: Client,
  ofAudiences: readonly string[],
  kind: 'person' | 'client',
): readonly string[] {
  if (kind === 'client') return ofAudiences;
  if (client.grantTypes.includes('authorization_code')) return ['openid'];
  throw new OauthError('invalid_scope', 'The request names no scope.');
}

function each(values: readonly string[]): string[] {
  return [...new Set(values)];
}
