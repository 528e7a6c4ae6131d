/** Dynamic client registration (RFC 7591) by an administrator; rows O3 and O31. */
import { exportPublicJwk, generateKeyPair } from 'countersign';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HttpResponse } from '../../../src/http/exchange.js';
import type { RequestHandler } from '../../../src/http/request-handler.js';
import { registerRoutes } from '../../../src/routes/oauth/register.js';
import { createClientRegistration } from '../../../src/services/oauth/clients/client-registration.js';
import { basic, openTestClients, type TestClients } from '../../support/client-calls.js';
import { httpRequest, type RequestParts } from '../../support/http-request.js';
import { createTestHandler } from '../../support/request-handler.js';

const ADMIN_TOKEN = 'q3Rk/9+vLx0TzB7mWnE2uYpS5aHdGcJf';
const ADMIN = { authorization: `Bearer ${ADMIN_TOKEN}` };
const REDIRECT_URIS = ['https://shop.example/cb'];

let test: TestClients;
let handler: RequestHandler;
beforeAll(async () => {
  test = await openTestClients();
  handler = handlerWith(ADMIN_TOKEN);
});
afterAll(() => test.close());

function handlerWith(adminToken: string | null): RequestHandler {
  const registration = createClientRegistration({ clients: test.clients, adminToken });
  return createTestHandler(registerRoutes({ registration }));
}

const call = async (parts: RequestParts, by = handler) => {
  const response = await by.handle(
    httpRequest({ method: 'POST', path: '/register', headers: ADMIN, ...parts }),
  );
  return { ...response, json: JSON.parse(String(response.body)) as Record<string, unknown> };
};
const register = (metadata: object) => call({ body: metadata });
const errorOf = ({ status, json }: HttpResponse & { json: Record<string, unknown> }) => [
  status,
  json['error'],
];

async function countClients(): Promise<number> {
  return (await test.clients.list({ afterId: null, limit: 1000 })).length;
}

describe('registration', () => {
  it('RFC 7591 3.2.1: answers 201 with what was registered, and a secret that works', async () => {
    const { status, headers, json } = await register({ client_name: 'Shop', redirect_uris: REDIRECT_URIS });
    expect(status).toBe(201);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' });
    expect(json).toEqual({
      client_id: expect.stringMatching(/^client_[\w-]{22}$/),
      client_id_issued_at: test.clock(),
      client_secret: expect.stringMatching(/^cs_[\w-]{43}$/),
      client_secret_expires_at: 0,
      client_name: 'Shop',
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      redirect_uris: REDIRECT_URIS,
      post_logout_redirect_uris: [],
      require_pushed_authorization_requests: false,
      dpop_bound_access_tokens: false,
      access: [],
      scope: 'openid email offline_access',
    });
    const [id, secret] = [String(json['client_id']), String(json['client_secret'])];
    expect(await test.authenticate({ authorization: basic(id, secret) })).toMatchObject({ id, name: 'Shop' });
  });

  it('RFC 7591 2: takes every member that there is a setting for, and gives it back', async () => {
    const { publicKey } = generateKeyPair('ES256', { kid: 'k1' });
    const metadata = {
      client_name: 'Shop',
      token_endpoint_auth_method: 'private_key_jwt',
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      redirect_uris: REDIRECT_URIS,
      post_logout_redirect_uris: ['https://shop.example/'],
      backchannel_logout_uri: 'https://shop.example/out',
      jwks: { keys: [exportPublicJwk(publicKey)] },
      require_pushed_authorization_requests: true,
      dpop_bound_access_tokens: true,
      access: [{ audience: 'https://api.example', scopes: ['read', 'write'] }],
      scope: 'openid email offline_access read write',
    };
    const { status, json } = await register(metadata);
    expect(status).toBe(201);
    expect(json).toEqual({
      ...metadata,
      response_types: ['code'],
      client_id: json['client_id'],
      client_id_issued_at: test.clock(),
    });
    expect(await test.clients.require(String(json['client_id']))).toMatchObject({
      authMethod: 'private_key_jwt',
      jwks: JSON.stringify(metadata.jwks),
      requirePar: true,
      requireDpop: true,
      skipConsent: false,
    });
  });

  it('RFC 7591 2: gives a public client no secret, and one for itself no response type', async () => {
    const open = await register({ token_endpoint_auth_method: 'none', redirect_uris: REDIRECT_URIS });
    expect(open.status).toBe(201);
    expect(open.json).not.toHaveProperty('client_secret');
    const access = [{ audience: 'https://api.example', scopes: ['read'] }];
    const own = await register({ grant_types: ['client_credentials'], response_types: [], access });
    expect(own.json).toMatchObject({ response_types: [], scope: 'read' });
  });

  it('RFC 7591 2: ignores what it does not know, and null', async () => {
    const { status, json } = await register({
      redirect_uris: REDIRECT_URIS,
      client_name: null,
      logo_uri: 'http://169.254.169.254/',
      'client_name#de': 'Laden',
      software_id: 'x',
      disabled: false,
      skipConsent: true,
      client_id: 'client_mine',
      client_secret: 'mine',
    });
    expect(status).toBe(201);
    expect(json).toMatchObject({ client_name: 'Unnamed client' });
    for (const member of ['logo_uri', 'software_id', 'skipConsent']) expect(json).not.toHaveProperty(member);
    expect(json['client_id']).not.toBe('client_mine');
    expect(json['client_secret']).not.toBe('mine');
    expect((await test.clients.require(String(json['client_id']))).skipConsent).toBe(false);
  });

  it.each([
    ['http://shop.example/cb'],
    ['http://localhost/cb'],
    ['javascript:alert(1)'],
    ['JavaScript:alert(1)'],
    ['data:text/html,x'],
    ['https://shop.example/cb#f'],
    ['https://*.shop.example/cb'],
    ['https://u@shop.example/cb'],
    [7],
  ])('O3 (RFC 7591 3.2.2): refuses the redirect URI %j', async (uri) => {
    const before = await countClients();
    for (const metadata of [
      { redirect_uris: [uri] },
      { redirect_uris: REDIRECT_URIS, post_logout_redirect_uris: [uri] },
    ])
      expect(errorOf(await register(metadata))).toEqual([400, 'invalid_redirect_uri']);
    expect(await countClients()).toBe(before);
  });

  it.each([
    ['a software statement', { software_statement: 'eyJhbGciOiJub25lIn0.e30.' }],
    ['another response type', { response_types: ['code', 'token'] }],
    ['response types that are no list', { response_types: 'code' }],
    ['pairwise subjects', { subject_type: 'pairwise' }],
    ['the implicit grant', { grant_types: ['implicit'] }],
    ['the password grant', { grant_types: ['password'] }],
    ['a secret used as a key', { token_endpoint_auth_method: 'client_secret_jwt' }],
    [
      'two key sets',
      { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [] }, jwks_uri: 'https://x/' },
    ],
    ['no key set', { token_endpoint_auth_method: 'private_key_jwt' }],
    ['a key set as text', { token_endpoint_auth_method: 'private_key_jwt', jwks: '{"keys":[]}' }],
    ['a scope of no audience', { scope: 'openid read' }],
    ['a scope with two spaces', { scope: 'openid  email' }],
    ['a scope that is no text', { scope: ['openid'] }],
    ['access that is no list', { access: { audience: 'urn:x', scopes: [] } }],
    ['access of null', { access: [null] }],
    ['a name that is no text', { client_name: 7 }],
    ['a name of two lines', { client_name: 'a\nb' }],
    ['a switch that is no switch', { dpop_bound_access_tokens: 'true' }],
  ])('RFC 7591 3.2.2: refuses %s', async (_title, metadata) => {
    const before = await countClients();
    const answer = await register({ redirect_uris: REDIRECT_URIS, ...metadata });
    expect(errorOf(answer)).toEqual([400, 'invalid_client_metadata']);
    expect(await countClients()).toBe(before);
  });

  it('RFC 7591 3.2.2: says every problem in the words of the metadata, and repeats nothing', async () => {
    const { json } = await register({
      client_name: '',
      redirect_uris: ['https://hunter2@shop.example/'],
      require_pushed_authorization_requests: 'hunter2',
    });
    expect(json).toEqual({
      error: 'invalid_redirect_uri',
      error_description:
        'client_name must be 1 to 80 characters long; redirect_uris must not hold a user name or password; ' +
        'require_pushed_authorization_requests must be true or false.',
    });
  });
});

describe('who may register', () => {
  const body = { redirect_uris: REDIRECT_URIS };

  it('O31: nobody, where there is no administrator', async () => {
    const closed = handlerWith(null);
    for (const headers of [ADMIN, {}, { authorization: 'Bearer ' }, { authorization: 'Bearer null' }]) {
      const answer = await call({ body, headers }, closed);
      expect(errorOf(answer)).toEqual([403, 'access_denied']);
    }
  });

  it.each([
    ['no token', {}, 'Bearer'],
    ['another token', { authorization: 'Bearer x' }, 'Bearer error="invalid_token"'],
    ['its beginning', { authorization: ADMIN.authorization.slice(0, -1) }, 'Bearer error="invalid_token"'],
    ['the token as Basic', { authorization: `Basic ${ADMIN_TOKEN}` }, 'Bearer'],
    ['the token twice', { authorization: `${ADMIN.authorization}, ${ADMIN.authorization}` }, 'Bearer'],
  ])('O31 (RFC 6750 3): nobody with %s', async (_title, headers, challenge) => {
    const before = await countClients();
    const answer = await call({ body, headers });
    expect(errorOf(answer)).toEqual([401, 'invalid_token']);
    expect(answer.headers['www-authenticate']).toBe(challenge);
    expect(await countClients()).toBe(before);
  });

  it('nobody before the token was looked at, however the body is', async () => {
    expect((await call({ body: 'x=1', headers: {} })).status).toBe(401);
  });
});

describe('a body', () => {
  it.each(['', '[]', '7', 'null', '{', '{"a":}', '\u{feff}{}'])('RFC 7591 3.1: is not %j', async (text) => {
    const headers = { ...ADMIN, 'content-type': 'application/json' };
    expect(errorOf(await call({ body: Buffer.from(text), headers }))).toEqual([
      400,
      'invalid_client_metadata',
    ]);
  });

  it('RFC 7591 3.1: is no form', async () => {
    const answer = await call({ body: 'client_name=x' });
    expect([answer.status, answer.json['error']]).toEqual([415, 'invalid_request']);
  });

  it('C14: with members of prototypes pollutes none', async () => {
    const text = `{"redirect_uris":["https://shop.example/cb"],"__proto__":{"skipConsent":true},"constructor":{"x":1}}`;
    const headers = { ...ADMIN, 'content-type': 'application/json' };
    const { status, json } = await call({ body: Buffer.from(text), headers });
    expect(status).toBe(201);
    expect((await test.clients.require(String(json['client_id']))).skipConsent).toBe(false);
    expect({}).not.toHaveProperty('skipConsent');
  });

  it('only POST is answered', async () => {
    const response = await handler.handle(httpRequest({ method: 'GET', path: '/register', headers: ADMIN }));
    expect([response.status, response.headers['allow']]).toEqual([405, 'POST']);
  });
});
