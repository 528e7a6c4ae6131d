import { DEVICE_CODE } from '../../../../src/domain/oauth/client.js';
import { aClientKey, assertionClaims, assertionForm } from '../../../support/client-calls.js';
import type { TestClient } from '../../../support/oauth-clients.js';
import { claimsOf } from '../../../support/oauth-endpoints.js';
import {
  API,
  aClient,
  aCode,
  aDevice,
  aPerson,
  type Changes,
  change,
  type Given,
  isActive,
  jsonOf,
  logOut,
  post,
  type Tokens,
  token,
  tokens,
  use,
} from '../given.js';
import { type Expected, each, type NegativeTable, negative, type Prepared } from '../negative-case.js';

/** Exactly one member, whatever the reason (RFC 7662 section 2.2). */
const INACTIVE: Expected = { status: 200 };

const nothingIsTold: Prepared['after'] = ({ text, headers }) => {
  if (text !== '{"active":false}') throw new Error(`something was told: ${text}`);
  if (headers.get('cache-control') !== 'no-store') throw new Error('it may be kept');
};

interface Issued {
  readonly client: TestClient;
  readonly of: Tokens;
}

async function issued(given: Given, changes: Changes = {}): Promise<Issued> {
  const client = await aClient(given, { grantTypes: ['authorization_code', 'refresh_token', DEVICE_CODE] });
  return { client, of: await tokens(given, client, changes) };
}

const ask = (
  client: Pick<TestClient, 'headers'>,
  presented: string | undefined,
  changes: Changes = {},
): Prepared => ({
  ...post('/introspect', client, { token: presented, ...changes }),
  after: nothingIsTold,
});

const CALLERS = [
  negative(
    'RFC 7662 2.1, O20: nobody',
    async (given) => ({
      ...post('/introspect', { headers: {} }, { token: (await issued(given)).of.access }),
    }),
    { status: 401, error: 'invalid_client', headers: { 'www-authenticate': null } },
  ),
  negative(
    'RFC 7662 2.1, O20: a public client, though the token is its own',
    async (given) => {
      const client = await aClient(given, { authMethod: 'none' });
      const { access } = await tokens(given, client);
      return post('/introspect', client, { token: access, client_id: client.clientId });
    },
    { status: 401, error: 'invalid_client' },
  ),
  negative(
    'RFC 7662 2.3, O20: a wrong secret',
    async (given) => {
      const { client, of } = await issued(given);
      const basic = Buffer.from(`${client.clientId}:cs_wrong`).toString('base64');
      return post('/introspect', { headers: { authorization: `Basic ${basic}` } }, { token: of.access });
    },
    { status: 401, error: 'invalid_client', headers: { 'www-authenticate': /^Basic / } },
  ),
  negative(
    'RFC 7662 2.1, O20: an access token in place of a secret',
    async (given) => {
      const { of } = await issued(given);
      return post('/introspect', { headers: { authorization: `Bearer ${of.access}` } }, { token: of.access });
    },
    { status: 401, error: 'invalid_client' },
  ),
  negative(
    'RFC 7662 2.3, O15: a resource server that is disabled',
    async (given) => {
      const server = await aClient(given, { introspects: [API], disabled: true });
      return post('/introspect', server, { token: (await issued(given)).of.access });
    },
    { status: 401, error: 'invalid_client' },
  ),
];

const REQUESTS = [
  ...each(
    [
      ['RFC 7662 2.1: no token', { token: undefined }],
      ['RFC 7662 2.1: an empty token', { token: '' }],
      ['RFC 6749 3.2, O5: two tokens', { token: ['a', 'b'] }],
    ],
    async (given, changes: Changes) => post('/introspect', await aClient(given), changes),
    { status: 400, error: 'invalid_request' },
  ),
  negative('RFC 7662 2.1: GET', () => ({ path: '/introspect' }), { status: 405, headers: { allow: 'POST' } }),
  negative(
    'RFC 7662 4, O5: a token in the query',
    async (given) => {
      const { client, of } = await issued(given);
      return post(`/introspect?token=${of.access}`, client, {});
    },
    { status: 400, error: 'invalid_request' },
  ),
  negative(
    'RFC 7662 2.1: JSON',
    async (given) => ({
      path: '/introspect',
      headers: { ...(await aClient(given)).headers, 'content-type': 'application/json' },
      body: '{"token":"a"}',
    }),
    { status: 415, error: 'invalid_request' },
  ),
];

/** Whose token it is, and who asks. */
const OTHERS = [
  negative(
    'RFC 7662 4, O20: the access token of another client',
    async (given) => ask(await aClient(given), (await issued(given)).of.access),
    INACTIVE,
  ),
  negative(
    'RFC 7662 4, O20: the refresh token of another client',
    async (given) => ask(await aClient(given), (await issued(given)).of.refresh),
    INACTIVE,
  ),
  negative(
    'RFC 7662 4, O20: a token for another resource server',
    async (given) =>
      ask(await aClient(given, { introspects: ['https://other.example'] }), (await issued(given)).of.access),
    INACTIVE,
  ),
  negative(
    'RFC 7662 4, O20: a refresh token, asked about by the resource server',
    async (given) => ask(await aClient(given, { introspects: [API] }), (await issued(given)).of.refresh),
    INACTIVE,
  ),
  negative(
    'RFC 7662 4, O20: a token for a resource server with a slash more',
    async (given) => ask(await aClient(given, { introspects: [`${API}/`] }), (await issued(given)).of.access),
    INACTIVE,
  ),
];

const STATES = [
  negative(
    'RFC 7662 2.2: an access token at the end of its time',
    async (given) => {
      const { client, of } = await issued(given);
      given.clock.advance(600);
      return ask(client, of.access);
    },
    INACTIVE,
  ),
  negative(
    'RFC 7662 2.2, O22: an access token that was revoked',
    async (given) => {
      const { client, of } = await issued(given);
      await use(given, post('/revoke', client, { token: of.access }));
      return ask(client, of.access);
    },
    INACTIVE,
  ),
  negative(
    'RFC 7009 2.1, O21: an access token whose refresh token was revoked',
    async (given) => {
      const { client, of } = await issued(given);
      await use(given, post('/revoke', client, { token: of.refresh }));
      return ask(client, of.access);
    },
    INACTIVE,
  ),
  negative(
    'RFC 7662 2.2, O12: a refresh token that was replaced',
    async (given) => {
      const { client, of } = await issued(given);
      await token(given, client, { grant_type: 'refresh_token', refresh_token: of.refresh });
      return ask(client, of.refresh);
    },
    INACTIVE,
  ),
  negative(
    'RFC 7662 2.2, O15: a token of a client that was disabled, asked about by the resource server',
    async (given) => {
      const [{ client, of }, server] = [await issued(given), await aClient(given, { introspects: [API] })];
      if (!(await isActive(given, server, of.access))) throw new Error('it was dead before');
      await change(given, client, { disabled: true });
      return ask(server, of.access);
    },
    INACTIVE,
  ),
  negative(
    'RFC 7662 2.2, O15: a token that a client had for itself before it was disabled',
    async (given) => {
      const [client, server] = [
        await aClient(given, { grantTypes: ['client_credentials'] }),
        await aClient(given, { introspects: [API] }),
      ];
      const own = String((await token(given, client, { grant_type: 'client_credentials' }))['access_token']);
      if (!(await isActive(given, server, own))) throw new Error('it was dead before');
      await change(given, client, { disabled: true });
      return ask(server, own);
    },
    INACTIVE,
  ),
  negative(
    'OIDC Core 11, O15: a token of a person who has logged out',
    async (given) => {
      const [client, person] = [await aClient(given), await aPerson(given)];
      const of = await tokens(given, client, { scope: 'read' }, { person });
      await logOut(given, person);
      return ask(client, of.access);
    },
    INACTIVE,
  ),
];

/** What is no access token and no refresh token. */
const KINDS = each(
  [
    ['RFC 7662 2.2, J28: an ID token', async (_given, { of }) => of.id],
    [
      'RFC 9068 4, J27: an access token that is signed as an ID token',
      (given, { of }) => given.authority.keys.sign('JWT', claimsOf(of.access)),
    ],
    ['RFC 7662 2.2, J28: a code', async (given, { client }) => (await aCode(given, client))['code'] ?? ''],
    [
      'RFC 7662 2.2, J28: a device code',
      async (given, { client }) => (await aDevice(given, client)).deviceCode,
    ],
    ['RFC 7662 2.2, J28: a client secret', async (_given, { client }) => client.secret],
    ['RFC 7662 2.2, J28: a client assertion', async (given, { client }) => anAssertion(given, client)],
    ['RFC 7662 2.2, J15: an access token with padding', async (_given, { of }) => `${of.access}=`],
    ['RFC 7662 2.2, J16: an access token with a line end', async (_given, { of }) => `${of.access}\n`],
    [
      'RFC 7662 2.2, J18: an access token with half its signature',
      async (_given, { of }) => of.access.slice(0, -43),
    ],
    [
      'RFC 7662 2.2, J1: an access token without its signature',
      async (_given, { of }) => unsigned(of.access),
    ],
    ['RFC 7662 2.2, J16: a refresh token with a space', async (_given, { of }) => `${of.refresh} `],
    ['RFC 7662 2.2, J17: sixty thousand dots', async () => '.'.repeat(60_000)],
    ['RFC 7662 2.2: a text', async () => 'token'],
  ] as readonly (readonly [string, (given: Given, of: Issued) => Promise<string>])[],
  async (given, make) => {
    const made = await issued(given);
    return ask(made.client, await make(given, made));
  },
  INACTIVE,
);

function anAssertion(given: Given, { clientId }: TestClient): string {
  const { privateKey } = aClientKey();
  return assertionForm(privateKey, assertionClaims(clientId, given.clock()))['client_assertion'] ?? '';
}

function unsigned(accessToken: string): string {
  const [, claims] = accessToken.split('.');
  return `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${claims}.`;
}

export const INTROSPECT: NegativeTable = {
  title: '/introspect',
  good: [
    {
      name: 'the token of a client, and the same from the resource server that it is for',
      prepare: async (given) => {
        const { client, of } = await issued(given);
        return {
          ...post('/introspect', client, { token: of.access, token_type_hint: 'refresh_token' }),
          async after(answer) {
            const server = await aClient(given, { introspects: [API] });
            const isKnown = await isActive(given, server, of.access);
            if (!isKnown || jsonOf(answer)['active'] !== true) throw new Error('it is not active');
          },
        };
      },
      status: 200,
    },
  ],
  cases: [...CALLERS, ...REQUESTS, ...OTHERS, ...STATES, ...KINDS],
};
