import type { Client } from '../../../../src/domain/oauth/client.js';
import { basic } from '../../../support/client-calls.js';
import type { TestClient } from '../../../support/oauth-clients.js';
import { aClient, type Changes, change, type Given, use } from '../given.js';
import { type Expected, each, type NegativeTable, negative, type Prepared } from '../negative-case.js';

const UNKNOWN = 'client_AAAAAAAAAAAAAAAAAAAAAA';
const BAD_REQUEST: Expected = { status: 400, error: 'invalid_request' };
/** RFC 6749 section 5.2: the header names the scheme where that was tried. */
const BY_HEADER: Expected = {
  status: 401,
  error: 'invalid_client',
  headers: { 'www-authenticate': /^Basic realm="[^"]+"/ },
};
const BY_FORM: Expected = { status: 401, error: 'invalid_client', headers: { 'www-authenticate': null } };

const machine = (given: Given, settings: Partial<Client> = {}) =>
  aClient(given, { grantTypes: ['client_credentials'], ...settings });

const ask = (form: Changes, authorization?: string): Prepared => ({
  path: '/token',
  headers: authorization === undefined ? {} : { authorization },
  form: { grant_type: 'client_credentials', ...form },
});

type Presented = (client: TestClient) => { form?: Changes; header?: string };

const byWay = (expected: Expected, rows: readonly (readonly [string, Presented])[]) =>
  each(
    rows,
    async (given, present) => {
      const { form = {}, header } = present(await machine(given));
      return ask(form, header);
    },
    expected,
  );

const base64 = (text: string) => Buffer.from(text).toString('base64');

const SECRETS = [
  ...byWay(BY_FORM, [
    ['RFC 6749 3.2.1, O17: nobody', () => ({})],
    [
      'RFC 6749 5.2, O17: a confidential client by its name alone',
      ({ clientId }) => ({ form: { client_id: clientId } }),
    ],
    [
      'RFC 6749 5.2, O17: an empty secret',
      ({ clientId }) => ({ form: { client_id: clientId, client_secret: '' } }),
    ],
    [
      'RFC 6749 5.2, O17: a wrong secret',
      ({ clientId }) => ({ form: { client_id: clientId, client_secret: `cs_${'A'.repeat(43)}` } }),
    ],
    [
      'RFC 6749 5.2, O17: the secret of nobody',
      ({ secret }) => ({ form: { client_id: UNKNOWN, client_secret: secret } }),
    ],
    [
      'RFC 6749 2.3.1, S6: name and secret the wrong way round, in the form',
      ({ clientId, secret }) => ({ form: { client_id: secret, client_secret: clientId } }),
    ],
    ['RFC 6749 2.3.1: a secret without its client', ({ secret }) => ({ form: { client_secret: secret } })],
    [
      'RFC 6749 5.2: a secret with a space behind it',
      ({ clientId, secret }) => ({ form: { client_id: clientId, client_secret: `${secret} ` } }),
    ],
    [
      'RFC 6749 5.2: the start of the secret',
      ({ clientId, secret }) => ({ form: { client_id: clientId, client_secret: secret.slice(0, -1) } }),
    ],
    [
      'RFC 6749 5.2, J2: a client that every object has',
      () => ({ form: { client_id: '__proto__', client_secret: 'a' } }),
    ],
  ]),
  ...byWay(BY_HEADER, [
    [
      'RFC 6749 5.2, O17: a wrong secret in the header',
      ({ clientId }) => ({ header: basic(clientId, 'cs_wrong') }),
    ],
    [
      'RFC 6749 5.2, O17: an unknown client in the header',
      ({ secret }) => ({ header: basic(UNKNOWN, secret) }),
    ],
    [
      'RFC 6749 2.3.1, S6: name and secret the wrong way round',
      ({ clientId, secret }) => ({ header: basic(secret, clientId) }),
    ],
    ['RFC 6749 2.3.1: an empty secret in the header', ({ clientId }) => ({ header: basic(clientId, '') })],
    ['RFC 6750 2.1: a secret as if it were a token', ({ secret }) => ({ header: `Bearer ${secret}` })],
    ['RFC 7616 3.4: another scheme', () => ({ header: 'Digest username="a"' })],
  ]),
  ...byWay(BAD_REQUEST, [
    [
      'RFC 6749 2.3, O17: a secret in the header and in the form',
      ({ clientId, secret }) => ({ header: basic(clientId, secret), form: { client_secret: secret } }),
    ],
    [
      'RFC 6749 2.3.1, O17: another client in the form than in the header',
      ({ clientId, secret }) => ({ header: basic(clientId, secret), form: { client_id: UNKNOWN } }),
    ],
    ['RFC 6749 2.3.1, O17: no client in the header', ({ secret }) => ({ header: basic('', secret) })],
    ['RFC 6749 2.3.1, O17: neither client nor secret in the header', () => ({ header: basic('', '') })],
    [
      'RFC 7617 2, O17: a header without a colon',
      ({ clientId }) => ({ header: `Basic ${base64(clientId)}` }),
    ],
    ['RFC 7617 2, O17: a header without anything', () => ({ header: 'Basic' })],
    [
      'RFC 4648 3.5, O17: base64 that is not canonical',
      ({ clientId, secret }) => ({ header: `Basic ${base64(`${clientId}:${secret}`).replace(/=*$/, '')}!` }),
    ],
    [
      'RFC 4648 5, O17: base64url in place of base64',
      ({ clientId }) => ({
        header: `Basic ${Buffer.from(`${clientId}:\u00fb\u00ff\u00fe`).toString('base64url')}_-`,
      }),
    ],
    [
      'RFC 6749 2.3.1, O17: percent signs that encode nothing',
      ({ clientId }) => ({ header: basic(clientId, '%zz') }),
    ],
    [
      'RFC 7617 2.1, O17: what is not UTF-8',
      () => ({ header: `Basic ${Buffer.from([0x61, 0x3a, 0xff]).toString('base64')}` }),
    ],
    [
      'RFC 9110 5.3, O17: two headers, joined on their way',
      ({ clientId, secret }) => ({ header: `${basic(clientId, secret)}, ${basic(clientId, secret)}` }),
    ],
    [
      'RFC 6749 3.2, O5: the secret twice',
      ({ clientId, secret }) => ({ form: { client_id: clientId, client_secret: [secret, secret] } }),
    ],
    [
      'RFC 6749 3.2, O5: the client twice',
      ({ clientId, secret }) => ({ form: { client_id: [clientId, UNKNOWN], client_secret: secret } }),
    ],
  ]),
];

const STATES = [
  negative(
    'RFC 6749 2.3.1, O17: a secret that two others replaced',
    async (given) => {
      const client = await machine(given);
      await given.authority.clients.rotateSecret(client.clientId);
      await given.authority.clients.rotateSecret(client.clientId);
      return ask({}, basic(client.clientId, client.secret));
    },
    BY_HEADER,
  ),
  negative(
    'RFC 6749 5.2, O15: a client that was disabled a moment ago',
    async (given) => {
      const client = await machine(given);
      await use(given, ask({}, basic(client.clientId, client.secret)));
      await change(given, client, { disabled: true });
      return ask({}, basic(client.clientId, client.secret));
    },
    BY_HEADER,
  ),
  negative(
    'RFC 6749 5.2, O15: a client that was deleted a moment ago',
    async (given) => {
      const client = await machine(given);
      await given.authority.clients.delete(client.clientId);
      return ask({}, basic(client.clientId, client.secret));
    },
    BY_HEADER,
  ),
  negative(
    'RFC 6749 2.3.1, O17: the secret of another client',
    async (given) => {
      const [one, other] = [await machine(given), await machine(given)];
      return ask({}, basic(one.clientId, other.secret));
    },
    BY_HEADER,
  ),
  negative(
    'RFC 6749 2.1, O17: a public client that sends a secret, though there is one for it',
    async (given) => {
      const client = await machine(given);
      await change(given, client, { authMethod: 'none', grantTypes: ['authorization_code'] });
      return ask({ client_id: client.clientId, client_secret: client.secret });
    },
    BY_FORM,
  ),
  negative(
    'RFC 6819 4.3.2, S18: the thirty-first wrong secret for one client in a minute from one network',
    async (given) => {
      const { clientId } = await machine(given);
      for (let count = 0; count < 30; count += 1) await use(given, ask({}, basic(clientId, `cs_${count}`)));
      return ask({}, basic(clientId, 'cs_30'));
    },
    { status: 429, error: 'too_many_requests', headers: { 'retry-after': /^[1-9]\d*$/ } },
  ),
];

export const CLIENT_AUTHENTICATION: NegativeTable = {
  title: 'the authentication of clients by secret',
  good: [
    {
      name: 'a secret in the header',
      prepare: async (given) => {
        const client = await machine(given);
        return ask({}, basic(client.clientId, client.secret));
      },
      status: 200,
    },
    {
      name: 'O17: a secret that another one replaced a moment ago',
      prepare: async (given) => {
        const client = await machine(given);
        await given.authority.clients.rotateSecret(client.clientId);
        return ask({ client_id: client.clientId, client_secret: client.secret });
      },
      status: 200,
    },
  ],
  cases: [...SECRETS, ...STATES],
};
