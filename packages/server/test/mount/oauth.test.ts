/** OAuth and OpenID Connect under a path, as a client sees them that this project did not write. */
import { systemClock } from 'countersign';
import * as oauth from 'oauth4webapi';
import { describe, expect, it } from 'vitest';
import { type MountedAuthority, mountAuthority } from '../support/mounted-authority.js';
import { PageClient } from '../support/page-client.js';
import { hiddenFields } from '../support/page-visitor.js';
import { HOSTS } from './hosts.js';

const REDIRECT_URI = 'https://boats.example/cb';
const insecure = { [oauth.allowInsecureRequests]: true };

async function discover({ issuer }: MountedAuthority, algorithm: 'oidc' | 'oauth2') {
  const url = new URL(issuer);
  const response = await oauth.discoveryRequest(url, { algorithm, ...insecure });
  return oauth.processDiscoveryResponse(url, response);
}

/** Where an answer of the authority leads, which must be beneath its issuer. */
function nextOf(response: Response, { issuer }: MountedAuthority): string {
  const location = response.headers.get('location') ?? '';
  expect(location).toMatch(new RegExp(`^${issuer}/`));
  return location;
}

/** Signs in by mail and typed code on the way from `authorizeUrl` back to the client; gives where that ends. */
async function signIn(authorizeUrl: URL, server: MountedAuthority): Promise<URL> {
  const person = new PageClient();
  const login = await person.get(nextOf(await person.get(authorizeUrl.href), server));
  const form = await person.get(nextOf(login, server));
  const sent = await person.post(`${server.issuer}/login/sign-in`, {
    ...hiddenFields(await form.text()),
    email: 'ada@example.com',
  });
  expect(nextOf(sent, server)).toBe(`${server.issuer}/login/check-mail`);
  const [code = ''] = /\b\d{6}\b/.exec((await server.nextMail()).text) ?? [];
  const entered = await person.post(`${server.issuer}/login/check-mail`, { code });
  const done = await person.get(nextOf(entered, server));
  return new URL(done.headers.get('location') ?? '');
}

describe.each(HOSTS)('OAuth under /auth in $name', (host) => {
  const mounted = () => mountAuthority(host.mount, { ...host.options, clock: systemClock });

  it('O29 RFC 8414 section 3.1: both documents are found from the issuer, and name what is beneath it', async () => {
    const server = await mounted();
    for (const algorithm of ['oidc', 'oauth2'] as const) {
      const metadata = await discover(server, algorithm);
      for (const [name, value] of Object.entries(metadata))
        if (/_endpoint$|_uri$/.test(name)) expect(value).toMatch(new RegExp(`^${server.issuer}/`));
      const keys = await fetch(metadata.jwks_uri ?? '');
      expect(await keys.json()).toMatchObject({ keys: [expect.anything(), expect.anything()] });
    }
  });

  it('O1 O9: a person signs in through /authorize, and the client gets code, tokens and claims', async () => {
    const server = await mounted();
    const created = await server.authority.clients.create({
      name: 'Paper Boats',
      authMethod: 'none',
      redirectUris: [REDIRECT_URI],
      skipConsent: true,
    });
    const client = { client_id: created.client.id };
    const metadata = await discover(server, 'oidc');
    const verifier = oauth.generateRandomCodeVerifier();
    const authorizeUrl = new URL(metadata.authorization_endpoint ?? '');
    authorizeUrl.search = new URLSearchParams({
      response_type: 'code',
      client_id: client.client_id,
      redirect_uri: REDIRECT_URI,
      scope: 'openid email',
      state: 'a-state',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }).toString();

    const told = oauth.validateAuthResponse(metadata, client, await signIn(authorizeUrl, server), 'a-state');
    const answer = await oauth.authorizationCodeGrantRequest(
      metadata,
      client,
      oauth.None(),
      told,
      REDIRECT_URI,
      verifier,
      insecure,
    );
    const tokens = await oauth.processAuthorizationCodeResponse(metadata, client, answer);
    const claims = oauth.getValidatedIdTokenClaims(tokens);
    expect(claims).toMatchObject({ iss: server.issuer, aud: client.client_id });
    const response = await oauth.userInfoRequest(metadata, client, tokens.access_token, insecure);
    const person = await oauth.processUserInfoResponse(metadata, client, claims?.sub ?? '', response);
    expect(person).toMatchObject({ email: 'ada@example.com' });
  });
});
