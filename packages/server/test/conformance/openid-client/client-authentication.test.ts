/** openid-client 6 says who it is by every method that there is, and gets tokens for itself. */
import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientSettings } from '../../../src/index.js';
import { errorOf, relyingParty } from '../../support/openid-relying-party.js';
import { publishKey, serveKeySet } from '../../support/published-keys.js';
import { API, OTHER_API, type ServedAuthority, serveAuthority } from '../../support/served-authority.js';

const ALGORITHMS = ['ES256', 'ES384', 'ES512', 'RS256', 'PS256', 'Ed25519'];

let authority: ServedAuthority;
beforeAll(async () => {
  authority = await serveAuthority({ path: '/auth' });
});
afterAll(() => authority.stop());

async function configOf(changes: Partial<ClientSettings>, authentication?: oidc.ClientAuth) {
  const client = await authority.createClient({ grantTypes: ['client_credentials'], ...changes });
  return relyingParty(authority, client, authentication);
}

async function keyPairOf(algorithm: string) {
  const pair = await oidc.randomDPoPKeyPair(algorithm, { extractable: true });
  return { privateKey: pair.privateKey, jwk: await crypto.subtle.exportKey('jwk', pair.publicKey), pair };
}

describe('openid-client', () => {
  it('RFC 6749 2.3.1, 4.4: comes in with a secret by header, and has every scope of its first resource', async () => {
    const config = await configOf({});
    const tokens = await oidc.clientCredentialsGrant(config);
    expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'read write', expires_in: 600 });
    expect(tokens.refresh_token).toBeUndefined();
    expect(tokens.id_token).toBeUndefined();
  });

  it('RFC 6749 2.3.1: comes in with a secret by form', async () => {
    const client = await authority.createClient({
      authMethod: 'client_secret_post',
      grantTypes: ['client_credentials'],
    });
    const config = await relyingParty(authority, client, oidc.ClientSecretPost(client.secret));
    expect((await oidc.clientCredentialsGrant(config)).access_token).toMatch(/^ey/);
  });

  it('RFC 6749 5.2, O17: is told invalid_client for a wrong secret and for an unknown client alike', async () => {
    const client = await authority.createClient({ grantTypes: ['client_credentials'] });
    for (const wrong of [
      { ...client, secret: 'wrong' },
      { ...client, id: 'client_unknown' },
    ]) {
      const config = await relyingParty(authority, wrong);
      expect(await errorOf(oidc.clientCredentialsGrant(config))).toBe('a challenge without error');
      const byForm = await relyingParty(authority, wrong, oidc.ClientSecretPost(wrong.secret));
      expect(await errorOf(oidc.clientCredentialsGrant(byForm))).toBe('invalid_client');
    }
  });

  it.each(ALGORITHMS)(
    'RFC 7523 2.2, O18: signs its assertions with %s under a registered key',
    async (algorithm) => {
      const { privateKey, jwk } = await keyPairOf(algorithm);
      const jwks = JSON.stringify({ keys: [jwk] });
      const config = await configOf({ authMethod: 'private_key_jwt', jwks }, oidc.PrivateKeyJwt(privateKey));
      expect((await oidc.clientCredentialsGrant(config)).scope).toBe('read write');
      expect((await oidc.clientCredentialsGrant(config, { scope: 'read' })).access_token).toMatch(/^ey/);
    },
  );

  it('RFC 7523 2.2, O31: signs under a key of its own key set, fetched once', async () => {
    const { privateKey, jwk } = await keyPairOf('ES256');
    const served = await serveKeySet({ keys: [{ ...jwk, kid: 'k1', alg: 'ES256', use: 'sig' }] });
    const authentication = oidc.PrivateKeyJwt({ key: privateKey, kid: 'k1' });
    const config = await configOf({ authMethod: 'private_key_jwt', jwksUri: served.url }, authentication);
    for (let round = 0; round < 3; round += 1) await oidc.clientCredentialsGrant(config);
    expect(served.fetched()).toBe(1);
  });

  it('RFC 7523 2.2: signs under a key of the ASAP repository', async () => {
    const { privateKey, pair } = await keyPairOf('ES256');
    const spki = Buffer.from(await crypto.subtle.exportKey('spki', pair.publicKey)).toString('base64');
    const pem = `-----BEGIN PUBLIC KEY-----\n${spki.replace(/.{64}/g, '$&\n')}\n-----END PUBLIC KEY-----\n`;
    await publishKey(authority, 'boats/key-1', pem);
    const authentication = oidc.PrivateKeyJwt({ key: privateKey, kid: 'boats/key-1' });
    const config = await configOf({ authMethod: 'private_key_jwt', asapIssuer: 'boats' }, authentication);
    expect((await oidc.clientCredentialsGrant(config)).access_token).toMatch(/^ey/);
  });

  it('RFC 7523 3, O18: is refused with an assertion that was used before, or is for somebody else', async () => {
    const { privateKey, jwk } = await keyPairOf('ES256');
    const jwks = JSON.stringify({ keys: [jwk] });
    const authenticationWith = (claims: object) =>
      oidc.PrivateKeyJwt(privateKey, {
        [oidc.modifyAssertion]: (_header, payload) => void Object.assign(payload, claims),
      });
    const settings: Partial<ClientSettings> = { authMethod: 'private_key_jwt', jwks };
    const replaying = await configOf(settings, authenticationWith({ jti: 'the same' }));
    await oidc.clientCredentialsGrant(replaying);
    expect(await errorOf(oidc.clientCredentialsGrant(replaying))).toBe('invalid_client');
    const elsewhere = await configOf(settings, authenticationWith({ aud: `${authority.issuer}/token` }));
    expect(await errorOf(oidc.clientCredentialsGrant(elsewhere))).toBe('invalid_client');
  });

  it('RFC 8707 2: names the resource that a token is for, and gets the scopes of no other', async () => {
    const config = await configOf({});
    expect(await oidc.clientCredentialsGrant(config, { resource: OTHER_API })).toMatchObject({
      scope: 'list',
    });
    const of = (resource: string, scope: string) => oidc.clientCredentialsGrant(config, { resource, scope });
    expect(await errorOf(of(API, 'list'))).toBe('invalid_scope');
    expect(await errorOf(of('https://unknown.example', 'read'))).toBe('invalid_target');
  });

  it('RFC 9700 2.4: never gets in by a password, nor by what its client may not do', async () => {
    const config = await configOf({});
    const password = oidc.genericGrantRequest(config, 'password', { username: 'ada', password: 'x' });
    expect(await errorOf(password)).toBe('unsupported_grant_type');
    const code = oidc.genericGrantRequest(config, 'authorization_code', { code: 'x' });
    expect(await errorOf(code)).toBe('unauthorized_client');
  });
});
