import { createHmac, randomUUID } from 'node:crypto';
import { createJwsSigner, exportPublicPem } from 'countersign';
import { type Client, JWT_BEARER } from '../../../../src/domain/oauth/client.js';
import type { TestClient } from '../../../support/oauth-clients.js';
import { ISSUER } from '../../../support/request-handler.js';
import {
  API,
  aClient,
  aService,
  type Changes,
  change,
  type Given,
  jsonOf,
  type Service,
  use,
} from '../given.js';
import { type Expected, each, type NegativeTable, negative, type Prepared } from '../negative-case.js';

const BAD_GRANT: Expected = { status: 400, error: 'invalid_grant' };

type Claims = Readonly<Record<string, unknown>>;

interface Registered extends Service {
  readonly client: TestClient;
}

async function registered(given: Given, settings: Partial<Client> = {}): Promise<Registered> {
  const service = await aService(given);
  const { asapIssuer } = service;
  return { ...service, client: await aClient(given, { grantTypes: [JWT_BEARER], asapIssuer, ...settings }) };
}

/** Also with claims that nobody's library signs. */
function assertionOf({ asapIssuer, pair }: Service, given: Given, changes: Claims = {}): string {
  const now = given.clock();
  const claims = {
    iss: asapIssuer,
    sub: asapIssuer,
    aud: ISSUER,
    jti: randomUUID(),
    iat: now,
    exp: now + 60,
  };
  const text = JSON.stringify({ ...claims, nbf: now, ...changes });
  return createJwsSigner({ key: pair.privateKey, header: { typ: 'JWT' } }).sign(Buffer.from(text));
}

const trade = (assertion: string | undefined, changes: Changes = {}): Prepared => ({
  path: '/token',
  form: { grant_type: JWT_BEARER, assertion, ...changes },
});

const byClaims = (rows: readonly (readonly [string, (nowSeconds: number) => Claims])[]) =>
  each(
    rows,
    async (given, claims) => trade(assertionOf(await registered(given), given, claims(given.clock()))),
    BAD_GRANT,
  );

const CLAIMS = byClaims([
  ['RFC 7523 3 (1), A1: no issuer', () => ({ iss: undefined })],
  ['RFC 7523 3 (1), A3: another issuer than the key has', () => ({ iss: 'svc-other', sub: 'svc-other' })],
  ['RFC 7523 3 (2), A3: a subject that is somebody else', () => ({ sub: 'somebody' })],
  ['RFC 7523 3 (3), A5: no audience', () => ({ aud: undefined })],
  ['RFC 7523 3 (3), A5: another audience', () => ({ aud: 'https://other.example' })],
  ['RFC 7523 3 (3), A5: the token endpoint as its audience', () => ({ aud: `${ISSUER}/token` })],
  ['RFC 7523 3 (3), A5: the audience with a slash more', () => ({ aud: `${ISSUER}/` })],
  ['RFC 7523 3 (3), A5: an audience besides this one', () => ({ aud: [ISSUER, 'https://other.example'] })],
  ['RFC 7523 3 (4), C4: no end', () => ({ exp: undefined })],
  ['RFC 7523 3 (4), C3: an end that is over', (now) => ({ iat: now - 120, nbf: now - 120, exp: now - 31 })],
  ['RFC 7523 3 (4), C7: an end in more than an hour', (now) => ({ exp: now + 3601 })],
  ['RFC 7519 4.1.4, C1: an end that is a text', (now) => ({ exp: `${now + 60}` })],
  ['RFC 7523 3 (5), C5: a beginning that is to come', (now) => ({ nbf: now + 60 })],
  ['RFC 7523 3 (6), C6: an instant of issue that is to come', (now) => ({ iat: now + 40, exp: now + 60 })],
  ['RFC 7523 3 (6): no instant of issue', () => ({ iat: undefined })],
  ['RFC 7523 3 (7), A11: no id', () => ({ jti: undefined })],
  ['RFC 7523 3 (7), A11: an id that is a number', () => ({ jti: 1 })],
]);

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What was signed with something else, or not at all. */
function forged(
  given: Given,
  { asapIssuer, pair }: Service,
  header: Record<string, unknown>,
  key?: string,
): string {
  const now = given.clock();
  const claims = {
    iss: asapIssuer,
    sub: asapIssuer,
    aud: ISSUER,
    jti: randomUUID(),
    iat: now,
    exp: now + 60,
  };
  const input = `${encode({ kid: pair.privateKey.kid, ...header })}.${encode(claims)}`;
  return `${input}.${key === undefined ? '' : createHmac('sha256', key).update(input).digest('base64url')}`;
}

const SIGNATURES = [
  negative(
    'RFC 7523 3 (9), J1: an assertion without a signature',
    async (given) => trade(forged(given, await registered(given), { alg: 'none' })),
    BAD_GRANT,
  ),
  negative(
    'RFC 7523 3 (9), J4: an assertion with the public key as its secret',
    async (given) => {
      const service = await registered(given);
      return trade(forged(given, service, { alg: 'HS256' }, exportPublicPem(service.pair.publicKey)));
    },
    BAD_GRANT,
  ),
  negative(
    'RFC 7523 3 (9): an assertion by a key that nobody published',
    async (given) => {
      const service = await registered(given);
      const { pair } = await aService({ ...given, store: noStore(given) }, service.asapIssuer);
      return trade(assertionOf({ ...service, pair }, given));
    },
    BAD_GRANT,
  ),
  negative(
    'RFC 7523 3 (9), A3: an assertion by the key of another service',
    async (given) => {
      const [service, other] = [await registered(given), await registered(given)];
      const { asapIssuer: iss } = service;
      return trade(assertionOf(other, given, { iss, sub: iss }));
    },
    BAD_GRANT,
  ),
  negative(
    'RFC 7523 3 (9): an assertion with one character of its claims changed',
    async (given) => {
      const [header, claims = '', signature] = assertionOf(await registered(given), given).split('.');
      const changed = Buffer.from(claims, 'base64url').toString().replace('"exp":1', '"exp":2');
      return trade([header, Buffer.from(changed).toString('base64url'), signature].join('.'));
    },
    BAD_GRANT,
  ),
  ...each(
    [
      ['RFC 7523 3, J17: a text', 'assertion'],
      ['RFC 7523 3, J17: two dots', '..'],
      ['RFC 7523 3, J17: a JWE', 'a.b.c.d.e'],
      ['RFC 7523 3, J20: JSON', '{"payload":"","signatures":[]}'],
      ['RFC 7523 3, J21: 20 KiB', `${'a'.repeat(20_480)}.a.a`],
    ] as const,
    async (_given, assertion) => trade(assertion),
    BAD_GRANT,
  ),
];

/** Keeps nothing. */
const noStore = ({ store }: Given) => ({
  ...store,
  publishedKeys: { ...store.publishedKeys, insertOnce: async () => undefined },
});

const USES = [
  negative(
    'RFC 7523 3 (7), A11: an assertion that was used',
    async (given) => {
      const sent = trade(assertionOf(await registered(given), given));
      await use(given, sent);
      return sent;
    },
    BAD_GRANT,
  ),
  negative(
    'RFC 7523 3 (7), A11: another assertion of the same id',
    async (given) => {
      const [service, jti] = [await registered(given), randomUUID()];
      await use(given, trade(assertionOf(service, given, { jti })));
      given.clock.advance(1);
      return trade(assertionOf(service, given, { jti }));
    },
    BAD_GRANT,
  ),
  negative(
    'RFC 7523 3, A9: an assertion by a key that was revoked',
    async (given) => {
      const service = await registered(given);
      await given.store.publishedKeys.revoke(service.pair.privateKey.kid ?? '', given.clock());
      return trade(assertionOf(service, given));
    },
    BAD_GRANT,
  ),
];

/** Refused, and the assertion still good. */
const still =
  (changes: Changes) =>
  async (given: Given): Promise<Prepared> => {
    const assertion = assertionOf(await registered(given), given);
    return {
      ...trade(assertion, changes),
      async after() {
        const { status, text } = await use(given, trade(assertion));
        if (status !== 200) throw new Error(`the assertion was used up: ${text}`);
      },
    };
  };

const FIELDS = [
  negative('RFC 7521 4.1: no assertion', still({ assertion: undefined }), {
    status: 400,
    error: 'invalid_request',
  }),
  negative('RFC 7521 4.1, O5: two assertions', still({ assertion: ['a', 'b'] }), {
    status: 400,
    error: 'invalid_request',
  }),
  negative('RFC 7521 4.1: a scope that there is not', still({ scope: 'admin' }), {
    status: 400,
    error: 'invalid_scope',
  }),
  negative('RFC 7521 4.1, O19: openid, where there is no person', still({ scope: 'openid' }), {
    status: 400,
    error: 'invalid_scope',
  }),
  negative('RFC 8707 2: a resource of others', still({ resource: `${API}/` }), {
    status: 400,
    error: 'invalid_target',
  }),
  negative(
    'RFC 7521 4.1: a client that nobody registered',
    still({ client_id: 'client_AAAAAAAAAAAAAAAAAAAAAA' }),
    BAD_GRANT,
  ),
];

const CLIENTS = [
  negative(
    'RFC 7521 4.1.1: an assertion of a service that is no client',
    async (given) => trade(assertionOf(await aService(given), given)),
    BAD_GRANT,
  ),
  negative(
    'RFC 7521 4.1.1: an assertion of a service that is two clients',
    async (given) => {
      const service = await registered(given);
      await aClient(given, { grantTypes: [JWT_BEARER], asapIssuer: service.asapIssuer });
      return trade(assertionOf(service, given));
    },
    BAD_GRANT,
  ),
  negative(
    'RFC 7521 4.1.1: an assertion of another service than the client is',
    async (given) => {
      const [service, other] = [await registered(given), await registered(given)];
      return trade(assertionOf(other, given), { client_id: service.client.clientId });
    },
    BAD_GRANT,
  ),
  negative(
    'RFC 7521 4.1: an assertion of another service than the client that authenticates besides',
    async (given) => {
      const [service, other] = [await registered(given), await registered(given)];
      return { ...trade(assertionOf(other, given)), headers: service.client.headers };
    },
    BAD_GRANT,
  ),
  negative(
    'RFC 6749 5.2: a wrong secret besides a good assertion',
    async (given) => {
      const service = await registered(given);
      const basic = Buffer.from(`${service.client.clientId}:cs_wrong`).toString('base64');
      return { ...trade(assertionOf(service, given)), headers: { authorization: `Basic ${basic}` } };
    },
    { status: 401, error: 'invalid_client' },
  ),
  negative(
    'RFC 6749 5.2, O33: a client without this grant, which is told no more than others',
    async (given) => {
      const service = await registered(given, { grantTypes: ['client_credentials'] });
      return trade(assertionOf(service, given), { client_id: service.client.clientId });
    },
    BAD_GRANT,
  ),
  negative(
    'O15: a client that was disabled since',
    async (given) => {
      const service = await registered(given);
      await change(given, service.client, { disabled: true });
      return trade(assertionOf(service, given));
    },
    BAD_GRANT,
  ),
  negative(
    'RFC 9449 5, O23: a client that has to prove a key, and does not',
    async (given) => trade(assertionOf(await registered(given, { requireDpop: true }), given)),
    { status: 400, error: 'invalid_dpop_proof' },
  ),
];

export const TOKEN_JWT_BEARER: NegativeTable = {
  title: '/token, asked with an assertion of a service,',
  good: [
    {
      name: 'an assertion, for which there is nothing to refresh',
      prepare: async (given) => ({
        ...trade(assertionOf(await registered(given), given)),
        after(answer) {
          if ('refresh_token' in jsonOf(answer)) throw new Error('it can be refreshed');
        },
      }),
      status: 200,
    },
    {
      name: 'C3: an assertion that ends in an hour',
      prepare: async (given) =>
        trade(assertionOf(await registered(given), given, { exp: given.clock() + 3600 })),
      status: 200,
    },
  ],
  cases: [...CLAIMS, ...SIGNATURES, ...USES, ...FIELDS, ...CLIENTS],
};
