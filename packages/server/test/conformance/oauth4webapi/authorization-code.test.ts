/** Clients of oauth4webapi 3, of every kind there is, take people from a link to tokens and back, step by step. */
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Person } from '../../support/person.js';
import {
  attempt,
  authorizationUrl,
  discover,
  INSECURE,
  newKey,
  push,
  type RawClient,
  rawClient,
  redeem,
  signIn,
} from '../../support/raw-client.js';
import { API, OTHER_API, type ServedAuthority, serveAuthority } from '../../support/served-authority.js';

type Method = 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'none';
const METHODS: readonly Method[] = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'];
const KINDS = METHODS.flatMap((method) => [
  { method, bound: false },
  { method, bound: true },
]);

describe.each([
  ['at the root of its host', ''],
  ['under a path', '/tenants/blue'],
])('oauth4webapi and an authority %s', (_place, path) => {
  let authority: ServedAuthority;
  beforeAll(async () => {
    authority = await serveAuthority({ path });
  });
  afterAll(() => authority.stop());

  async function callerOf(authMethod: Method): Promise<RawClient> {
    if (authMethod !== 'private_key_jwt') {
      const registered = await authority.createClient({ authMethod, requirePar: true });
      if (authMethod === 'none') return rawClient(authority, registered, oauth.None());
      const isBasic = authMethod === 'client_secret_basic';
      return rawClient(
        authority,
        registered,
        (isBasic ? oauth.ClientSecretBasic : oauth.ClientSecretPost)(registered.secret),
      );
    }
    const { privateKey, publicKey } = await oauth.generateKeyPair('ES256', { extractable: true });
    const jwks = JSON.stringify({ keys: [await crypto.subtle.exportKey('jwk', publicKey)] });
    const registered = await authority.createClient({ authMethod, jwks, requirePar: true });
    return rawClient(authority, registered, oauth.PrivateKeyJwt(privateKey));
  }

  it('RFC 8414 3.3, OIDC Discovery 4.3, O29: is the same in both documents', async () => {
    const [oidc, plain] = [
      await discover(authority.issuer, 'oidc'),
      await discover(authority.issuer, 'oauth2'),
    ];
    expect(oidc).toEqual(plain);
    expect(oidc.issuer).toBe(authority.issuer);
    expect(oidc.authorization_response_iss_parameter_supported).toBe(true);
  });

  it.each(KINDS)(
    'RFC 9126, 7636, 9207, 6749, 9449: $method goes from a pushed request to refreshed tokens and gives them back (bound to a key: $bound)',
    async ({ method, bound }) => {
      const caller = await callerOf(method);
      const { as, client, authentication } = caller;
      const options = { ...INSECURE, ...(bound ? { DPoP: await newKey(client) } : {}) };
      const person = new Person(authority);
      const begun = await attempt(caller);
      const arrival = await person.arriveBy(await push(caller, begun, options));
      const tokens = await redeem(caller, begun, arrival, options);
      expect(tokens.token_type).toBe(bound ? 'dpop' : 'bearer');
      const { sub = '' } = oauth.getValidatedIdTokenClaims(tokens) ?? {};

      const asked = await oauth.userInfoRequest(as, client, tokens.access_token, options);
      const told = await oauth.processUserInfoResponse(as, client, sub, asked);
      expect(told).toEqual({ sub, email: person.email, email_verified: true });

      const again = await oauth.refreshTokenGrantRequest(
        as,
        client,
        authentication,
        tokens.refresh_token ?? '',
        options,
      );
      const refreshed = await oauth.processRefreshTokenResponse(as, client, again);
      await oauth.validateApplicationLevelSignature(as, again, INSECURE);
      expect(refreshed.token_type).toBe(tokens.token_type);
      expect(oauth.getValidatedIdTokenClaims(refreshed)).toMatchObject({ sub, email: person.email });

      const revoked = await oauth.revocationRequest(
        as,
        client,
        authentication,
        refreshed.refresh_token ?? '',
        INSECURE,
      );
      await oauth.processRevocationResponse(revoked);
      const refused = await oauth.userInfoRequest(as, client, refreshed.access_token, options);
      await expect(oauth.processUserInfoResponse(as, client, sub, refused)).rejects.toMatchObject({
        code: oauth.WWW_AUTHENTICATE_CHALLENGE,
        status: 401,
      });
      if (method === 'none') return;
      const about = await oauth.introspectionRequest(
        as,
        client,
        authentication,
        refreshed.access_token,
        INSECURE,
      );
      expect(await oauth.processIntrospectionResponse(as, client, about)).toEqual({ active: false });
    },
  );

  it('RFC 8252 7.3, O2: an app on the machine is answered at whatever port it listens', async () => {
    const registered = await authority.createClient({
      authMethod: 'none',
      redirectUris: ['http://127.0.0.1/cb'],
    });
    const caller = await rawClient(authority, registered, oauth.None());
    const begun = await attempt(caller, [['redirect_uri', 'http://127.0.0.1:49152/cb']]);
    const arrival = await new Person(authority).arriveBy(authorizationUrl(caller.as, begun.parameters));
    expect(arrival.host).toBe('127.0.0.1:49152');
    expect(oauth.validateAuthResponse(caller.as, caller.client, arrival, begun.state).get('code')).toMatch(
      /^[\w-]{43}$/,
    );
  });

  it('Form Post Response Mode 2: the form that comes is one that the library reads', async () => {
    const caller = await rawClient(authority, await authority.createClient());
    const begun = await attempt(caller, [['response_mode', 'form_post']]);
    const arrival = await new Person(authority).follow(authorizationUrl(caller.as, begun.parameters));
    if (arrival instanceof URL) throw new Error('a redirect came');
    const fields = new URLSearchParams(await arrival.text());
    const answer = oauth.validateAuthResponse(caller.as, caller.client, fields, begun.state);
    expect(answer.get('iss')).toBe(authority.issuer);
  });

  it('RFC 8707 2: a token for two resources names both as its audience', async () => {
    const caller = await rawClient(authority, await authority.createClient());
    const tokens = await signIn(caller, new Person(authority), [
      ['scope', 'openid read list'],
      ['resource', API],
      ['resource', OTHER_API],
    ]);
    const { as, client, authentication } = caller;
    const about = await oauth.introspectionRequest(as, client, authentication, tokens.access_token, INSECURE);
    expect(await oauth.processIntrospectionResponse(as, client, about)).toMatchObject({
      active: true,
      aud: [API, OTHER_API],
      scope: 'openid read list',
    });
  });

  it('OIDC Core 6.1: who sends a request object is told that there are none here, before anybody signs in', async () => {
    const caller = await rawClient(authority, await authority.createClient());
    const { privateKey } = await oauth.generateKeyPair('ES256');
    const { parameters, state } = await attempt(caller);
    parameters.set(
      'request',
      await oauth.issueRequestObject(caller.as, caller.client, parameters, privateKey),
    );
    const arrival = await new Person(authority).arriveBy(authorizationUrl(caller.as, parameters));
    expect(() => oauth.validateAuthResponse(caller.as, caller.client, arrival, state)).toThrow(
      expect.objectContaining({ error: 'request_not_supported' }),
    );
  });
});
