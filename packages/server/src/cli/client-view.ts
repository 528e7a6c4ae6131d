import type { Client } from '../domain/oauth/client.js';
import { lifetimeText } from './app-view.js';
import { alignedLines } from './output.js';

/** A client as `--json` prints it: everything that is kept but its secrets, of which there are hashes only. */
export function clientAsJson(client: Client): Readonly<Record<string, unknown>> {
  const { id, name, ...rest } = client;
  return { id, name, ...rest };
}

export function clientAsLines(client: Client): string[] {
  const listed = (items: readonly string[]) => (items.length === 0 ? 'none' : items.join(', '));
  const access = client.access.map(({ audience, scopes }) => [audience, ...scopes].join(' '));
  return alignedLines([
    ['Id', client.id],
    ['Name', client.name],
    ['State', client.disabled ? 'disabled' : 'enabled'],
    ['Authenticates by', client.authMethod],
    ['Keys', keysOf(client)],
    [
      'Grant types',
      listed(client.grantTypes.map((type) => type.replace('urn:ietf:params:oauth:grant-type:', ''))),
    ],
    ['Redirect URIs', listed(client.redirectUris)],
    ['After logout', listed(client.postLogoutRedirectUris)],
    ['Told of logouts at', client.backchannelLogoutUri ?? 'not told'],
    ['Access', listed(access)],
    ['Introspects', listed(client.introspects)],
    ['Demands', listed(demandsOf(client))],
    ['Consent', client.skipConsent ? 'not asked for' : 'asked for'],
    ['Access token', lifetimeText(client.accessTokenLifetimeSeconds)],
    ['ID token', lifetimeText(client.idTokenLifetimeSeconds)],
    [
      'Refresh token',
      `${lifetimeText(client.refreshIdleSeconds)} unused, ${lifetimeText(client.refreshLifetimeSeconds)} in all`,
    ],
    ['Changed', new Date(client.updatedAt * 1000).toISOString()],
  ]);
}

/** A secret, as it is printed once. */
export function secretAsLines(secret: string): string[] {
  return ['', `Secret: ${secret}`, 'It is shown this once only: what is kept is its hash.'];
}

function keysOf({ jwks, jwksUri, asapIssuer }: Client): string {
  if (jwks !== null) return `${JSON.parse(jwks).keys.length} given`;
  return jwksUri ?? (asapIssuer === null ? 'none' : `of ${asapIssuer} in the key repository`);
}

function demandsOf({ requirePar, requireDpop }: Client): string[] {
  return [...(requirePar ? ['pushed requests'] : []), ...(requireDpop ? ['DPoP'] : [])];
}
