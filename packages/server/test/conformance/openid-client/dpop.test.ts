/** openid-client 6 proves its key wherever a token is given or taken (RFC 9449). */
import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveGuardedResource } from '../../support/guarded-resource.js';
import { beginAuthorization, errorOf, relyingParty, signIn } from '../../support/openid-relying-party.js';
import { Person } from '../../support/person.js';
import { type ServedAuthority, serveAuthority } from '../../support/served-authority.js';

const SCOPE = 'openid email offline_access read';

describe.each([
  ['at the root of its host', ''],
  ['under a path', '/auth'],
])('openid-client and an authority %s', (_place, path) => {
  let authority: ServedAuthority;
  let config: oidc.Configuration;
  beforeAll(async () => {
    authority = await serveAuthority({ path });
    const settings = { authMethod: 'none', requireDpop: true } as const;
    config = await relyingParty(authority, await authority.createClient(settings), oidc.None());
  });
  afterAll(() => authority.stop());

  const newKey = async (algorithm?: string, options?: oidc.ModifyAssertionOptions) =>
    oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair(algorithm), options);

  it.each(['ES256', 'ES384', 'ES512', 'RS256', 'PS256', 'Ed25519'])(
    'RFC 9449 5, 7, O23: code, userinfo and refresh are bound to a key for %s',
    async (algorithm) => {
      const DPoP = await newKey(algorithm);
      const tokens = await signIn(config, new Person(authority), { scope: SCOPE }, { DPoP });
      expect(tokens.token_type).toBe('dpop');
      const sub = tokens.claims()?.sub ?? '';
      expect(await oidc.fetchUserInfo(config, tokens.access_token, sub, { DPoP })).toHaveProperty('email');
      const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, { DPoP });
      expect(refreshed.token_type).toBe('dpop');
      expect(await oidc.fetchUserInfo(config, refreshed.access_token, sub, { DPoP })).toHaveProperty(
        'sub',
        sub,
      );
    },
  );

  it('RFC 9449 7.1, O23: a bound token is no bearer token, and is of no use with another key', async () => {
    const [DPoP, another] = [await newKey(), await newKey()];
    const tokens = await signIn(config, new Person(authority), { scope: SCOPE }, { DPoP });
    const sub = tokens.claims()?.sub ?? '';
    expect(await errorOf(oidc.fetchUserInfo(config, tokens.access_token, sub))).toBe('invalid_token');
    const stolen = oidc.fetchUserInfo(config, tokens.access_token, sub, { DPoP: another });
    expect(await errorOf(stolen)).toBe('invalid_dpop_proof');
    const refresh = (options?: oidc.DPoPOptions) =>
      oidc.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, options);
    expect(await errorOf(refresh())).toBe('invalid_dpop_proof');
    expect(await errorOf(refresh({ DPoP: another }))).toBe('invalid_grant');
    expect(await refresh({ DPoP })).toHaveProperty('access_token');
  });

  it.each([
    ['by dpop_jkt (10)', false],
    ['by a proof with the pushed request (10.1)', true],
  ])('RFC 9449 10, O23: a code is bound to its key %s', async (_how, push) => {
    const [DPoP, another] = [await newKey(), await newKey()];
    const changes = push ? {} : { dpop_jkt: await DPoP.calculateThumbprint() };
    const { link, checks } = await beginAuthorization(config, changes, { push, DPoP });
    const arrival = await new Person(authority).arriveBy(link);
    const redeem = (options?: oidc.DPoPOptions) =>
      oidc.authorizationCodeGrant(config, arrival, checks, undefined, options);
    expect(await errorOf(redeem({ DPoP: another }))).toBe('invalid_grant');
    expect(await errorOf(redeem())).toBe('invalid_dpop_proof');
    expect((await redeem({ DPoP })).token_type).toBe('dpop');
  });

  it('RFC 9449 8: after a nonce that is stale the library goes on with the one that it is given', async () => {
    const nonces: unknown[] = [];
    const DPoP = await newKey('ES256', {
      [oidc.modifyAssertion]: (_header, payload) => {
        if (nonces.length === 0) payload['nonce'] = 'stale';
        nonces.push(payload['nonce']);
      },
    });
    const tokens = await signIn(config, new Person(authority), { scope: SCOPE }, { DPoP });
    const [stale, fresh, ...more] = nonces;
    expect([stale, more]).toEqual(['stale', []]);
    expect(fresh).toMatch(/^[\w.-]{20,}$/);
    await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? '', { DPoP });
    expect(nonces[2]).toMatch(/^[\w.-]{20,}$/);
  });

  it('RFC 9449 7, 9: our gate, which asks for nonces, lets the library in after one more try', async () => {
    const { url } = await serveGuardedResource(authority.issuer);
    const DPoP = await newKey();
    const tokens = await signIn(config, new Person(authority), { scope: SCOPE }, { DPoP });
    const get = (options?: oidc.DPoPOptions) =>
      oidc.fetchProtectedResource(config, tokens.access_token, url, 'GET', undefined, undefined, options);
    for (let round = 0; round < 2; round += 1) {
      const response = await get({ DPoP });
      expect(await response.json()).toMatchObject({
        iss: authority.issuer,
        sub: tokens.claims()?.sub,
        cnf: { jkt: await DPoP.calculateThumbprint() },
      });
    }
    expect(await errorOf(get())).toBe('invalid_token');
    expect(await errorOf(get({ DPoP: await newKey() }))).toBe('invalid_dpop_proof');
  });

  it('RFC 9449 5: a client that is to prove a key gets nothing without a proof', async () => {
    const { link, checks } = await beginAuthorization(config);
    const arrival = await new Person(authority).arriveBy(link);
    expect(await errorOf(oidc.authorizationCodeGrant(config, arrival, checks))).toBe('invalid_dpop_proof');
  });

  it('RFC 9449 5: a client that may prove a key has its tokens for itself bound to it', async () => {
    const client = await authority.createClient({ grantTypes: ['client_credentials'] });
    const own = await relyingParty(authority, client);
    const DPoP = await newKey();
    const tokens = await oidc.clientCredentialsGrant(own, undefined, { DPoP });
    expect(tokens.token_type).toBe('dpop');
    expect(await oidc.tokenIntrospection(own, tokens.access_token)).toMatchObject({
      token_type: 'DPoP',
      cnf: { jkt: await DPoP.calculateThumbprint() },
    });
  });
});
