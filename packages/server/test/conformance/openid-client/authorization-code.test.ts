/** People sign in to an application that openid-client 6 was given to, over sockets and through the real pages. */
import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beginAuthorization, errorOf, relyingParty, signIn } from '../../support/openid-relying-party.js';
import { Person } from '../../support/person.js';
import {
  API,
  OTHER_API,
  REDIRECT_URI,
  type ServedAuthority,
  serveAuthority,
} from '../../support/served-authority.js';

const PLACES = [
  ['at the root of its host', ''],
  ['under a path', '/tenants/blue'],
] as const;

describe.each(PLACES)('openid-client and an authority %s', (_place, path) => {
  let authority: ServedAuthority;
  let app: { config: oidc.Configuration; id: string };
  beforeAll(async () => {
    authority = await serveAuthority({ path });
    const client = await authority.createClient();
    app = { config: await relyingParty(authority, client), id: client.id };
  });
  afterAll(() => authority.stop());

  it.each(['oidc', 'oauth2'] as const)(
    'RFC 8414 3, OIDC Discovery 4, O29: is found by the document of kind %s',
    async (algorithm) => {
      const config = await relyingParty(authority, { id: app.id, secret: '' }, oidc.None(), { algorithm });
      const metadata = config.serverMetadata();
      expect(metadata.issuer).toBe(authority.issuer);
      expect(metadata.supportsPKCE()).toBe(true);
      expect(metadata.token_endpoint).toBe(`${authority.issuer}/token`);
    },
  );

  it('RFC 6749 4.1, RFC 7636, RFC 9207, OIDC Core 3.1: somebody signs in by mail, allows it, and is known', async () => {
    const person = new Person(authority);
    const before = Math.floor(Date.now() / 1000);
    const tokens = await signIn(app.config, person, { scope: 'openid email read' });
    expect(person.pages).toEqual(['/login/sign-in', '/login/check-mail', '/consent']);
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 600 });
    expect(tokens.refresh_token).toBeUndefined();
    const claims = tokens.claims();
    expect(claims).toMatchObject({
      iss: authority.issuer,
      aud: app.id,
      azp: app.id,
      email: person.email,
      email_verified: true,
      amr: ['otp'],
    });
    expect(claims?.auth_time).toBeGreaterThanOrEqual(before);
    const told = await oidc.fetchUserInfo(app.config, tokens.access_token, claims?.sub ?? '');
    expect(told).toEqual({ sub: claims?.sub, email: person.email, email_verified: true });
  });

  it.each(['query', 'form_post', 'fragment'])(
    'OAuth 2.0 Multiple Response Types 2.1, O9: the code comes by %s, with a state byte for byte',
    async (mode) => {
      const state = `a&b="<c>'+%20 é ${mode}`;
      const { link, checks } = await beginAuthorization(app.config, { response_mode: mode, state });
      const arrival = await new Person(authority).follow(link);
      expect(arrival instanceof Request ? 'form_post' : arrival.hash === '' ? 'query' : 'fragment').toBe(
        mode,
      );
      // The library reads the query, and leaves it to the page to hand a fragment on.
      if (arrival instanceof URL && mode === 'fragment') arrival.search = arrival.hash.slice(1);
      const tokens = await oidc.authorizationCodeGrant(app.config, arrival, checks);
      expect(tokens.claims()?.aud).toBe(app.id);
    },
  );

  it('OIDC Core 3.1.2.1, O25: who signed in and agreed before goes straight through, also by prompt=none', async () => {
    const person = new Person(authority);
    const first = await signIn(app.config, person);
    const shown = person.pages.length;
    const again = await signIn(app.config, person, { prompt: 'none' });
    expect(person.pages.length).toBe(shown);
    expect(again.claims()).toMatchObject({
      sub: first.claims()?.sub,
      sid: first.claims()?.['sid'],
      auth_time: first.claims()?.auth_time,
    });
  });

  it('OIDC Core 3.1.2.6: prompt=none tells the application who is missing, and shows nothing', async () => {
    const { link, checks } = await beginAuthorization(app.config, { prompt: 'none' });
    const person = new Person(authority);
    const arrival = await person.arriveBy(link);
    expect(person.pages).toEqual([]);
    expect(await errorOf(oidc.authorizationCodeGrant(app.config, arrival, checks))).toBe('login_required');
  });

  it('RFC 6749 4.1.2.1, RFC 9207 2: who says no is believed, and the answer says which authority it is from', async () => {
    const { link, checks } = await beginAuthorization(app.config);
    const arrival = await new Person(authority).arriveBy(link, 'deny');
    expect(arrival.searchParams.get('iss')).toBe(authority.issuer);
    expect(await errorOf(oidc.authorizationCodeGrant(app.config, arrival, checks))).toBe('access_denied');
  });

  it.each([undefined, 'https://evil.example'])(
    'RFC 9207 2.4, O24: an answer with the iss %s is refused before the code is sent',
    async (iss) => {
      const { link, checks } = await beginAuthorization(app.config);
      const arrival = await new Person(authority).arriveBy(link);
      arrival.searchParams.delete('iss');
      if (iss !== undefined) arrival.searchParams.set('iss', iss);
      expect(await errorOf(oidc.authorizationCodeGrant(app.config, arrival, checks))).toBe(
        'OAUTH_INVALID_RESPONSE',
      );
    },
  );

  it('OIDC Core 2, 3.1.2.1: max_age, acr_values and login_hint are heeded, and the library finds them in the ID token', async () => {
    const person = new Person(authority);
    const parameters = {
      max_age: '300',
      acr_values: 'urn:ietf:params:oauth:acr:none other',
      login_hint: person.email,
    };
    const { link, checks } = await beginAuthorization(app.config, parameters);
    const refused = await person.arriveBy(link);
    expect(refused.searchParams.get('error')).toBe('unmet_authentication_requirements');
    const [acr = ''] = app.config.serverMetadata().acr_values_supported ?? [];
    const attempt = await beginAuthorization(app.config, { ...parameters, acr_values: acr });
    const arrival = await person.follow(attempt.link);
    const tokens = await oidc.authorizationCodeGrant(app.config, arrival, { ...attempt.checks, maxAge: 300 });
    expect(tokens.claims()?.['acr']).toBe(acr);
    expect(checks.expectedNonce).not.toBe(tokens.claims()?.nonce);
  });

  it('OIDC Core 3.1.3.7: an ID token for another attempt is refused by its nonce', async () => {
    const { link, checks } = await beginAuthorization(app.config);
    const arrival = await new Person(authority).arriveBy(link);
    const others = { ...checks, expectedNonce: 'of another attempt' };
    expect(await errorOf(oidc.authorizationCodeGrant(app.config, arrival, others))).toBe(
      'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
    );
  });

  it('RFC 7636 4.6, O8: a code is of no use without its verifier, and stays its owner’s', async () => {
    const { link, checks } = await beginAuthorization(app.config);
    const arrival = await new Person(authority).arriveBy(link);
    const wrong = { ...checks, pkceCodeVerifier: oidc.randomPKCECodeVerifier() };
    expect(await errorOf(oidc.authorizationCodeGrant(app.config, arrival, wrong))).toBe('invalid_grant');
    const tokens = await oidc.authorizationCodeGrant(app.config, arrival, checks);
    expect(tokens.access_token).not.toBe('');
  });

  it('RFC 6749 4.1.2, O6: a code is good once; sent again it takes the tokens with it', async () => {
    const { link, checks } = await beginAuthorization(app.config);
    const arrival = await new Person(authority).arriveBy(link);
    const tokens = await oidc.authorizationCodeGrant(app.config, arrival, checks);
    expect(await errorOf(oidc.authorizationCodeGrant(app.config, arrival, checks))).toBe('invalid_grant');
    expect(await oidc.tokenIntrospection(app.config, tokens.access_token)).toEqual({ active: false });
  });

  it('RFC 9126 2, O30: a pushed request is all that the link says, and is good once', async () => {
    const { link, checks } = await beginAuthorization(app.config, { scope: 'openid email' }, { push: true });
    expect([...link.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
    const person = new Person(authority);
    const tokens = await oidc.authorizationCodeGrant(app.config, await person.follow(link), checks);
    expect(tokens.claims()?.['email']).toBe(person.email);
    await expect(person.follow(link)).rejects.toThrow(/^status 400/);
  });

  it('RFC 9126 2.3: what is wrong with a pushed request is told when it is pushed', async () => {
    const wrong = { redirect_uri: `${REDIRECT_URI}/other` };
    expect(await errorOf(beginAuthorization(app.config, wrong, { push: true }))).toBe('invalid_request');
  });

  it('RFC 8707 2: resources choose audience and scopes, and the token request may narrow them', async () => {
    const person = new Person(authority);
    const { link, checks } = await beginAuthorization(app.config, { scope: 'openid read list' });
    for (const resource of [API, OTHER_API]) link.searchParams.append('resource', resource);
    const arrival = await person.follow(link);
    const tokens = await oidc.authorizationCodeGrant(app.config, arrival, checks, { resource: OTHER_API });
    expect(tokens.scope).toBe('openid list');
    const about = await oidc.tokenIntrospection(app.config, tokens.access_token);
    expect(about).toMatchObject({
      active: true,
      aud: OTHER_API,
      scope: 'openid list',
      sub: tokens.claims()?.sub,
    });
  });
});
