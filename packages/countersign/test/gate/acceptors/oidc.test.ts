import { describe, expect, it } from 'vitest';
import type { OidcOptions } from '../../../src/gate/acceptors/index.js';
import { oidc } from '../../../src/gate/acceptors/index.js';
import { judge } from '../../support/judgement.js';
import { NOW } from '../../support/tokens.js';
import { usageProblem } from '../../support/usage.js';
import { laneOf, publicKey, signedToken } from '../support/acceptor-context.js';

const ISSUER = 'https://login.example/realms/a';
const COMMON = { iss: ISSUER, sub: 'user-1', iat: NOW, exp: NOW + 60 };

const laneWith = (options: Partial<OidcOptions>) =>
  laneOf(oidc({ issuer: ISSUER, audience: 'api', accepts: 'access-tokens', keys: publicKey, ...options }));
const untyped = laneWith({ unsafeAllowUntypedAccessTokens: true });
const people = laneWith({ accepts: 'id-tokens', audience: ['web', 'mobile'] });

const accessToken = (claims: object = {}, typ: string | undefined = 'JWT') =>
  signedToken({ ...COMMON, aud: 'api', ...claims }, typ === undefined ? {} : { typ });
const idToken = (claims: object = {}, header: Record<string, unknown> = { typ: 'JWT' }) =>
  signedToken({ ...COMMON, aud: 'web', ...claims }, header);

describe('oidc for access tokens', () => {
  it('takes the type at+jwt alone, unless told otherwise by name', async () => {
    for (const [typ, judgement] of [
      ['at+jwt', 'accepted'],
      ['JWT', 'unexpected_token_type'],
      [undefined, 'unexpected_token_type'],
    ] as const) {
      expect(await judge(laneWith({}), accessToken({}, typ))).toBe(judgement);
      expect(await judge(untyped, accessToken({}, typ))).toBe('accepted');
    }
    expect(await judge(untyped, accessToken({}, 'logout+jwt'))).toBe('unexpected_token_type');
  });

  it.each<[string, object, object]>([
    [
      'RFC 9068',
      { client_id: 'c', scope: 'read write', jti: '1' },
      { clientId: 'c', scopes: ['read', 'write'] },
    ],
    [
      'Keycloak',
      { typ: 'Bearer', azp: 'c', scope: 'openid email', acr: '1', aud: ['api', 'account'] },
      { clientId: 'c', scopes: ['openid', 'email'], acr: '1', audience: ['api', 'account'] },
    ],
    ['Auth0', { azp: 'c', scope: '', gty: 'client-credentials' }, { clientId: 'c', scopes: [] }],
    ['Okta', { cid: 'c', scp: ['read'] }, { clientId: undefined, scopes: ['read'] }],
    ['Microsoft', { azp: 'c', scp: 'read write' }, { clientId: 'c', scopes: ['read', 'write'] }],
    ['no iat and no jti', { iat: undefined }, { issuedAt: undefined, tokenId: undefined }],
  ])('gives the application of a token as %s writes it', (_, claims, expected) => {
    expect(untyped.verify(accessToken(claims)).caller).toMatchObject({ kind: 'application', ...expected });
  });

  it('takes tokens without an audience by their client, as Cognito makes them', async () => {
    const lane = laneWith({ audience: null, clientId: 'c', unsafeAllowUntypedAccessTokens: true });
    const claims = { aud: undefined, token_use: 'access', client_id: 'c', scope: 'read' };
    expect(lane.verify(accessToken(claims, undefined)).caller).toMatchObject({ audience: [], clientId: 'c' });
    expect(await judge(lane, accessToken({ ...claims, client_id: 'd' }))).toBe('audience_mismatch');
    expect(await judge(lane, accessToken({ ...claims, client_id: undefined }))).toBe('claim_missing');
    expect(await judge(lane, accessToken({ ...claims, aud: 'api' }))).toBe('audience_mismatch');
  });

  it.each([
    ['nonce', { nonce: 'n' }],
    ['at_hash', { at_hash: 'h' }],
    ['c_hash', { c_hash: 'h' }],
    ['s_hash', { s_hash: 'h' }],
    ['events', { events: {} }],
    ['a token_use id', { token_use: 'id' }],
    ['a claim typ ID', { typ: 'ID' }],
    ['a claim typ Refresh', { typ: 'Refresh' }],
    ['a claim typ Logout', { typ: 'Logout' }],
  ])('J28: refuses what another kind of token of the same issuer has: %s', async (_, claims) => {
    for (const typ of ['at+jwt', 'JWT', undefined]) {
      expect(await judge(untyped, accessToken(claims, typ))).toBe('unexpected_token_type');
    }
  });

  it.each([
    ['another audience', { aud: 'other' }, 'audience_mismatch'],
    ['no audience', { aud: undefined }, 'claim_missing'],
    ['no subject', { sub: undefined }, 'claim_missing'],
    ['C13: a client_id that is no text', { client_id: 7 }, 'claim_invalid'],
    ['scope and scp that disagree', { scope: 'read', scp: ['write'] }, 'claim_invalid'],
  ])('refuses %s', async (_, claims, code) => {
    expect(await judge(untyped, accessToken(claims))).toBe(code);
  });
});

describe('oidc for ID tokens', () => {
  it('gives the person of an ID token, and the address once the provider verified it', () => {
    const verify = (claims: object) => people.verify(idToken(claims)).caller;
    const email = 'ana@example.com';
    expect(verify({ email, email_verified: true, nonce: 'n', auth_time: NOW - 9, sid: 's' })).toMatchObject({
      kind: 'person',
      issuer: ISSUER,
      subject: 'user-1',
      audience: ['web'],
      scopes: [],
      email,
      clientId: 'web',
      authenticatedAt: NOW - 9,
    });
    for (const claims of [{ email }, { email, email_verified: false }, { email, email_verified: 'true' }]) {
      expect(verify(claims)).toMatchObject({ email: undefined });
    }
  });

  it('OpenID Connect Core 3.1.3.7: asks for azp where there are several audiences, and for one of its own', async () => {
    expect(await judge(people, idToken({ azp: 'web' }))).toBe('accepted');
    expect(await judge(people, idToken({ azp: 'foreign' }))).toBe('audience_mismatch');
    expect(await judge(people, idToken({ aud: ['web', 'foreign'] }))).toBe('claim_missing');
    expect(people.verify(idToken({ aud: ['web', 'foreign'], azp: 'web' })).caller).toMatchObject({
      clientId: 'web',
    });
    expect(await judge(people, idToken({ aud: ['foreign'], azp: 'web' }))).toBe('audience_mismatch');
  });

  it.each([
    ['an access token of the profile', {}, { typ: 'at+jwt' }],
    ['a logout token', {}, { typ: 'logout+jwt' }],
    ['an untyped logout token', { events: {} }, {}],
    ['scope', { scope: 'openid' }, {}],
    ['scp', { scp: ['read'] }, {}],
    ['a token_use access', { token_use: 'access' }, {}],
    ['a claim typ Bearer', { typ: 'Bearer' }, {}],
  ])('J28: refuses what is no ID token of the same issuer: %s', async (_, claims, header) => {
    expect(await judge(people, idToken(claims, header))).toBe('unexpected_token_type');
  });

  it.each(['iss', 'sub', 'aud', 'exp', 'iat'])('refuses an ID token without %s', async (name) => {
    expect(await judge(people, idToken({ [name]: undefined }))).toBe('claim_missing');
  });
});

describe('the options of oidc', () => {
  it.each<[string, object, string]>([
    ['nothing said of what is accepted', { accepts: undefined }, 'accepts is required'],
    ['anything but the two', { accepts: 'both' }, 'accepts must be "access-tokens" or "id-tokens"'],
    ['any audience of access tokens', { audience: null }, 'clientId is required where audience is null'],
    [
      'any audience of ID tokens',
      { accepts: 'id-tokens', audience: null },
      'audience must be the client ids',
    ],
    ['a clientId of ID tokens', { accepts: 'id-tokens', clientId: 'web' }, 'clientId is for access tokens'],
    [
      'the unsafe switch for ID tokens',
      { accepts: 'id-tokens', unsafeAllowUntypedAccessTokens: true },
      'unsafeAllowUntypedAccessTokens is for access tokens',
    ],
    ['C10: an empty audience', { audience: [] }, 'audience must be'],
    ['an issuer whose keys cannot be found', { issuer: 'a', keys: undefined }, 'or give keys, or jwksUrl'],
  ])('refuse %s', (_, options, problem) => {
    const all = { issuer: ISSUER, audience: 'api', accepts: 'access-tokens', keys: publicKey, ...options };
    expect(usageProblem(() => oidc(all as OidcOptions))).toContain(problem);
  });
});
