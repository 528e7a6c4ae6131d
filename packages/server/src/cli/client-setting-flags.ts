/** Which option of `clients create` and `clients update` gives which setting of a client. */
import type { ClientSettings } from '../domain/oauth/client.js';

export const CLIENT_SETTINGS_FROM_OPTIONS: readonly (readonly [
  option: string,
  setting: keyof ClientSettings,
])[] = [
  ['name', 'name'],
  ['authMethod', 'authMethod'],
  ['grantType', 'grantTypes'],
  ['redirectUri', 'redirectUris'],
  ['postLogoutRedirectUri', 'postLogoutRedirectUris'],
  ['access', 'access'],
  ['introspects', 'introspects'],
  ['jwksFile', 'jwks'],
  ['jwksUri', 'jwksUri'],
  ['asapIssuer', 'asapIssuer'],
  ['requirePar', 'requirePar'],
  ['requireDpop', 'requireDpop'],
  ['skipConsent', 'skipConsent'],
  ['backchannelLogoutUri', 'backchannelLogoutUri'],
  ['accessTokenLifetime', 'accessTokenLifetimeSeconds'],
  ['idTokenLifetime', 'idTokenLifetimeSeconds'],
  ['refreshIdle', 'refreshIdleSeconds'],
  ['refreshLifetime', 'refreshLifetimeSeconds'],
  ['disabled', 'disabled'],
];

const FLAGS: ReadonlyMap<string, string> = new Map(
  CLIENT_SETTINGS_FROM_OPTIONS.map(([option, setting]) => [setting, `--${kebabCase(option)}`]),
);

/** A problem with settings, said of the flags that the person typed. Settings of one plain word come first or not at all. */
export function namingClientFlags(problem: string): string {
  return problem.replace(
    /^\w+|\b[a-z]+(?:[A-Z][a-z]+)+\b|\bjwks\b/g,
    (setting) => FLAGS.get(setting) ?? setting,
  );
}

/** `redirectUri` to `redirect-uri`. */
export function kebabCase(option: string): string {
  return option.replace(/[A-Z]/g, '-$&').toLowerCase();
}
