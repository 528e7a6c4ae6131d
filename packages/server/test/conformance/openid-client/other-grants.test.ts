/** openid-client 6 on devices, in services that call each other, and as a client that registers itself. */
import { randomUUID } from 'node:crypto';
import { generateKeyPair } from 'countersign';
import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEVICE_CODE, JWT_BEARER, TOKEN_EXCHANGE } from '../../../src/domain/oauth/client.js';
import type { ClientSettings } from '../../../src/index.js';
import { asapToken } from '../../support/asap-token.js';
import { errorOf, relyingParty, signIn } from '../../support/openid-relying-party.js';
import { Person } from '../../support/person.js';
import { publishKey } from '../../support/published-keys.js';
import { aKeyPair } from '../../support/published-pem.js';
import {
  ADMIN_TOKEN,
  API,
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

const nowSeconds = () => Math.floor(Date.now() / 1000);

async function configOf(changes: Partial<ClientSettings>): Promise<oidc.Configuration> {
  const client = await authority.createClient(changes);
  return relyingParty(authority, client, client.secret === '' ? oidc.None() : undefined);
}

describe('openid-client on a device', () => {
  const device: Partial<ClientSettings> = {
    authMethod: 'none',
    grantTypes: [DEVICE_CODE, 'refresh_token'],
    redirectUris: [],
  };

  it('RFC 8628 3, O32: waits for its person, and is given tokens that it can refresh', async () => {
    const [config, person] = [await configOf(device), new Person(authority)];
    const begun = await oidc.initiateDeviceAuthorization(config, {
      scope: 'openid email offline_access read',
    });
    expect(begun).toMatchObject({ interval: 5, expires_in: 600 });
    const polling = oidc.pollDeviceAuthorizationGrant(config, begun);
    const page = await person.decideDevice(begun.verification_uri_complete ?? '');
    expect(page).toContain('connected');
    const tokens = await polling;
    expect(tokens.claims()).toMatchObject({ email: person.email });
    expect(await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')).toHaveProperty('id_token');
  });

  it('RFC 8628 3.5: is told where its person says no', async () => {
    const config = await configOf(device);
    const begun = await oidc.initiateDeviceAuthorization(config, { scope: 'read' });
    await new Person(authority).decideDevice(begun.verification_uri_complete ?? '', 'deny');
    const polling = oidc.pollDeviceAuthorizationGrant(config, { ...begun, interval: 1 });
    expect(await errorOf(polling)).toBe('access_denied');
  });

  it('RFC 8628, RFC 9449 5: has its tokens bound to the key that it polls with', async () => {
    const config = await configOf({ ...device, requireDpop: true });
    const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair());
    const begun = await oidc.initiateDeviceAuthorization(config, { scope: 'openid' });
    await new Person(authority).decideDevice(begun.verification_uri_complete ?? '');
    const polling = oidc.pollDeviceAuthorizationGrant(config, { ...begun, interval: 1 }, undefined, { DPoP });
    expect((await polling).token_type).toBe('dpop');
  });
});

describe('openid-client in services', () => {
  it('RFC 7523 2.1, 4: trades an ASAP token for an access token, once', async () => {
    const { privateKey, pem } = aKeyPair('boats/key-1');
    await publishKey(authority, 'boats/key-1', pem);
    const config = await configOf({ grantTypes: [JWT_BEARER], asapIssuer: 'boats', redirectUris: [] });
    const assertion = asapToken(privateKey, nowSeconds(), { aud: authority.issuer });
    const trade = (parameters: Record<string, string> = {}) =>
      oidc.genericGrantRequest(config, JWT_BEARER, { assertion, ...parameters });
    expect(await errorOf(trade({ scope: 'list' }))).toBe('invalid_scope');
    const tokens = await trade({ scope: 'read' });
    expect(tokens.token_type).toBe('bearer');
    expect(await oidc.tokenIntrospection(config, tokens.access_token)).toMatchObject({
      sub: config.clientMetadata().client_id,
      aud: API,
      scope: 'read',
    });
    expect(await errorOf(trade())).toBe('invalid_grant');
  });

  it('RFC 7523 3: an assertion for somebody else, or by somebody else, is no grant', async () => {
    const { privateKey, pem } = aKeyPair('ships/key-1');
    await publishKey(authority, 'ships/key-1', pem);
    const config = await configOf({ grantTypes: [JWT_BEARER], asapIssuer: 'ships', redirectUris: [] });
    const stranger = generateKeyPair('ES256', { kid: 'ships/key-1' }).privateKey;
    const now = nowSeconds();
    for (const assertion of [
      asapToken(privateKey, now, { aud: 'https://other.example' }),
      asapToken(stranger, now, { aud: authority.issuer }),
    ])
      expect(await errorOf(oidc.genericGrantRequest(config, JWT_BEARER, { assertion }))).toBe(
        'invalid_grant',
      );
  });

  it('RFC 8693 2, 4.1: a service that was called calls the next one, for the person and in its own name', async () => {
    const person = new Person(authority);
    const app = await configOf({ skipConsent: true });
    const called = await signIn(app, person, { scope: 'openid read' });
    const service = await configOf({
      grantTypes: ['client_credentials', TOKEN_EXCHANGE],
      redirectUris: [],
      access: [{ audience: OTHER_API, scopes: ['read', 'delete'] }],
      introspects: [API, OTHER_API],
    });
    const own = await oidc.clientCredentialsGrant(service);
    const exchange = (parameters: Record<string, string>) =>
      oidc.genericGrantRequest(service, TOKEN_EXCHANGE, {
        subject_token: called.access_token,
        subject_token_type: ACCESS_TOKEN,
        ...parameters,
      });
    const next = await exchange({
      actor_token: own.access_token,
      actor_token_type: ACCESS_TOKEN,
      resource: OTHER_API,
    });
    expect(next).toMatchObject({ issued_token_type: ACCESS_TOKEN, token_type: 'bearer', scope: 'read' });
    const serviceId = service.clientMetadata().client_id;
    expect(await oidc.tokenIntrospection(service, next.access_token)).toMatchObject({
      sub: called.claims()?.sub,
      client_id: serviceId,
      aud: OTHER_API,
      act: { sub: serviceId },
    });
    expect(await errorOf(exchange({ scope: 'delete' }))).toBe('invalid_scope');
    expect(await errorOf(exchange({ resource: API }))).toBe('invalid_target');
    expect(await errorOf(exchange({ subject_token: 'no token' }))).toBe('invalid_request');
  });
});

describe('openid-client that registers', () => {
  const register = (metadata: Partial<oidc.ClientMetadata>, initialAccessToken = ADMIN_TOKEN) =>
    oidc.dynamicClientRegistration(new URL(authority.issuer), metadata, undefined, {
      initialAccessToken,
      execute: [oidc.allowInsecureRequests],
    });

  it('RFC 7591 3.2.1, O31: is given an id and a secret, and signs people in', async () => {
    const config = await register({
      redirect_uris: [REDIRECT_URI],
      client_name: `Boats ${randomUUID()}`,
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'client_secret_basic',
    });
    expect(config.clientMetadata()).toMatchObject({ client_secret_expires_at: 0, response_types: ['code'] });
    const tokens = await signIn(config, new Person(authority), { scope: 'openid email offline_access' });
    expect(tokens.refresh_token).toMatch(/^rt_/);
    expect(tokens.claims()?.aud).toBe(config.clientMetadata().client_id);
  });

  it('RFC 7591 3.2.2, RFC 6750 3.1, O3: is told what is wrong, and gets nothing without the right token', async () => {
    expect(await errorOf(register({ redirect_uris: ['http://evil.example/cb'] }))).toBe(
      'invalid_redirect_uri',
    );
    expect(await errorOf(register({ grant_types: ['password'] }))).toBe('invalid_client_metadata');
    expect(await errorOf(register({ redirect_uris: [REDIRECT_URI] }, 'wrong'))).toBe('invalid_token');
  });
});
