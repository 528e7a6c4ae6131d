import { describe, expect, it } from 'vitest';
import type { Client } from '../../../../src/domain/oauth/client.js';
import type { AuthorizationRequest, LoginSession } from '../../../../src/domain/oauth/grant.js';
import {
  alwaysAsksConsent,
  coversAccess,
  findSignInNeed,
  rememberedConsent,
  type SignInCircumstances,
} from '../../../../src/services/oauth/authorize/requirements.js';
import { aClient, aSession, aTransaction } from '../../../support/oauth-rows.js';
import { NOW } from '../../../support/store-rows.js';

const PERSON = { id: 'ada', appId: 'authority', email: 'ada@example.com' };

const aRequest = (changes: Partial<AuthorizationRequest> = {}): AuthorizationRequest => ({
  ...aTransaction('client_a').request,
  prompt: [],
  ...changes,
});

function needOf(
  request: Partial<AuthorizationRequest>,
  session: Partial<LoginSession> | null,
  circumstances: Partial<SignInCircumstances> = {},
) {
  const signedIn = session && aSession(PERSON, { acr: '2', ...session });
  const given = { session: signedIn, nowSeconds: NOW, begunAt: null, acrValues: ['2'] };
  return findSignInNeed(aRequest(request), { ...given, ...circumstances });
}

describe('what a request needs of a sign-in', () => {
  it('nothing more where somebody is signed in, something where nobody is', () => {
    expect(needOf({}, {})).toBe('none');
    expect(needOf({}, null)).toBe('sign_in');
  });

  it.each([
    [60, 60, 'none'],
    [60, 61, 'sign_in'],
    [1, 1, 'none'],
    [0, 0, 'sign_in'],
  ])('OIDC Core 3.1.2.1: max_age %d, %d s after the sign-in: %s', (maxAgeSeconds, age, need) => {
    expect(needOf({ maxAgeSeconds }, { authenticatedAt: NOW - age })).toBe(need);
  });

  it.each([
    ['login', 'sign_in'],
    ['select_account', 'sign_in'],
    ['consent', 'none'],
  ] as const)('OIDC Core 3.1.2.1: prompt=%s, just signed in: %s', (prompt, need) => {
    expect(needOf({ prompt: [prompt] }, {})).toBe(need);
  });

  it('a sign-in since the request began will do, one from before it will not', () => {
    for (const request of [{ prompt: ['login'] as const }, { maxAgeSeconds: 0 }, { maxAgeSeconds: 5 }]) {
      const later = { nowSeconds: NOW + 100, begunAt: NOW + 10 };
      expect(needOf(request, { authenticatedAt: NOW + 10 }, later)).toBe('none');
      expect(needOf(request, { authenticatedAt: NOW + 9 }, later)).toBe('sign_in');
    }
  });

  it.each([
    [['2'], 'none'],
    [['1'], 'none'],
    [['3'], 'unmet_acr'],
    [['3', '2'], 'none'],
    [['urn:example:gold'], 'unmet_acr'],
    [['__proto__'], 'unmet_acr'],
    [[], 'none'],
  ])('RFC 9470 4: of acr_values %j at level 2: %s', (acrValues, need) => {
    expect(needOf({ acrValues }, {})).toBe(need);
  });

  it('RFC 9470 4: nobody is made to sign in for a level that it does not reach', () => {
    expect(needOf({ acrValues: ['3'] }, null)).toBe('unmet_acr');
    expect(needOf({ acrValues: ['2'] }, null)).toBe('sign_in');
    expect(needOf({ acrValues: ['2'] }, { acr: '1' })).toBe('sign_in');
  });

  it('OIDC Core 3.1.2.1: the person of id_token_hint has to be the one, and asks once for it', () => {
    const request = { personHint: 'grace' };
    expect(needOf({ personHint: 'ada' }, {})).toBe('none');
    expect(needOf(request, {})).toBe('sign_in');
    expect(needOf(request, { authenticatedAt: NOW - 1 }, { begunAt: NOW })).toBe('sign_in');
    expect(needOf(request, { authenticatedAt: NOW }, { begunAt: NOW })).toBe('other_person');
  });
});

describe('consent', () => {
  const asks = (request: Partial<AuthorizationRequest>, client: Partial<Client> = {}) =>
    alwaysAsksConsent(aClient(client), aRequest(request));
  const offline = { access: { scopes: ['openid', 'offline_access'], audiences: [] } };

  it('is not asked for again as a rule', () => {
    expect(asks({})).toBe(false);
  });

  it('OIDC Core 3.1.2.1: is asked for where the client says so, also for those that go without', () => {
    expect(asks({ prompt: ['consent'] })).toBe(true);
    expect(asks({ prompt: ['consent'] }, { skipConsent: true })).toBe(true);
  });

  it('OIDC Core 11: is asked for each time where access goes on while the person is away', () => {
    expect(asks(offline)).toBe(true);
    expect(asks(offline, { skipConsent: true })).toBe(false);
  });

  it.each([
    ['none', 'http://127.0.0.1:4321/cb', true],
    ['none', 'com.example.app:/cb', true],
    ['none', 'https://client.example/cb', false],
    ['client_secret_basic', 'http://127.0.0.1:4321/cb', false],
  ] as const)(
    'RFC 8252 8.6: of a client that proves itself by %s at %s: asked each time %s',
    (authMethod, redirectUri, always) => {
      expect(asks({ redirectUri }, { authMethod })).toBe(always);
      expect(asks({ redirectUri }, { authMethod, skipConsent: true })).toBe(false);
    },
  );

  const consent = {
    personId: 'ada',
    clientId: 'c',
    scopes: ['openid', 'read'],
    audiences: ['a'],
    grantedAt: 1,
  };

  it.each([
    [['read'], ['a'], true],
    [['openid', 'read'], [], true],
    [['write'], ['a'], false],
    [['read'], ['b'], false],
    [['read'], ['a', 'b'], false],
  ])('covers scopes %j at %j: %s', (scopes, audiences, covered) => {
    expect(coversAccess(consent, { scopes, audiences })).toBe(covered);
    expect(coversAccess(undefined, { scopes, audiences })).toBe(false);
  });

  it('adds up at the same audiences, and never lets a scope reach another audience', () => {
    const remember = (scopes: readonly string[], audiences: readonly string[]) =>
      rememberedConsent(consent, {
        personId: 'ada',
        clientId: 'c',
        access: { scopes, audiences },
        nowSeconds: 2,
      });
    expect(remember(['write'], ['a'])).toEqual({
      ...consent,
      scopes: ['openid', 'read', 'write'],
      grantedAt: 2,
    });
    expect(remember(['write'], ['b'])).toMatchObject({ scopes: ['write'], audiences: ['b'] });
    expect(remember(['write'], ['a', 'b'])).toMatchObject({ scopes: ['write'], audiences: ['a', 'b'] });
  });
});
