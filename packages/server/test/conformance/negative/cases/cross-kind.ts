/** Row J28: whatever is given out for one place, offered at every other. */
import { DEVICE_CODE, JWT_BEARER, TOKEN_EXCHANGE } from '../../../../src/domain/oauth/client.js';
import { aPem } from '../../../support/published-pem.js';
import { authorize, authorizeQuery, ownForm, post } from '../given.js';
import { KINDS, type Kind, type Minted, mint } from '../kinds.js';
import { type Expected, type NegativeTable, negative, type Prepared } from '../negative-case.js';

/** Where something is presented, what belongs there, and what is said of the rest. */
interface Place {
  readonly name: string;
  readonly own: readonly Kind[];
  readonly offer: (text: string, by: Minted) => Prepared;
  readonly expected: Expected;
}

const ACCESS: readonly Kind[] = [
  'an access token',
  'an access token of a client for itself',
  'an access token that is bound to a key',
];
const BAD_GRANT: Expected = { status: 400, error: 'invalid_grant' };
const BAD_REQUEST: Expected = { status: 400, error: 'invalid_request' };
const BAD_CLIENT: Expected = { status: 401, error: 'invalid_client' };
const BAD_TOKEN: Expected = { status: 401, error: 'invalid_token' };
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';

const json = (path: string, body: object): Prepared => ({
  path,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const GRANTS: readonly Place[] = [
  {
    name: 'RFC 6749 4.1.3: as a code',
    own: ['a code'],
    offer: (code, { client }) =>
      post('/token', client, {
        ...{ grant_type: 'authorization_code', code, code_verifier: VERIFIER },
        redirect_uri: 'https://client.example/cb',
      }),
    expected: BAD_GRANT,
  },
  {
    name: 'RFC 6749 6: as a refresh token',
    own: ['a refresh token'],
    offer: (text, { client }) => post('/token', client, { grant_type: 'refresh_token', refresh_token: text }),
    expected: BAD_GRANT,
  },
  {
    name: 'RFC 8628 3.4: as a device code',
    own: ['a device code'],
    offer: (text, { client }) => post('/token', client, { grant_type: DEVICE_CODE, device_code: text }),
    expected: BAD_GRANT,
  },
  {
    name: 'RFC 7523 2.1: as an assertion of a service',
    own: ['an assertion of a service'],
    offer: (assertion) => ({ path: '/token', form: { grant_type: JWT_BEARER, assertion } }),
    expected: BAD_GRANT,
  },
  {
    name: 'RFC 8693 2.1: as a subject token',
    own: ACCESS,
    offer: (text, { client }) =>
      post('/token', client, {
        ...{ grant_type: TOKEN_EXCHANGE, subject_token: text, subject_token_type: ACCESS_TOKEN },
      }),
    expected: BAD_REQUEST,
  },
  {
    name: 'RFC 8693 2.1: as an actor token',
    own: ACCESS,
    offer: (text, { client, of }) =>
      post('/token', client, {
        ...{ grant_type: TOKEN_EXCHANGE, subject_token: of['an access token'] },
        ...{ subject_token_type: ACCESS_TOKEN, actor_token: text, actor_token_type: ACCESS_TOKEN },
      }),
    expected: BAD_REQUEST,
  },
];

const CLIENTS: readonly Place[] = [
  {
    name: 'RFC 6749 2.3.1: as a client secret',
    own: ['a client secret'],
    offer: (text, { client }) =>
      post(
        '/token',
        { headers: {} },
        {
          ...{ grant_type: 'client_credentials', client_id: client.clientId, client_secret: text },
        },
      ),
    expected: BAD_CLIENT,
  },
  {
    name: 'RFC 7523 2.2: as a client assertion',
    own: ['a client assertion'],
    offer: (text) =>
      post(
        '/token',
        { headers: {} },
        {
          grant_type: 'client_credentials',
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: text,
        },
      ),
    expected: BAD_CLIENT,
  },
  {
    name: 'RFC 9449 5: as a proof of a key',
    own: ['a proof of a key'],
    offer(text, { client }) {
      const sent = post('/token', client, { grant_type: 'client_credentials' });
      return { ...sent, headers: { ...sent.headers, dpop: text } };
    },
    expected: { status: 400, error: 'invalid_dpop_proof' },
  },
];

const TOKENS: readonly Place[] = [
  {
    name: 'OIDC Core 5.3: as a token about a person',
    own: ['an access token', 'an access token of a client for itself'],
    offer: (text) => ({ path: '/userinfo', headers: { authorization: `Bearer ${text}` } }),
    expected: BAD_TOKEN,
  },
  {
    name: 'RFC 7662 2.1: as a token to be told about',
    own: [...ACCESS, 'a refresh token'],
    offer: (text, { client }) => ({
      ...post('/introspect', client, { token: text }),
      after(answer) {
        if (answer.text !== '{"active":false}') throw new Error('something was told');
      },
    }),
    expected: { status: 200 },
  },
  {
    name: 'RFC 7009 2.1: as a token to be revoked',
    own: [...ACCESS, 'a refresh token'],
    offer: (text, { client }) => post('/revoke', client, { token: text }),
    expected: { status: 200 },
  },
  {
    name: 'RFC 7591 3: as an admin token',
    own: ['an admin token'],
    offer(text) {
      const sent = json('/register', { redirect_uris: ['https://boats.example/cb'] });
      return { ...sent, headers: { ...sent.headers, authorization: `Bearer ${text}` } };
    },
    expected: BAD_TOKEN,
  },
  {
    name: 'O22: as a token of who follows the revocations',
    own: ['an admin token'],
    offer: (text) => ({ path: '/revocations', headers: { authorization: `Bearer ${text}` } }),
    expected: BAD_TOKEN,
  },
  {
    name: 'A9: as a token of who publishes a key',
    own: ['an admin token', 'an assertion of a service'],
    offer: (text) => ({
      method: 'PUT',
      path: '/asap/svc/key',
      headers: { authorization: `Bearer ${text}`, 'content-type': 'application/x-pem-file' },
      body: aPem(),
    }),
    expected: { status: 401 },
  },
];

const PAGES: readonly Place[] = [
  {
    name: 'OIDC Core 3.1.2.1: as a hint of who it is',
    own: ['an ID token'],
    offer: (text, { client, cookie }) =>
      authorize(client, { cookie }, { id_token_hint: text, prompt: 'none' }),
    expected: { status: 302, told: 'client', error: 'invalid_request' },
  },
  {
    name: 'RFC 9126 4: as a request_uri',
    own: ['a pushed request'],
    offer: (text, { client, cookie }) => {
      const request_uri = `urn:ietf:params:oauth:request_uri:${text}`;
      return { path: `/authorize?${authorizeQuery(client.clientId, { request_uri })}`, headers: { cookie } };
    },
    expected: { status: 400, told: 'person' },
  },
  {
    name: 'OIDC RP-Initiated Logout 2: as a hint of who logs out',
    own: ['an ID token'],
    offer: (text, { cookie }) => ({
      path: `/end_session?${new URLSearchParams({ id_token_hint: text })}`,
      headers: { cookie },
    }),
    expected: { status: 200, told: 'person', headers: { 'set-cookie': null } },
  },
  {
    name: 'O28: as a logout request',
    own: ['a logout request'],
    offer: (text, { cookie }) => ({
      path: `/logout?${new URLSearchParams({ request: text })}`,
      headers: { cookie },
    }),
    expected: { status: 200, told: 'person', headers: { 'set-cookie': null } },
  },
  {
    name: 'O27: as the secret of a session',
    own: ['the secret of a session'],
    offer: (text) => ({
      path: '/login/account',
      headers: { cookie: `__Host-countersign-session=${text}` },
    }),
    expected: { status: 303, told: 'person', headers: { location: /\/login\/sign-in/ } },
  },
  {
    name: 'O25: as a transaction',
    own: [],
    offer: (text, { cookie }) => ({
      path: `/consent?${new URLSearchParams({ transaction: text })}`,
      headers: { cookie: `${cookie}; __Host-countersign-browser=${'A'.repeat(43)}` },
    }),
    expected: { status: 400, told: 'person' },
  },
  {
    name: 'RFC 8628 3.3: as a user code',
    own: ['a user code'],
    offer: (text, { cookie }) => ownForm('/device', cookie, { user_code: text }),
    expected: { status: 400, told: 'person' },
  },
];

const OF_APPS: readonly Place[] = [
  {
    name: 'JAM-8: as an ID token of an app',
    own: ['an ID token of an app'],
    offer: (text, { appId }) => json(`/${appId}/verify`, { idToken: text }),
    expected: { status: [400, 401] },
  },
  {
    name: 'JAM-9: as a refresh token of an app',
    own: ['a refresh token of an app'],
    offer: (text, { appId }) => json(`/${appId}/refresh`, { refreshToken: text }),
    expected: { status: [400, 401, 404] },
  },
  {
    name: 'JAM-11: as the ID token of who forgets refresh tokens',
    own: ['an ID token of an app'],
    offer: (text, { appId }) => ({
      method: 'DELETE',
      path: `/${appId}/user/refresh`,
      headers: { authorization: `Bearer ${text}` },
    }),
    expected: { status: 401 },
  },
  {
    name: 'M7: as the id of a sign-in request',
    own: ['the id of a sign-in request'],
    offer: (text, { appId, of }) => json(`/${appId}/code`, { requestId: text, code: of['a typed code'] }),
    expected: { status: 401 },
  },
];

const PLACES = [...GRANTS, ...CLIENTS, ...TOKENS, ...PAGES, ...OF_APPS];

export const CROSS_KIND: NegativeTable = {
  title: 'the authority, offered what belongs elsewhere,',
  good: [],
  cases: PLACES.flatMap(({ name, own, offer, expected }) =>
    KINDS.filter((kind) => !own.includes(kind)).map((kind) =>
      negative(
        `J28, ${name}: ${kind}`,
        async (given) => {
          const by = await mint(given);
          return offer(by.of[kind], by);
        },
        expected,
      ),
    ),
  ),
};
