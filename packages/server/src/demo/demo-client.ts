import type { ClientSettings } from '../domain/oauth/client.js';

/** The same in every installation, so that the demo finds its client again. */
export const DEMO_CLIENT_ID = 'client_demo';

/**
 * Where the application that speaks OpenID Connect is reached. It has a host of its own, as any other application has:
 * `localhost` cannot be a redirect URI, the address can.
 */
export function demoClientUrl(issuer: string): string {
  return issuer.replace(/^http:\/\/localhost(?=[:/]|$)/, 'http://127.0.0.1');
}

/** Its front page. */
export function demoOauthUrl(issuer: string): string {
  return `${demoClientUrl(issuer)}/demo/oauth`;
}

/** How it is registered with the authority that serves it: as an app on the person's machine, which has no secret. */
export function demoClientSettings(
  issuer: string,
): Pick<ClientSettings, 'name' | 'authMethod' | 'grantTypes' | 'redirectUris' | 'postLogoutRedirectUris'> {
  const url = demoOauthUrl(issuer);
  return {
    name: 'Demo app',
    authMethod: 'none',
    grantTypes: ['authorization_code'],
    redirectUris: [`${url}/callback`],
    postLogoutRedirectUris: [url],
  };
}
