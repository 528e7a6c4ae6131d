/** Resource servers take the tokens of the authority: one by oauth4webapi 3 (RFC 9068), one behind our own gate. */
import { randomUUID } from 'node:crypto';
import { createRevocationFeed } from 'countersign/gate';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { serveGuardedResource } from '../../support/guarded-resource.js';
import { Person } from '../../support/person.js';
import {
  INSECURE,
  newKey,
  type RawClient,
  rawClient,
  resourceRequest,
  signIn,
} from '../../support/raw-client.js';
import { API, OTHER_API, type ServedAuthority, serveAuthority } from '../../support/served-authority.js';

describe.each([
  ['at the root of its host', ''],
  ['under a path', '/tenants/blue'],
])('tokens of an authority %s', (_place, path) => {
  let authority: ServedAuthority;
  let caller: RawClient;
  beforeAll(async () => {
    authority = await serveAuthority({ path });
    caller = await rawClient(authority, await authority.createClient({ skipConsent: true }));
  });
  afterAll(() => authority.stop());

  it('RFC 9068 2.2, 4: of a person are taken with all that they say of the sign-in', async () => {
    const tokens = await signIn(caller, new Person(authority));
    const claims = await oauth.validateJwtAccessToken(
      caller.as,
      await resourceRequest(tokens.access_token),
      API,
      INSECURE,
    );
    const signedIn = oauth.getValidatedIdTokenClaims(tokens);
    expect(claims).toMatchObject({ iss: authority.issuer, client_id: caller.client.client_id });
    for (const name of ['sub', 'auth_time', 'acr', 'amr']) expect(claims[name]).toEqual(signedIn?.[name]);
    expect(claims.scope).toBe('openid email offline_access read');
    const { url } = await serveGuardedResource(authority.issuer);
    const response = await oauth.protectedResourceRequest(
      tokens.access_token,
      'GET',
      url,
      undefined,
      null,
      INSECURE,
    );
    expect(await response.json()).toEqual(claims);
  });

  it('RFC 9449 7: that are bound to a key are taken with a proof, which the library checks as well', async () => {
    const DPoP = await newKey(caller.client);
    const tokens = await signIn(caller, new Person(authority), [], { DPoP });
    const judge = (request: Request) =>
      oauth.validateJwtAccessToken(caller.as, request, API, { requireDPoP: true, ...INSECURE });
    const claims = await judge(await resourceRequest(tokens.access_token, { DPoP }));
    expect(claims.cnf?.['jkt']).toBe(await DPoP.calculateThumbprint());
    const stolen = await resourceRequest(tokens.access_token, { DPoP: await newKey(caller.client) });
    await expect(judge(stolen)).rejects.toThrow();
    await expect(judge(await resourceRequest(tokens.access_token))).rejects.toThrow();
  });

  it('RFC 9068 4, J28: for others, and of other kinds, are refused by both', async () => {
    const person = new Person(authority);
    const tokens = await signIn(caller, person);
    const elsewhere = await signIn(caller, person, [
      ['scope', 'openid list'],
      ['resource', OTHER_API],
    ]);
    const { url } = await serveGuardedResource(authority.issuer);
    for (const token of [elsewhere.access_token, tokens.id_token, tokens.refresh_token, randomUUID()]) {
      const request = await resourceRequest(token ?? '');
      await expect(oauth.validateJwtAccessToken(caller.as, request, API, INSECURE)).rejects.toThrow();
      const sent = oauth.protectedResourceRequest(token ?? '', 'GET', url, undefined, null, INSECURE);
      await expect(sent).rejects.toMatchObject({ status: 401, code: oauth.WWW_AUTHENTICATE_CHALLENGE });
    }
  });

  it('RFC 6750 3.1: without the scope, our gate says which one it takes, in words that the library reads', async () => {
    const tokens = await signIn(caller, new Person(authority), [['scope', 'openid write']]);
    const { url } = await serveGuardedResource(authority.issuer);
    const sent = oauth.protectedResourceRequest(tokens.access_token, 'GET', url, undefined, null, INSECURE);
    const error = await sent.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(oauth.WWWAuthenticateChallengeError);
    const [challenge] = (error as oauth.WWWAuthenticateChallengeError).cause;
    expect(challenge).toMatchObject({
      scheme: 'bearer',
      parameters: { error: 'insufficient_scope', scope: 'read' },
    });
  });

  it('RFC 7009 2.1, O22: that are revoked are refused within two seconds by a gate that follows the feed', async () => {
    const server = await authority.createClient({ grantTypes: [], redirectUris: [], introspects: [API] });
    const feed = createRevocationFeed({
      url: `${authority.issuer}/revocations`,
      authorization: `Basic ${Buffer.from(`${server.id}:${server.secret}`).toString('base64')}`,
    });
    onTestFinished(() => feed.close());
    const { url } = await serveGuardedResource(authority.issuer, {
      revocation: { source: feed, whenUnavailable: 'refuse' },
    });
    const tokens = await signIn(caller, new Person(authority));
    const statusOf = async () =>
      (await fetch(url, { headers: { authorization: `Bearer ${tokens.access_token}` } })).status;
    expect(await statusOf()).toBe(200);
    const { as, client, authentication } = caller;
    const revoked = await oauth.revocationRequest(
      as,
      client,
      authentication,
      tokens.refresh_token ?? '',
      INSECURE,
    );
    await oauth.processRevocationResponse(revoked);
    await vi.waitFor(async () => expect(await statusOf()).toBe(401), { timeout: 2000, interval: 20 });
  });

  it('RFC 9728 5, 8707 2: a client that knows the URL of a service alone finds out the rest', async () => {
    const { url: resource } = await serveGuardedResource(authority.issuer);
    const challenge = (await fetch(resource)).headers.get('www-authenticate');
    const [, place] = /resource_metadata="([^"]+)"/.exec(challenge ?? '') ?? [];
    const found = await oauth.resourceDiscoveryRequest(resource, INSECURE);
    expect(found.url).toBe(place);
    const described = await oauth.processResourceDiscoveryResponse(resource, found);
    const access = [{ audience: resource.href, scopes: ['read'] }];
    const registered = await authority.createClient({ skipConsent: true, access });
    const [issuer = ''] = described.authorization_servers ?? [];
    const finder = await rawClient({ issuer }, registered);
    const tokens = await signIn(finder, new Person(authority), [
      ['resource', described.resource],
      ['scope', `openid ${described.scopes_supported?.join(' ')}`],
    ]);
    const response = await oauth.protectedResourceRequest(
      tokens.access_token,
      'GET',
      resource,
      undefined,
      null,
      INSECURE,
    );
    expect(await response.json()).toMatchObject({ aud: resource.href, scope: 'openid read' });
  });
});
