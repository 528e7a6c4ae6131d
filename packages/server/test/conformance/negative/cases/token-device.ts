import { type Client, DEVICE_CODE } from '../../../../src/domain/oauth/client.js';
import type { TestClient } from '../../../support/oauth-clients.js';
import {
  API,
  aClient,
  aDevice,
  aPerson,
  type Changes,
  change,
  type Device,
  decideDevice,
  type Given,
  hidden,
  jsonOf,
  logOut,
  ownForm,
  type Person,
  post,
  use,
} from '../given.js';
import { type Expected, each, type NegativeTable, negative, type Prepared } from '../negative-case.js';

const grantTypes = [DEVICE_CODE, 'refresh_token'] as const;
const BAD_GRANT: Expected = { status: 400, error: 'invalid_grant' };
const PAGE: Expected = { status: 400, told: 'person' };

const aTelevision = (given: Given, settings: Partial<Client> = {}) =>
  aClient(given, { grantTypes, authMethod: 'none', redirectUris: [], ...settings });

const idOf = ({ client, clientId }: TestClient) =>
  client.authMethod === 'none' ? { client_id: clientId } : {};

async function begin(given: Given, changes: Changes = {}, settings: Partial<Client> = {}): Promise<Prepared> {
  const client = await aTelevision(given, settings);
  return post('/device_authorization', client, { ...idOf(client), scope: 'openid read', ...changes });
}

interface Television {
  readonly client: TestClient;
  readonly device: Device;
}

async function waiting(given: Given, settings: Partial<Client> = {}): Promise<Television> {
  const client = await aTelevision(given, settings);
  return { client, device: await aDevice(given, client, idOf(client)) };
}

async function approved(given: Given, person?: Person): Promise<Television> {
  const television = await waiting(given);
  await decideDevice(given, television.device, person ?? (await aPerson(given)));
  return television;
}

const poll = ({ client, device }: Television, changes: Changes = {}): Prepared =>
  post('/token', client, {
    grant_type: DEVICE_CODE,
    device_code: device.deviceCode,
    ...idOf(client),
    ...changes,
  });

/** Refused, and the approval still there. */
async function still(given: Given, changes: Changes): Promise<Prepared> {
  const television = await approved(given);
  return { ...poll(television, changes), after: () => getsTokens(given, television) };
}

async function getsTokens(given: Given, television: Television): Promise<void> {
  given.clock.advance(6);
  const { status, text } = await use(given, poll(television));
  if (status !== 200) throw new Error(`the approval is gone: ${text}`);
}

const BEGIN = [
  ...each(
    [
      ['RFC 8628 3.1: no client', { client_id: undefined }],
      ['RFC 8628 3.1: a client that nobody registered', { client_id: 'client_AAAAAAAAAAAAAAAAAAAAAA' }],
      ['RFC 6749 2.3, O17: a public client that sends a secret', { client_secret: 'a' }],
    ] satisfies [string, Changes][],
    (given, changes) => begin(given, changes),
    { status: 401, error: 'invalid_client' },
  ),
  ...each(
    [
      ['RFC 8628 3.1: a scope that there is not', { scope: 'admin' }],
      ['RFC 8628 3.1: no scope, where nothing goes without saying', { scope: undefined }],
      ['RFC 6749 3.3, C15: a scope with two spaces', { scope: 'openid  read' }],
    ] satisfies [string, Changes][],
    (given, changes) => begin(given, changes),
    { status: 400, error: 'invalid_scope' },
  ),
  ...each(
    [['RFC 8707 2: a resource of others', { resource: 'https://other.example' }]],
    (given, changes) => begin(given, changes),
    { status: 400, error: 'invalid_target' },
  ),
  ...each(
    [['RFC 6749 3.2, O5: the scope twice', { scope: ['openid', 'read'] }]],
    (given, changes) => begin(given, changes),
    { status: 400, error: 'invalid_request' },
  ),
  negative(
    'RFC 8628 3.1: a client without this grant',
    (given) => begin(given, {}, { grantTypes: ['authorization_code'], redirectUris: ['https://c.example/'] }),
    { status: 400, error: 'unauthorized_client' },
  ),
  negative(
    'RFC 8628 3.1: a confidential client without its secret',
    async (given) => {
      const { form = {}, path } = await begin(given, {}, { authMethod: 'client_secret_basic' });
      return { path, form };
    },
    { status: 401, error: 'invalid_client' },
  ),
  negative('RFC 8628 3.1: GET', () => ({ path: '/device_authorization' }), { status: 405 }),
  negative(
    'RFC 8628 5.2, O32: the thirty-first in a minute from one network',
    async (given) => {
      const sent = await begin(given);
      for (let count = 0; count < 30; count += 1) await use(given, sent);
      return sent;
    },
    { status: 429, error: 'too_many_requests', headers: { 'retry-after': /^[1-9]\d*$/ } },
  ),
];

const POLLS = [
  negative(
    'RFC 8628 3.5: a device whose person has not decided',
    async (given) => poll(await waiting(given)),
    { status: 400, error: 'authorization_pending', changes: ['oauth_devices'] },
  ),
  negative(
    'RFC 8628 3.5, O32: a device that asks again at once',
    async (given) => {
      const television = await waiting(given);
      await use(given, poll(television));
      given.clock.advance(4);
      return poll(television);
    },
    { status: 400, error: 'slow_down', changes: ['oauth_devices'] },
  ),
  negative(
    'RFC 8628 3.5, O32: a device that was told to slow down, after five seconds',
    async (given) => {
      const television = await waiting(given);
      await use(given, poll(television));
      await use(given, poll(television));
      given.clock.advance(5);
      return poll(television);
    },
    { status: 400, error: 'slow_down', changes: ['oauth_devices'] },
  ),
  negative(
    'RFC 8628 3.5: a device that was denied',
    async (given) => {
      const television = await waiting(given);
      await decideDevice(given, television.device, await aPerson(given), 'deny');
      return poll(television);
    },
    { status: 400, error: 'access_denied', changes: ['oauth_devices'] },
  ),
  negative(
    'RFC 8628 3.5: a device after its ten minutes',
    async (given) => {
      const television = await approved(given);
      given.clock.advance(600);
      return poll(television);
    },
    { status: 400, error: 'expired_token', changes: ['oauth_devices'] },
  ),
  negative(
    'RFC 8628 3.4: a device that has its tokens',
    async (given) => {
      const television = await approved(given);
      await use(given, poll(television));
      given.clock.advance(6);
      return poll(television);
    },
    BAD_GRANT,
  ),
  negative(
    'RFC 8628 3.4: the device of another client, which still gets its tokens',
    async (given) => {
      const [television, thief] = [await approved(given), await aTelevision(given)];
      return {
        ...poll({ client: thief, device: television.device }),
        after: () => getsTokens(given, television),
      };
    },
    BAD_GRANT,
  ),
  negative(
    'RFC 8628 3.4, O15: a device whose client was disabled since',
    async (given) => {
      const television = await approved(given);
      await change(given, television.client, { disabled: true });
      return poll(television);
    },
    { status: 401, error: 'invalid_client' },
  ),
  negative(
    'RFC 8628 3.4, O15: a device whose person has logged out since',
    async (given) => {
      const person = await aPerson(given);
      const television = await approved(given, person);
      await logOut(given, person);
      return poll(television);
    },
    { status: 400, error: 'access_denied', changes: ['oauth_devices'] },
  ),
  ...each(
    [
      ['RFC 8628 3.4: no device code', { device_code: undefined }],
      ['RFC 6749 3.2, O5: two device codes', { device_code: ['a', 'b'] }],
    ],
    still,
    { status: 400, error: 'invalid_request' },
  ),
  ...each(
    [
      ['RFC 8628 3.5: a device code that nobody was given', { device_code: 'A'.repeat(43) }],
      ['RFC 8628 3.5: what is no device code', { device_code: 'WDJB-MJHT' }],
    ],
    still,
    BAD_GRANT,
  ),
  ...each([['RFC 8707 2.2: a resource that was not granted', { resource: `${API}/` }]], still, {
    status: 400,
    error: 'invalid_target',
  }),
  negative(
    'RFC 8628 5.1: the user code in place of the device code',
    async (given) => {
      const television = await approved(given);
      return poll(television, { device_code: television.device.userCode });
    },
    BAD_GRANT,
  ),
];

/** The page where the code is typed. */
const PAGES = [
  ...each(
    [
      ['RFC 8628 3.3, O32: a code that no device waits with', 'BBBB-BBBB'],
      ['RFC 8628 6.1, O32: a code that is none', 'AEIO-UAEI'],
      ['S8: a code that is no text of letters', "' OR 1=1--"],
    ] as const,
    async (given, code) => ownForm('/device', (await aPerson(given)).cookie, { user_code: code }),
    PAGE,
  ),
  negative(
    'RFC 8628 5.1, O32: the sixth guess of a session in a minute, though it is right',
    async (given) => {
      const [{ device }, { cookie }] = [await waiting(given), await aPerson(given)];
      for (let count = 0; count < 5; count += 1)
        await use(given, ownForm('/device', cookie, { user_code: 'BBBB-BBBB' }));
      return ownForm('/device', cookie, { user_code: device.userCode });
    },
    { status: 429, told: 'person', headers: { 'retry-after': /^[1-9]\d*$/ } },
  ),
  negative(
    'RFC 8628 5.1, O32: the sixth guess of a session in a minute, each from another network',
    async (given) => {
      const [{ device }, { cookie }] = [await waiting(given), await aPerson(given)];
      for (let count = 0; count < 5; count += 1)
        await given.send(ownForm('/device', cookie, { user_code: 'BBBB-BBBB' }), `10.9.${count}.1`);
      return ownForm('/device', cookie, { user_code: device.userCode });
    },
    { status: 429, told: 'person' },
  ),
  negative(
    'RFC 8628 5.4, O25: a button of a page that was never shown, which decides nothing',
    async (given) => {
      const [{ device }, { cookie }] = [await waiting(given), await aPerson(given)];
      return ownForm('/device', cookie, { user_code: device.userCode, action: 'connect', nonce: 'nonce' });
    },
    { status: 200, told: 'person' },
  ),
  negative(
    'RFC 8628 5.4, O25: the button of another code, which decides nothing',
    async (given) => {
      const [one, other, { cookie }] = [await waiting(given), await waiting(given), await aPerson(given)];
      const asked = await use(given, ownForm('/device', cookie, { user_code: one.device.userCode }));
      const nonce = hidden(asked, 'nonce');
      return ownForm('/device', cookie, { user_code: other.device.userCode, action: 'connect', nonce });
    },
    { status: 200, told: 'person' },
  ),
  negative(
    'RFC 8628 5.4, O25: the button of a page that another person was shown',
    async (given) => {
      const [{ device }, ada, bob] = [await waiting(given), await aPerson(given), await aPerson(given)];
      const asked = await use(given, ownForm('/device', bob.cookie, { user_code: device.userCode }));
      const nonce = hidden(asked, 'nonce');
      return ownForm('/device', ada.cookie, { user_code: device.userCode, action: 'connect', nonce });
    },
    { status: 200, told: 'person' },
  ),
  negative(
    'RFC 8628 5.4, O25: a form from another site',
    async (given) => {
      const [{ device }, { cookie }] = [await waiting(given), await aPerson(given)];
      const sent = ownForm('/device', cookie, { user_code: device.userCode, action: 'connect' });
      return { ...sent, headers: { cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } };
    },
    { status: 403, told: 'person' },
  ),
  negative(
    'RFC 8628 3.3, O32: a code of somebody who is not signed in, which is not even looked at',
    async (given) => ownForm('/device', '', { user_code: (await waiting(given)).device.userCode }),
    { status: 303, told: 'person', headers: { location: /\/login\?return=device&user_code=/ } },
  ),
  negative(
    'RFC 8628 5.4, O25: a link with the code, which decides nothing',
    async (given) => {
      const [{ device }, { cookie }] = [await waiting(given), await aPerson(given)];
      return { path: `/device?user_code=${device.userCode}&action=connect`, headers: { cookie } };
    },
    { status: 200, told: 'person' },
  ),
  negative(
    'RFC 8628 3.3: a device that was decided already',
    async (given) => {
      const [{ device }, person] = [await waiting(given), await aPerson(given)];
      await decideDevice(given, device, person, 'deny');
      return ownForm('/device', person.cookie, { user_code: device.userCode });
    },
    PAGE,
  ),
];

export const TOKEN_DEVICE: NegativeTable = {
  title: '/device_authorization, /device and /token, asked by a device,',
  good: [
    { name: 'a device that begins', prepare: (given) => begin(given), status: 200 },
    {
      name: 'a device that was approved',
      prepare: async (given) => ({
        ...poll(await approved(given)),
        after(answer) {
          if (typeof jsonOf(answer)['id_token'] !== 'string') throw new Error('whose is it?');
        },
      }),
      status: 200,
    },
  ],
  cases: [...BEGIN, ...POLLS, ...PAGES],
};
