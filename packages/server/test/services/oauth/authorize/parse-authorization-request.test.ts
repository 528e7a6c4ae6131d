import { describe, expect, it } from 'vitest';
import type { Client } from '../../../../src/domain/oauth/client.js';
import { toParameters } from '../../../../src/routes/oauth/read-parameters.js';
import {
  type AskedParameters,
  parseAuthorizationRequest,
} from '../../../../src/services/oauth/authorize/parse-authorization-request.js';
import {
  API,
  authorizeQuery,
  CHALLENGE,
  type Changes,
  REDIRECT_URI,
} from '../../../support/authorize-pages.js';
import { aClient } from '../../../support/oauth-rows.js';

function parse(changes: Changes, client: Partial<Client> = {}, asked: Partial<AskedParameters> = {}) {
  const registered = aClient({ id: 'client_a', redirectUris: [REDIRECT_URI], ...client });
  const parameters = toParameters(new URLSearchParams(authorizeQuery(registered.id, changes)));
  return parseAuthorizationRequest(registered, { parameters, isPushed: false, ...asked });
}

function accepted(changes: Changes, client: Partial<Client> = {}, asked: Partial<AskedParameters> = {}) {
  const parsed = parse(changes, client, asked);
  if (parsed.outcome !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(parsed)}`);
  return parsed;
}

function errorOf(changes: Changes, client: Partial<Client> = {}) {
  const parsed = parse(changes, client);
  return parsed.outcome === 'failed' ? parsed.error.code : parsed.outcome;
}

describe('an authorization request that is in order', () => {
  it('RFC 6749 4.1.1: becomes what it asks for, with what it leaves out at its default', () => {
    const { request, isSilent } = accepted({});
    expect(isSilent).toBe(false);
    expect(request).toEqual({
      clientId: 'client_a',
      redirectUri: REDIRECT_URI,
      responseMode: 'query',
      state: 'a state',
      nonce: null,
      access: { scopes: ['openid'], audiences: [API] },
      codeChallenge: CHALLENGE,
      dpopJkt: null,
      prompt: [],
      maxAgeSeconds: null,
      acrValues: [],
      loginHint: null,
    });
    expect(Object.isFrozen(request)).toBe(true);
  });

  it('OIDC Core 3.1.2.1: says how its person is to sign in', () => {
    const changes = { prompt: 'consent login', max_age: '0', acr_values: '2 3 2', login_hint: 'a@b.example' };
    expect(accepted({ ...changes, nonce: 'n-0S6' }).request).toMatchObject({
      prompt: ['login', 'consent'],
      maxAgeSeconds: 0,
      acrValues: ['2', '3'],
      loginHint: 'a@b.example',
      nonce: 'n-0S6',
    });
    expect(accepted({ prompt: 'none' })).toMatchObject({ isSilent: true, request: { prompt: [] } });
    expect(accepted({ id_token_hint: 'e.y.J' }).unverifiedIdTokenHint).toBe('e.y.J');
  });

  it('RFC 8707 2: is for the resources that it names, each once', () => {
    const access = [
      { audience: API, scopes: ['read'] },
      { audience: 'https://b.example', scopes: ['write'] },
    ];
    const changes = { resource: ['https://b.example', API, API], scope: 'write read' };
    expect(accepted(changes, { access }).request.access).toEqual({
      scopes: ['write', 'read'],
      audiences: ['https://b.example', API],
    });
  });

  it('RFC 6749 3.1: may hold parameters that nobody knows, or that are empty', () => {
    const unknown = { display: 'popup', ui_locales: 'de', claims: '{}', authorization_details: '[]' };
    expect(accepted({ ...unknown, state: '', response_mode: '', prompt: '' }).request).toMatchObject({
      state: null,
      responseMode: 'query',
    });
  });

  it('OIDC Core 11: has no offline_access where the client has no refresh tokens', () => {
    const scope = 'openid offline_access';
    expect(accepted({ scope }).request.access.scopes).toEqual(['openid', 'offline_access']);
    const without = { grantTypes: ['authorization_code'] as const };
    expect(accepted({ scope }, without).request.access.scopes).toEqual(['openid']);
  });

  it('RFC 9449 10: binds its code to a key that it names, or that was proven when it was pushed', () => {
    expect(accepted({ dpop_jkt: CHALLENGE }).request.dpopJkt).toBe(CHALLENGE);
    expect(accepted({}, {}, { isPushed: true, dpopJkt: 'proven' }).request.dpopJkt).toBe('proven');
  });

  it.each(['  ', 'a b+c%20&=#/?é', '{"to":"/x?y=1#z"}', '~!@#$%^&*()', '😀'])(
    'O9: keeps state %j as it came',
    (state) => {
      expect(accepted({ state }).request.state).toBe(state);
    },
  );

  it.each([
    ['state', 4096],
    ['nonce', 512],
  ])('takes a %s of %d characters, and none that is longer', (name, length) => {
    expect(accepted({ [name]: 'x'.repeat(length) }).outcome).toBe('accepted');
    expect(errorOf({ [name]: 'x'.repeat(length + 1) })).toBe('invalid_request');
  });

  it('leaves out a login_hint that cannot be shown', () => {
    for (const hint of ['x'.repeat(321), 'a\u0000b', 'a\r\nb']) {
      expect(accepted({ login_hint: hint }).request.loginHint).toBeNull();
    }
    expect(accepted({ login_hint: 'x'.repeat(320) }).request.loginHint).toHaveLength(320);
  });
});

describe('a redirect URI that is not the one registered', () => {
  const registered = { redirectUris: ['https://c/cb'] };

  it.each([
    'https://c/cb/',
    'HTTPS://C/cb',
    'https://c:443/cb',
    'https://c/cb?x=1',
    'https://c/cb#f',
    'https://c/cb/../x',
    'https://c/cb/../cb',
    'https://c/cb..;/x',
    'https://c@evil/cb',
    'https://a@b@evil',
    'https://c.evil/cb',
    'https://c%2eevil',
    'https://c\\@evil',
    'https://с/cb',
    'https://c/%63b',
    ' https://c/cb',
    'https://c/cb\u0000',
    'javascript:alert(1)//https://c/cb',
    `https://c/cb?${'x'.repeat(8192)}`,
  ])('O1 RFC 9700 2.1: %j is nowhere to answer to', (sent) => {
    expect(errorOf({ redirect_uri: sent }, registered)).toBe('no_redirect_uri');
  });

  it('O1: has to be named, also where there is one only', () => {
    expect(errorOf({ redirect_uri: undefined }, registered)).toBe('no_redirect_uri');
    expect(errorOf({ redirect_uri: '' }, registered)).toBe('no_redirect_uri');
    expect(errorOf({ redirect_uri: 'https://c/cb' }, { redirectUris: [] })).toBe('no_redirect_uri');
  });

  it.each(['http://127.0.0.1/cb', 'http://127.0.0.1:1/cb', 'http://127.0.0.1:65535/cb'])(
    'O2 RFC 8252 7.3: %s is that of a loopback address, whatever its port',
    (sent) => {
      const loopback = { redirectUris: ['http://127.0.0.1/cb'] };
      expect(accepted({ redirect_uri: sent }, loopback).request.redirectUri).toBe(sent);
    },
  );

  it.each([
    'http://localhost:1/cb',
    'http://127.0.0.1:1/other',
    'http://127.0.0.1.evil/cb',
    'http://127.1/cb',
    'http://[::1]:1/cb',
    'http://127.0.0.1:65536/cb',
    'http://127.0.0.1:1@evil/cb',
    'https://127.0.0.1:1/cb',
  ])('O2 RFC 8252 7.3: %s is not', (sent) => {
    expect(errorOf({ redirect_uri: sent }, { redirectUris: ['http://127.0.0.1/cb'] })).toBe(
      'no_redirect_uri',
    );
  });
});

describe('a request that its client is told to be wrong', () => {
  it.each<[string, string, Changes]>([
    ['RFC 6749 4.1.1: no response_type', 'invalid_request', { response_type: undefined }],
    ['RFC 6749 4.2: the implicit grant', 'unsupported_response_type', { response_type: 'token' }],
    ['OIDC Core 3.2: id_token', 'unsupported_response_type', { response_type: 'id_token' }],
    ['OIDC Core 3.3: the hybrid flow', 'unsupported_response_type', { response_type: 'code id_token' }],
    ['RFC 6749 3.1.1: CODE', 'unsupported_response_type', { response_type: 'CODE' }],
    ['O5: an unknown response_mode', 'invalid_request', { response_mode: 'jwt' }],
    ['O5: web_message', 'invalid_request', { response_mode: 'web_message' }],
    ['O8 RFC 7636 4.4.1: no challenge', 'invalid_request', { code_challenge: undefined }],
    [
      'O8 RFC 7636 4.3: no method, which means plain',
      'invalid_request',
      { code_challenge_method: undefined },
    ],
    ['O8 RFC 7636 7.2: plain', 'invalid_request', { code_challenge_method: 'plain' }],
    ['O8: s256', 'invalid_request', { code_challenge_method: 's256' }],
    ['O8: a challenge of 42 characters', 'invalid_request', { code_challenge: CHALLENGE.slice(1) }],
    ['O8: a challenge of 44 characters', 'invalid_request', { code_challenge: `${CHALLENGE}A` }],
    ['O8: a challenge with padding', 'invalid_request', { code_challenge: `${CHALLENGE.slice(0, 42)}=` }],
    ['O8: a challenge that no hash has', 'invalid_request', { code_challenge: `${CHALLENGE.slice(0, 42)}B` }],
    ['RFC 6749 3.3: an unknown scope', 'invalid_scope', { scope: 'openid admin' }],
    ['RFC 6749 3.3: two spaces', 'invalid_scope', { scope: 'openid  read' }],
    ['RFC 6749 3.3: a quote', 'invalid_scope', { scope: 'openid "' }],
    ['RFC 8707 2: an unknown resource', 'invalid_target', { resource: 'https://evil.example' }],
    ['RFC 8707 2: one more slash', 'invalid_target', { resource: `${API}/` }],
    ['OIDC Core 3.1.2.1: prompt=none login', 'invalid_request', { prompt: 'none login' }],
    ['OIDC Core 3.1.2.1: an unknown prompt', 'invalid_request', { prompt: 'create' }],
    ['OIDC Core 3.1.2.1: prompts with two spaces', 'invalid_request', { prompt: 'login  consent' }],
    ['OIDC Core 3.1.2.1: a negative max_age', 'invalid_request', { max_age: '-1' }],
    ['OIDC Core 3.1.2.1: a max_age with a fraction', 'invalid_request', { max_age: '1.5' }],
    ['OIDC Core 3.1.2.1: an endless max_age', 'invalid_request', { max_age: '9'.repeat(11) }],
    ['RFC 9470 4: acr_values with two spaces', 'invalid_request', { acr_values: '2  3' }],
    ['OIDC Core 6.1: a request object', 'request_not_supported', { request: 'e30.e30.' }],
    [
      'OIDC Core 6.2: somewhere to fetch one',
      'request_uri_not_supported',
      { request_uri: 'https://c.example/r' },
    ],
    ['RFC 9126 4: no request of ours', 'request_uri_not_supported', { request_uri: 'urn:example:x' }],
    ['OIDC Core 7.2.1: registration', 'registration_not_supported', { registration: '{}' }],
    ['RFC 9449 10: a thumbprint of 42 characters', 'invalid_request', { dpop_jkt: CHALLENGE.slice(1) }],
    ['O5: a list', 'invalid_request', { 'scope[]': 'openid' }],
    ['O9: a state with a line break', 'invalid_request', { state: 'a\r\nSet-Cookie: x=y' }],
    ['O9: a state that is no UTF-8', 'invalid_request', { state: 'a\ufffd' }],
    ['O9: a nonce with a control character', 'invalid_request', { nonce: 'a\u0000' }],
  ])('%s is %s', (_title, error, changes) => {
    expect(errorOf(changes)).toBe(error);
  });

  it('RFC 6749 4.1.2.1: may be of a client that has no such grant', () => {
    expect(errorOf({}, { grantTypes: ['client_credentials'] })).toBe('unauthorized_client');
  });

  it('RFC 9126 5: may be one that had to be pushed', () => {
    expect(errorOf({}, { requirePar: true })).toBe('invalid_request');
    expect(accepted({}, { requirePar: true }, { isPushed: true }).outcome).toBe('accepted');
  });

  it('O4 O9: is answered with its state, in the mode it asked for, unless these are what is wrong', () => {
    const wrong = { response_type: 'token' };
    expect(parse({ ...wrong, response_mode: 'fragment', state: 'ß' })).toMatchObject({
      address: { redirectUri: REDIRECT_URI, responseMode: 'fragment', state: 'ß' },
    });
    expect(parse({ ...wrong, response_mode: 'jwt', state: 'a\nb' })).toMatchObject({
      address: { responseMode: 'query', state: null },
    });
  });

  it('O4 O33: is told what is wrong in words that hold nothing of it', () => {
    const markers = Object.fromEntries(
      ['scope', 'prompt', 'max_age', 'acr_values', 'resource', 'dpop_jkt', 'request_uri', 'nonce'].map(
        (name) => [name, 'mark er\u0000"<'],
      ),
    );
    for (const [name, value] of Object.entries(markers)) {
      const parsed = parse({ [name]: value });
      expect(parsed.outcome, name).toBe('failed');
      if (parsed.outcome !== 'failed') continue;
      // RFC 6749 section 4.1.2.1.
      expect(parsed.error.message, name).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
      expect(parsed.error.message, name).not.toContain('mark');
    }
  });

  it('S21: is found out in a moment, however long', () => {
    const started = performance.now();
    for (const name of ['state', 'scope', 'prompt', 'acr_values', 'redirect_uri', 'nonce', 'max_age']) {
      for (const text of [' ', 'a ', '0', 'http://127.0.0.1:']) {
        parse({ [name]: text.repeat(100_000 / text.length) });
      }
    }
    expect(performance.now() - started).toBeLessThan(280 * 5);
  });
});
