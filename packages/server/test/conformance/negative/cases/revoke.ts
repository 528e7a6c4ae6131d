import { DEVICE_CODE } from '../../../../src/domain/oauth/client.js';
import type { TestClient } from '../../../support/oauth-clients.js';
import {
  API,
  aClient,
  aCode,
  aDevice,
  type Changes,
  type Given,
  isActive,
  post,
  type Tokens,
  token,
  tokens,
} from '../given.js';
import { type Expected, each, type NegativeTable, negative, type Prepared } from '../negative-case.js';

/** Answered as if it was revoked, so that nobody learns what there is; and nothing happens. */
const NOTHING: Expected = { status: 200 };

interface Issued {
  readonly client: TestClient;
  readonly of: Tokens;
}

async function issued(given: Given, settings: Parameters<typeof aClient>[1] = {}): Promise<Issued> {
  const grantTypes = ['authorization_code', 'refresh_token', DEVICE_CODE] as const;
  const client = await aClient(given, { grantTypes, ...settings });
  return { client, of: await tokens(given, client) };
}

const revoke = (
  client: Pick<TestClient, 'headers'>,
  presented: string | undefined,
  changes: Changes = {},
): Prepared => post('/revoke', client, { token: presented, ...changes });

/** Both are good before and after. */
function untouched(given: Given, { client, of }: Issued, sent: Prepared): Prepared {
  return {
    ...sent,
    async after({ status, text }) {
      if (status === 200 && text !== '') throw new Error(`something was told: ${text}`);
      for (const each of [of.access, of.refresh])
        if (!(await isActive(given, client, each))) throw new Error('a token was revoked');
    },
  };
}

const CALLERS = [
  negative(
    'RFC 7009 2.1: nobody',
    async (given) => {
      const made = await issued(given);
      return untouched(given, made, revoke({ headers: {} }, made.of.refresh));
    },
    { status: 401, error: 'invalid_client' },
  ),
  negative(
    'RFC 7009 2.1: a confidential client without its secret',
    async (given) => {
      const made = await issued(given);
      const { clientId } = made.client;
      return untouched(given, made, revoke({ headers: {} }, made.of.refresh, { client_id: clientId }));
    },
    { status: 401, error: 'invalid_client' },
  ),
  negative(
    'RFC 7009 2.1: a wrong secret',
    async (given) => {
      const made = await issued(given);
      const basic = Buffer.from(`${made.client.clientId}:cs_wrong`).toString('base64');
      return untouched(
        given,
        made,
        revoke({ headers: { authorization: `Basic ${basic}` } }, made.of.refresh),
      );
    },
    { status: 401, error: 'invalid_client', headers: { 'www-authenticate': /^Basic / } },
  ),
  negative(
    'RFC 7009 2.1: the access token in place of a secret',
    async (given) => {
      const made = await issued(given);
      const headers = { authorization: `Bearer ${made.of.access}` };
      return untouched(given, made, revoke({ headers }, made.of.access));
    },
    { status: 401, error: 'invalid_client' },
  ),
];

const REQUESTS = [
  ...each(
    [
      ['RFC 7009 2.1: no token', { token: undefined }],
      ['RFC 7009 2.1: an empty token', { token: '' }],
      ['RFC 6749 3.2, O5: two tokens', { token: ['a', 'b'] }],
      [
        'RFC 6749 3.2, O5: the hint twice',
        { token: 'a', token_type_hint: ['access_token', 'refresh_token'] },
      ],
    ],
    async (given, changes: Changes) => post('/revoke', await aClient(given), changes),
    { status: 400, error: 'invalid_request' },
  ),
  negative(
    'RFC 7009 2.1: GET, as scripts of other sites would send it',
    async (given) => {
      const made = await issued(given);
      return untouched(given, made, {
        path: `/revoke?token=${made.of.refresh}&callback=f`,
        headers: made.client.headers,
      });
    },
    { status: 405, headers: { allow: 'POST' } },
  ),
  negative(
    'RFC 7009 2.1, O5: a token in the query',
    async (given) => {
      const made = await issued(given);
      return untouched(given, made, post(`/revoke?token=${made.of.refresh}`, made.client, {}));
    },
    { status: 400, error: 'invalid_request' },
  ),
  negative(
    'RFC 7009 2.1: JSON',
    async (given) => ({
      path: '/revoke',
      headers: { ...(await aClient(given)).headers, 'content-type': 'application/json' },
      body: '{"token":"a"}',
    }),
    { status: 415, error: 'invalid_request' },
  ),
];

const OTHERS = [
  negative(
    'RFC 7009 2.1, O21: the refresh token of another client',
    async (given) => {
      const made = await issued(given);
      return untouched(given, made, revoke(await aClient(given), made.of.refresh));
    },
    NOTHING,
  ),
  negative(
    'RFC 7009 2.1, O21: the access token of another client',
    async (given) => {
      const made = await issued(given);
      return untouched(given, made, revoke(await aClient(given), made.of.access));
    },
    NOTHING,
  ),
  negative(
    'RFC 7009 2.1, O21: an access token, by the resource server that it is for',
    async (given) => {
      const made = await issued(given);
      return untouched(given, made, revoke(await aClient(given, { introspects: [API] }), made.of.access));
    },
    NOTHING,
  ),
  negative(
    'RFC 7009 5, O21: the tokens of others, by a public client',
    async (given) => {
      const [made, anybody] = [await issued(given), await aClient(given, { authMethod: 'none' })];
      return untouched(given, made, revoke(anybody, made.of.refresh, { client_id: anybody.clientId }));
    },
    NOTHING,
  ),
];

/** What is no live token of its client. */
const KINDS = each(
  [
    ['RFC 7009 2.2: a text', async () => 'token'],
    ['RFC 7009 2.2: a refresh token that was made up', async () => `rt_${'A'.repeat(96)}`],
    ['RFC 7009 2.2, J28: an ID token', async (_given, { of }) => of.id],
    ['RFC 7009 2.2, J28: a code', async (given, { client }) => (await aCode(given, client))['code'] ?? ''],
    [
      'RFC 7009 2.2, J28: a device code',
      async (given, { client }) => (await aDevice(given, client)).deviceCode,
    ],
    ['RFC 7009 2.2, J28: a client secret', async (_given, { client }) => client.secret],
    ['RFC 7009 2.2, J15: an access token with padding', async (_given, { of }) => `${of.access}=`],
    ['RFC 7009 2.2, J16: a refresh token with a space', async (_given, { of }) => `${of.refresh} `],
    ['RFC 7009 2.2, S8: SQL', async () => "' OR 1=1--"],
  ] as readonly (readonly [string, (given: Given, of: Issued) => Promise<string>])[],
  async (given, make) => {
    const made = await issued(given);
    return untouched(given, made, revoke(made.client, await make(given, made)));
  },
  NOTHING,
);

const STATES = [
  negative(
    'RFC 7009 2.1, O21: an access token, which does not take its refresh token with it',
    async (given) => {
      const { client, of } = await issued(given);
      return {
        ...revoke(client, of.access),
        async after() {
          if (await isActive(given, client, of.access)) throw new Error('it is alive');
          if (!(await isActive(given, client, of.refresh))) throw new Error('the refresh token is dead');
        },
      };
    },
    { status: 200, changes: ['oauth_revocations', 'oauth_revocation_positions'] },
  ),
  negative(
    'RFC 7009 2.1, O21: a refresh token that was replaced, with which its whole family goes',
    async (given) => {
      const { client, of } = await issued(given);
      const form = { grant_type: 'refresh_token', refresh_token: of.refresh };
      const live = String((await token(given, client, form))['refresh_token']);
      return {
        ...revoke(client, of.refresh, { token_type_hint: 'access_token' }),
        async after() {
          if (await isActive(given, client, live)) throw new Error('its successor is alive');
        },
      };
    },
    { status: 200, changes: ['oauth_grants', 'oauth_revocations', 'oauth_revocation_positions'] },
  ),
  negative(
    'RFC 7009 2.2: an access token after its time, for which the feed needs no entry',
    async (given) => {
      const { client, of } = await issued(given);
      given.clock.advance(600);
      return revoke(client, of.access);
    },
    NOTHING,
  ),
];

export const REVOKE: NegativeTable = {
  title: '/revoke',
  good: [
    {
      name: 'the token of a client',
      prepare: async (given) => {
        const { client, of } = await issued(given);
        return revoke(client, of.refresh);
      },
      status: 200,
    },
    {
      name: 'the token of a public client',
      prepare: async (given) => {
        const { client, of } = await issued(given, {
          authMethod: 'none',
          grantTypes: ['authorization_code', 'refresh_token'],
        });
        return revoke(client, of.refresh, { client_id: client.clientId });
      },
      status: 200,
    },
  ],
  cases: [...CALLERS, ...REQUESTS, ...OTHERS, ...KINDS, ...STATES],
};
