/** What lies between the settings of a client, each of which is right by itself. */
import type { ClientSettings, GrantType } from './client.js';
import { isNativeRedirectUri } from './redirect-uri.js';

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';
/** Grants that a person gives. Without a secret nothing else tells one client from another. */
const GRANTS_OF_PEOPLE: ReadonlySet<GrantType> = new Set([
  'authorization_code',
  'refresh_token',
  DEVICE_CODE,
]);

/** Every problem, each naming the setting to change first. */
export function findCombinationProblems(settings: ClientSettings): readonly string[] {
  return [...findGrantProblems(settings), ...findKeyProblems(settings), ...findPublicProblems(settings)];
}

function findGrantProblems(settings: ClientSettings): string[] {
  const { grantTypes, redirectUris, asapIssuer, introspects } = settings;
  const problems: string[] = [];
  const has = (grantType: GrantType) => grantTypes.includes(grantType);
  if (grantTypes.length === 0 && introspects.length === 0)
    problems.push('grantTypes must name at least one, unless the client introspects tokens');
  if (has('authorization_code') && redirectUris.length === 0)
    problems.push('redirectUris must hold at least one for the grant type authorization_code');
  if (has('refresh_token') && !has('authorization_code') && !has(DEVICE_CODE))
    problems.push(
      'grantTypes must hold authorization_code or the device code for refresh_token: no other grant can be refreshed',
    );
  if (has(JWT_BEARER) && asapIssuer === null)
    problems.push('asapIssuer is required for the grant type jwt-bearer: its tokens are of that issuer');
  if (settings.refreshIdleSeconds > settings.refreshLifetimeSeconds)
    problems.push('refreshIdleSeconds must not exceed refreshLifetimeSeconds');
  return problems;
}

function findKeyProblems({ authMethod, grantTypes, jwks, jwksUri, asapIssuer }: ClientSettings): string[] {
  if (authMethod === 'private_key_jwt') {
    const sources = [jwks, jwksUri, asapIssuer].filter((source) => source !== null);
    return sources.length === 1
      ? []
      : ['authMethod private_key_jwt needs exactly one of jwks, jwksUri and asapIssuer'];
  }
  const problems: string[] = [];
  if (jwks !== null) problems.push('jwks must be null: it is for authMethod private_key_jwt');
  if (jwksUri !== null) problems.push('jwksUri must be null: it is for authMethod private_key_jwt');
  if (asapIssuer !== null && !grantTypes.includes(JWT_BEARER))
    problems.push(
      'asapIssuer must be null: it is for authMethod private_key_jwt and for the grant type jwt-bearer',
    );
  return problems;
}

function findPublicProblems(settings: ClientSettings): string[] {
  if (settings.authMethod !== 'none') return [];
  const problems = settings.grantTypes
    .filter((grantType) => !GRANTS_OF_PEOPLE.has(grantType))
    .map((grantType) => `grantTypes must not hold ${grantType} with authMethod none: anybody could use it`);
  if (settings.introspects.length > 0)
    problems.push('introspects must be empty with authMethod none: anybody could ask');
  // RFC 8252 section 8.6: another program may stand in for the app, and the person is the only one to notice.
  if (settings.skipConsent && settings.redirectUris.some(isNativeRedirectUri))
    problems.push(
      'skipConsent must be false for an app with authMethod none and a redirect URI on the machine',
    );
  return problems;
}
