/** oauth4webapi 3 with every grant that begins without a browser of its own. */
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEVICE_CODE, JWT_BEARER, TOKEN_EXCHANGE } from '../../../src/domain/oauth/client.js';
import type { ClientSettings } from '../../../src/index.js';
import { asapToken } from '../../support/asap-token.js';
import { Person } from '../../support/person.js';
import { publishKey } from '../../support/published-keys.js';
import { aKeyPair } from '../../support/published-pem.js';
import { discover, INSECURE, newKey, type RawClient, rawClient, signIn } from '../../support/raw-client.js';
import {
  ADMIN_TOKEN,
  OTHER_API,
  REDIRECT_URI,
  type ServedAuthority,
  serveAuthority,
} from '../../support/served-authority.js';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

let authority: ServedAuthority;
beforeAll(async () => {
  authority = await serveAuthority({ path: '/auth' });
});
afterAll(() => authority.stop());

async function callerOf(changes: Partial<ClientSettings>): Promise<RawClient> {
  const registered = await authority.createClient(changes);
  return rawClient(authority, registered, registered.secret === '' ? oauth.None() : undefined);
}

/** Any grant by its name, with the checks that the library has for all of them. */
async function grant(
  { as, client, authentication }: RawClient,
  grantType: string,
  parameters: Record<string, string>,
  options: oauth.TokenEndpointRequestOptions = {},
): Promise<oauth.TokenEndpointResponse> {
  const all = { ...INSECURE, ...options };
  const response = await oauth.genericTokenEndpointRequest(
    as,
    client,
    authentication,
    grantType,
    parameters,
    all,
  );
  return oauth.processGenericTokenEndpointResponse(as, client, response);
}

async function introspect({ as, client, authentication }: RawClient, token: string) {
  const response = await oauth.introspectionRequest(as, client, authentication, token, INSECURE);
  return oauth.processIntrospectionResponse(as, client, response);
}

describe('oauth4webapi', () => {
  it.each([false, true])(
    'RFC 6749 4.4, RFC 9449 5: client credentials (bound to a key: %s)',
    async (bound) => {
      const caller = await callerOf({ grantTypes: ['client_credentials'], requireDpop: bound });
      const { as, client, authentication } = caller;
      const options = { ...INSECURE, ...(bound ? { DPoP: await newKey(client) } : {}) };
      const scope = { scope: 'read' };
      const response = await oauth.clientCredentialsGrantRequest(as, client, authentication, scope, options);
      const tokens = await oauth.processClientCredentialsResponse(as, client, response);
      expect(tokens.token_type).toBe(bound ? 'dpop' : 'bearer');
      expect(await introspect(caller, tokens.access_token)).toMatchObject({
        sub: client.client_id,
        scope: 'read',
      });
    },
  );

  it('RFC 8628 3.5: a device is told to wait, to wait longer, and then what its person said', async () => {
    const { as, client, authentication } = await callerOf({
      authMethod: 'none',
      grantTypes: [DEVICE_CODE],
      redirectUris: [],
    });
    const begin = async () => {
      const scope = { scope: 'openid read' };
      const response = await oauth.deviceAuthorizationRequest(as, client, authentication, scope, INSECURE);
      return oauth.processDeviceAuthorizationResponse(as, client, response);
    };
    const poll = async (deviceCode: string) => {
      const response = await oauth.deviceCodeGrantRequest(as, client, authentication, deviceCode, INSECURE);
      return oauth.processDeviceCodeResponse(as, client, response);
    };
    const [waiting, approved] = [await begin(), await begin()];
    await expect(poll(waiting.device_code)).rejects.toMatchObject({ error: 'authorization_pending' });
    await expect(poll(waiting.device_code)).rejects.toMatchObject({ error: 'slow_down' });
    const person = new Person(authority);
    await person.decideDevice(`${approved.verification_uri}?user_code=${approved.user_code}`);
    const tokens = await poll(approved.device_code);
    expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject({ aud: client.client_id });
    await expect(poll(approved.device_code)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it.each([false, true])(
    'RFC 7523 2.1: an ASAP token becomes an access token (bound to a key: %s)',
    async (bound) => {
      const issuer = bound ? 'bound-boats' : 'boats';
      const { privateKey, pem } = aKeyPair(`${issuer}/key-1`);
      await publishKey(authority, `${issuer}/key-1`, pem);
      const caller = await callerOf({ grantTypes: [JWT_BEARER], asapIssuer: issuer, redirectUris: [] });
      const options = bound ? { DPoP: await newKey(caller.client) } : {};
      const assertion = asapToken(privateKey, Math.floor(Date.now() / 1000), { aud: authority.issuer });
      // RFC 7521 section 4.1: the assertion itself says who asks.
      const anonymous = { ...caller, authentication: () => {} };
      const tokens = await grant(anonymous, JWT_BEARER, { assertion }, options);
      expect(tokens.token_type).toBe(bound ? 'dpop' : 'bearer');
      expect(await introspect(caller, tokens.access_token)).toMatchObject({ sub: caller.client.client_id });
    },
  );

  it('RFC 8693 4.1: who acted for whom is told, the last first', async () => {
    const app = await callerOf({ skipConsent: true });
    const service = (name: string) =>
      callerOf({
        name,
        grantTypes: ['client_credentials', TOKEN_EXCHANGE],
        redirectUris: [],
        introspects: ['https://api.example', OTHER_API],
      });
    const [first, second] = [await service('First'), await service('Second')];
    let subject = (await signIn(app, new Person(authority))).access_token;
    for (const caller of [first, second]) {
      const own = await grant(caller, 'client_credentials', {});
      const exchanged = await grant(caller, TOKEN_EXCHANGE, {
        subject_token: subject,
        subject_token_type: ACCESS_TOKEN,
        actor_token: own.access_token,
        actor_token_type: ACCESS_TOKEN,
        scope: 'read',
      });
      expect(exchanged['issued_token_type']).toBe(ACCESS_TOKEN);
      subject = exchanged.access_token;
    }
    const [firstId, secondId] = [first.client.client_id, second.client.client_id];
    expect(await introspect(second, subject)).toMatchObject({
      client_id: secondId,
      act: { sub: secondId, act: { sub: firstId } },
    });
  });

  it('RFC 7591 3, O31: a client registers with its keys, and comes in with them', async () => {
    const as = await discover(authority.issuer);
    const { privateKey, publicKey } = await oauth.generateKeyPair('ES256', { extractable: true });
    const { kty = '', crv = '', x = '', y = '' } = await crypto.subtle.exportKey('jwk', publicKey);
    const metadata = {
      client_name: 'Boats',
      redirect_uris: [REDIRECT_URI],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ kty, crv, x, y }] },
    };
    const options = { initialAccessToken: ADMIN_TOKEN, ...INSECURE };
    const client = await oauth.processDynamicClientRegistrationResponse(
      await oauth.dynamicClientRegistrationRequest(as, metadata, options),
    );
    expect(client).not.toHaveProperty('client_secret');
    const caller = { as, client, authentication: oauth.PrivateKeyJwt(privateKey) };
    const scope = [['scope', 'openid email']] as const;
    const tokens = await signIn(caller, new Person(authority), scope);
    expect(oauth.getValidatedIdTokenClaims(tokens)?.aud).toBe(client.client_id);
  });

  it('RFC 7009 2.2.1, 7662 2.3: whoever is nobody is told so, everywhere alike', async () => {
    const { as, client } = await callerOf({});
    const wrong = oauth.ClientSecretPost('wrong');
    const expected = { status: 401, error: 'invalid_client' };
    const revoked = await oauth.revocationRequest(as, client, wrong, 'token', INSECURE);
    await expect(oauth.processRevocationResponse(revoked)).rejects.toMatchObject(expected);
    const asked = await oauth.introspectionRequest(as, client, wrong, 'token', INSECURE);
    await expect(oauth.processIntrospectionResponse(as, client, asked)).rejects.toMatchObject(expected);
    const pushed = await oauth.pushedAuthorizationRequest(as, client, wrong, {}, INSECURE);
    await expect(oauth.processPushedAuthorizationResponse(as, client, pushed)).rejects.toMatchObject(
      expected,
    );
    const begun = await oauth.deviceAuthorizationRequest(as, client, wrong, {}, INSECURE);
    await expect(oauth.processDeviceAuthorizationResponse(as, client, begun)).rejects.toMatchObject(expected);
  });
});
