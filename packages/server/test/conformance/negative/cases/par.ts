import type { Client } from '../../../../src/domain/oauth/client.js';
import { aClientKey, assertionClaims, assertionForm } from '../../../support/client-calls.js';
import type { TestClient } from '../../../support/oauth-clients.js';
import { ISSUER } from '../../../support/request-handler.js';
import {
  API,
  aClient,
  aPerson,
  authorizeQuery,
  type Changes,
  type Given,
  jsonOf,
  parametersOf,
  post,
  prover,
  use,
} from '../given.js';
import { each, type NegativeTable, negative, type Prepared } from '../negative-case.js';

const fields = (client: TestClient, changes: Changes): Changes => ({
  ...Object.fromEntries(new URLSearchParams(authorizeQuery(client.clientId))),
  ...changes,
});

async function push(given: Given, changes: Changes = {}, settings: Partial<Client> = {}): Promise<Prepared> {
  const client = await aClient(given, settings);
  return post('/par', client, fields(client, changes));
}

async function pushed(given: Given, client: TestClient, changes: Changes = {}): Promise<string> {
  return String(jsonOf(await use(given, post('/par', client, fields(client, changes))))['request_uri']);
}

/** Follows the request that was pushed, and whatever stands beside it. */
async function follow(
  given: Given,
  clientId: string | undefined,
  requestUri: string,
  changes: Changes = {},
): Promise<Prepared> {
  const parameters = { client_id: clientId, request_uri: requestUri, ...changes };
  const query = new URLSearchParams(
    Object.entries(parameters).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as [string, string]],
    ),
  );
  return { path: `/authorize?${query}`, headers: { cookie: (await aPerson(given)).cookie } };
}

const byError = (error: string, rows: readonly (readonly [string, Changes])[]) =>
  each(rows, (given, changes) => push(given, changes), { status: 400, error });

const REQUESTS = [
  ...byError('invalid_request', [
    ['RFC 9126 2.1: a request_uri', { request_uri: 'urn:ietf:params:oauth:request_uri:a' }],
    ['RFC 9126 2.3: no redirect URI', { redirect_uri: undefined }],
    [
      'RFC 9126 2.4, O1: a redirect URI that is not registered',
      { redirect_uri: 'https://client.example/cb/' },
    ],
    ['RFC 9126 2.1: the client_id of another client', { client_id: 'client_AAAAAAAAAAAAAAAAAAAAAA' }],
    ['RFC 6749 3.1: no response type', { response_type: undefined }],
    ['RFC 7636 4.4.1, O8: no challenge', { code_challenge: undefined }],
    ['RFC 9700 2.1.1, O8: the method plain', { code_challenge_method: 'plain' }],
    ['RFC 7636 4.2, O8: a challenge of 42 characters', { code_challenge: 'a'.repeat(42) }],
    ['RFC 6749 3.1, O5: the state twice', { state: ['a', 'b'] }],
    ['OIDC Core 3.1.2.1, O5: prompt=none login', { prompt: 'none login' }],
    ['OIDC Core 3.1.2.1, O28: a hint that is no token', { id_token_hint: 'hint' }],
    ['RFC 9449 10, O23: a dpop_jkt that is no thumbprint', { dpop_jkt: 'thumbprint' }],
    ['RFC 6749 2.3, O17: a second way to authenticate', { client_secret: 'a' }],
  ]),
  ...byError('unsupported_response_type', [
    ['RFC 9700 2.1.2: the response type token', { response_type: 'token' }],
  ]),
  ...byError('invalid_scope', [['RFC 6749 3.3: a scope that there is not', { scope: 'admin' }]]),
  ...byError('invalid_target', [
    ['RFC 8707 2: a resource of others', { resource: ['https://other.example', API] }],
  ]),
  ...byError('request_not_supported', [['OIDC Core 6.1, O30: a request object', { request: 'e30.e30.' }]]),
];

const CLIENTS = [
  negative(
    'RFC 9126 2.1: nobody',
    async (given) => ({ ...(await push(given, { client_id: undefined })), headers: {} }),
    { status: 401, error: 'invalid_client', headers: { 'www-authenticate': null } },
  ),
  negative(
    'RFC 9126 2.1, O17: a client without its secret',
    async (given) => ({ ...(await push(given)), headers: {} }),
    { status: 401, error: 'invalid_client' },
  ),
  negative(
    'RFC 6749 5.2, O17: a wrong secret',
    async (given) => {
      const client = await aClient(given);
      const basic = Buffer.from(`${client.clientId}:cs_wrong`).toString('base64');
      return post('/par', { headers: { authorization: `Basic ${basic}` } }, fields(client, {}));
    },
    { status: 401, error: 'invalid_client', headers: { 'www-authenticate': /^Basic / } },
  ),
  negative(
    'RFC 6749 2.3, O17: a public client that sends a secret',
    async (given) => push(given, { client_secret: 'a' }, { authMethod: 'none' }),
    { status: 401, error: 'invalid_client' },
  ),
  negative('RFC 6749 5.2, O15: a client that is disabled', (given) => push(given, {}, { disabled: true }), {
    status: 401,
    error: 'invalid_client',
  }),
  negative(
    'RFC 9126 2.3: a client without this grant',
    (given) => push(given, {}, { grantTypes: ['client_credentials'] }),
    { status: 400, error: 'unauthorized_client' },
  ),
  negative(
    'RFC 7523 3 (7), O18: an assertion that was used here before',
    async (given) => {
      const key = aClientKey();
      const client = await aClient(given, key.settings);
      const assertion = assertionForm(key.privateKey, assertionClaims(client.clientId, given.clock()));
      const sent = post('/par', { headers: {} }, fields(client, assertion));
      await use(given, sent);
      return sent;
    },
    { status: 401, error: 'invalid_client' },
  ),
];

const FORMS = [
  negative('RFC 9126 2: GET', () => ({ path: '/par' }), { status: 405, headers: { allow: 'POST' } }),
  negative(
    'RFC 9126 2.1: JSON',
    async (given) => ({
      path: '/par',
      headers: { ...(await aClient(given)).headers, 'content-type': 'application/json' },
      body: '{}',
    }),
    { status: 415, error: 'invalid_request' },
  ),
  negative(
    'RFC 9126 2.1, O5: parameters in the query',
    async (given) => ({ ...(await push(given)), path: '/par?scope=openid' }),
    { status: 400, error: 'invalid_request' },
  ),
  negative('RFC 9126 2.3, S3: more than 64 KiB', (given) => push(given, { login_hint: 'a'.repeat(65_536) }), {
    status: 413,
    error: 'invalid_request',
  }),
];

const PROOFS = [
  negative(
    'RFC 9449 10.1, O23: a proof of another key than dpop_jkt names',
    async (given) => {
      const [proven, named] = [prover(given), prover(given)];
      const sent = await push(given, { dpop_jkt: named.thumbprint });
      const dpop = proven.sign({ method: 'POST', url: `${ISSUER}/par` });
      return { ...sent, headers: { ...sent.headers, dpop } };
    },
    { status: 400, error: 'invalid_dpop_proof' },
  ),
  negative(
    'RFC 9449 4.3, O23: a proof for the token endpoint',
    async (given) => {
      const sent = await push(given);
      const dpop = prover(given).sign({ method: 'POST', url: `${ISSUER}/token` });
      return { ...sent, headers: { ...sent.headers, dpop } };
    },
    { status: 400, error: 'invalid_dpop_proof' },
  ),
];

/** What comes of a pushed request at /authorize. */
const FOLLOWED = [
  negative(
    'RFC 9126 4, O30: a request_uri that nobody was given',
    async (given) =>
      follow(given, (await aClient(given)).clientId, `urn:ietf:params:oauth:request_uri:${'A'.repeat(43)}`),
    { status: 400, told: 'person' },
  ),
  negative(
    'RFC 9126 4, O30: a request_uri that was used',
    async (given) => {
      const client = await aClient(given);
      const uri = await pushed(given, client);
      await use(given, await follow(given, client.clientId, uri));
      return follow(given, client.clientId, uri);
    },
    { status: 400, told: 'person' },
  ),
  negative(
    'RFC 9126 4, O30: a request_uri after its minute',
    async (given) => {
      const client = await aClient(given);
      const uri = await pushed(given, client);
      given.clock.advance(60);
      return follow(given, client.clientId, uri);
    },
    { status: 400, told: 'person' },
  ),
  negative(
    'RFC 9126 2.2, O30: the request_uri of another client, which can still use it',
    async (given) => {
      const owner = await aClient(given);
      const uri = await pushed(given, owner);
      const sent = await follow(given, (await aClient(given)).clientId, uri);
      return {
        ...sent,
        async after() {
          const answer = await use(given, await follow(given, owner.clientId, uri));
          if (parametersOf(answer)['code'] === undefined) throw new Error('the request was taken away');
        },
      };
    },
    { status: 400, told: 'person' },
  ),
  negative(
    'RFC 9101 5, O30: a request_uri without its client',
    async (given) => follow(given, undefined, await pushed(given, await aClient(given))),
    { status: 400, told: 'person' },
  ),
  negative(
    'RFC 9126 4, O30: what stands beside the request_uri, which counts for nothing',
    async (given) => {
      const client = await aClient(given);
      const uri = await pushed(given, client, { scope: 'openid', prompt: 'none', max_age: '0' });
      const beside = { scope: 'openid read', prompt: '', max_age: '', redirect_uri: 'https://evil.example/' };
      return follow(given, client.clientId, uri, beside);
    },
    { status: 302, told: 'client', error: 'login_required', changes: ['oauth_pushed_requests'] },
  ),
  negative(
    'RFC 9449 10.1, O23: a code of a pushed proof, redeemed without a proof',
    async (given) => {
      const client = await aClient(given);
      const sent = post('/par', client, fields(client, {}));
      const dpop = prover(given).sign({ method: 'POST', url: `${ISSUER}/par` });
      const { request_uri: uri } = jsonOf(await use(given, { ...sent, headers: { ...sent.headers, dpop } }));
      const answer = await use(given, await follow(given, client.clientId, String(uri)));
      const { code } = parametersOf(answer);
      const form = { grant_type: 'authorization_code', code, redirect_uri: 'https://client.example/cb' };
      return post('/token', client, {
        ...form,
        code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
      });
    },
    { status: 400, error: 'invalid_grant' },
  ),
];

export const PAR: NegativeTable = {
  title: '/par',
  good: [
    { name: 'the request of a client', prepare: (given) => push(given), status: 201 },
    {
      name: 'RFC 9126 2.1: the request of a public client',
      prepare: async (given) => push(given, {}, { authMethod: 'none' }),
      status: 201,
    },
  ],
  cases: [...REQUESTS, ...CLIENTS, ...FORMS, ...PROOFS, ...FOLLOWED],
};
