/** openid-client 6 keeps its access tokens fresh, asks about them, and gives them back. */
import * as oidc from 'openid-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { errorOf, relyingParty, signIn } from '../../support/openid-relying-party.js';
import { Person } from '../../support/person.js';
import { API, OTHER_API, type ServedAuthority, serveAuthority } from '../../support/served-authority.js';

let authority: ServedAuthority;
let config: oidc.Configuration;
let tokens: Awaited<ReturnType<typeof signIn>>;
let refreshToken: string;
beforeAll(async () => {
  authority = await serveAuthority();
  config = await relyingParty(authority, await authority.createClient({ skipConsent: true }));
});
beforeEach(async () => {
  tokens = await signIn(config, new Person(authority), { scope: 'openid email offline_access read write' });
  refreshToken = tokens.refresh_token ?? '';
});
afterAll(() => authority.stop());

describe('openid-client', () => {
  it('RFC 6749 6, OIDC Core 12.2, O11: each refresh gives a new refresh token, about the same sign-in', async () => {
    let current = refreshToken;
    for (let round = 0; round < 3; round += 1) {
      const next = await oidc.refreshTokenGrant(config, current);
      expect(signInOf(next)).toEqual(signInOf(tokens));
      expect(next.claims()?.nonce).toBeUndefined();
      expect(next.refresh_token).not.toBe(current);
      current = next.refresh_token ?? '';
    }
    expect(await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? '')).toHaveProperty(
      'email',
    );
  });

  it('O13: who lost the answer asks again, and is given the same refresh token and the same access', async () => {
    const [first, second] = [
      await oidc.refreshTokenGrant(config, refreshToken),
      await oidc.refreshTokenGrant(config, refreshToken),
    ];
    expect(second.refresh_token).toBe(first.refresh_token);
    const [one, other] = await Promise.all(
      [first, second].map(({ access_token }) => oidc.tokenIntrospection(config, access_token)),
    );
    expect(one).toEqual(other);
    expect(await oidc.refreshTokenGrant(config, second.refresh_token ?? '')).toHaveProperty('access_token');
  });

  it('RFC 9700 4.14.2, O11: a refresh token from before the last ends the whole family', async () => {
    const second = await oidc.refreshTokenGrant(config, refreshToken);
    const third = await oidc.refreshTokenGrant(config, second.refresh_token ?? '');
    expect(await errorOf(oidc.refreshTokenGrant(config, refreshToken))).toBe('invalid_grant');
    expect(await errorOf(oidc.refreshTokenGrant(config, third.refresh_token ?? ''))).toBe('invalid_grant');
    expect(await oidc.tokenIntrospection(config, third.access_token)).toEqual({ active: false });
  });

  it('RFC 6749 6, RFC 8707 2.2, O16: scope and resource narrow one access token, and nothing widens it', async () => {
    const narrowed = await oidc.refreshTokenGrant(config, refreshToken, { scope: 'read', resource: API });
    expect(narrowed.scope).toBe('read');
    expect(narrowed.id_token).toBeUndefined();
    const whole = await oidc.refreshTokenGrant(config, narrowed.refresh_token ?? '');
    expect(whole.scope ?? 'openid email offline_access read write').toBe(
      'openid email offline_access read write',
    );
    const next = whole.refresh_token ?? '';
    expect(await errorOf(oidc.refreshTokenGrant(config, next, { scope: 'list' }))).toBe('invalid_scope');
    expect(await errorOf(oidc.refreshTokenGrant(config, next, { resource: OTHER_API }))).toBe(
      'invalid_target',
    );
  });

  it('RFC 6749 10.4, O16: another client has no use for it', async () => {
    const other = await relyingParty(authority, await authority.createClient());
    expect(await errorOf(oidc.refreshTokenGrant(other, refreshToken))).toBe('invalid_grant');
    expect(await oidc.tokenIntrospection(other, refreshToken)).toEqual({ active: false });
    await oidc.tokenRevocation(other, refreshToken);
    expect(await oidc.refreshTokenGrant(config, refreshToken)).toHaveProperty('access_token');
  });

  it('RFC 7662 2.2, O20: introspection tells a client about its own tokens', async () => {
    const about = await oidc.tokenIntrospection(config, tokens.access_token, {
      token_type_hint: 'access_token',
    });
    expect(about).toMatchObject({
      active: true,
      iss: authority.issuer,
      aud: API,
      sub: tokens.claims()?.sub,
      client_id: config.clientMetadata().client_id,
      token_type: 'Bearer',
    });
    const aboutRefresh = await oidc.tokenIntrospection(config, refreshToken);
    expect(aboutRefresh).toMatchObject({ active: true, scope: 'openid email offline_access read write' });
    expect(await oidc.tokenIntrospection(config, 'unknown')).toEqual({ active: false });
  });

  it('RFC 7662 2.1, O20: a resource server is told of tokens for it, and of no others', async () => {
    const server = await authority.createClient({ grantTypes: [], redirectUris: [], introspects: [API] });
    const asServer = await relyingParty(authority, server);
    expect(await oidc.tokenIntrospection(asServer, tokens.access_token)).toMatchObject({ active: true });
    const narrowed = await oidc.clientCredentialsGrant(
      await relyingParty(authority, await authority.createClient({ grantTypes: ['client_credentials'] })),
      { resource: OTHER_API },
    );
    for (const token of [narrowed.access_token, refreshToken])
      expect(await oidc.tokenIntrospection(asServer, token)).toEqual({ active: false });
  });

  it('RFC 7009 2.1, O21: revoking a refresh token ends every token of its family', async () => {
    await oidc.tokenRevocation(config, refreshToken, { token_type_hint: 'refresh_token' });
    expect(await errorOf(oidc.refreshTokenGrant(config, refreshToken))).toBe('invalid_grant');
    expect(await oidc.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false });
    const userinfo = oidc.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? '');
    expect(await errorOf(userinfo)).toBe('invalid_token');
  });

  it('RFC 7009 2.1, O21: revoking an access token leaves the refresh token; unknown tokens are no error', async () => {
    await oidc.tokenRevocation(config, tokens.access_token);
    expect(await oidc.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false });
    await oidc.tokenRevocation(config, tokens.access_token);
    await oidc.tokenRevocation(config, 'unknown');
    expect(await oidc.refreshTokenGrant(config, refreshToken)).toHaveProperty('access_token');
  });
});

/** By which an ID token says whose sign-in it is about. */
function signInOf(answer: typeof tokens) {
  const claims = answer.claims();
  return [claims?.sub, claims?.auth_time, claims?.['sid']];
}
