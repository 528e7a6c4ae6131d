import { createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { Client } from '../../../../src/domain/oauth/client.js';
import { claimsOf } from '../../../support/oauth-endpoints.js';
import { partsOf } from '../../../support/token-authority.js';
import {
  API,
  aClient,
  aPerson,
  type Changes,
  change,
  type Given,
  jsonOf,
  logOut,
  post,
  type Tokens,
  token,
  tokens,
  use,
} from '../given.js';
import { type Expected, each, type NegativeTable, negative, type Prepared } from '../negative-case.js';

/** RFC 6750 section 3.1: no code where no token came. */
const ASKED: Expected = {
  status: 401,
  headers: { 'www-authenticate': /^Bearer realm="userinfo", DPoP algs="[^"]+"$/ },
};
const BAD_REQUEST: Expected = {
  status: 400,
  error: 'invalid_request',
  headers: { 'www-authenticate': /error="invalid_request"/ },
};
const BAD_TOKEN: Expected = {
  status: 401,
  error: 'invalid_token',
  headers: { 'www-authenticate': /error="invalid_token"/ },
};

const present = (accessToken: string, scheme = 'Bearer'): Prepared => ({
  path: '/userinfo',
  headers: { authorization: `${scheme} ${accessToken}` },
});

const somebodys = async (
  given: Given,
  changes: Changes = {},
  settings: Partial<Client> = {},
): Promise<Tokens> => tokens(given, await aClient(given, settings), changes);

const TRANSPORTS = [
  negative('RFC 6750 3, O23: no token', () => ({ path: '/userinfo' }), ASKED),
  negative('RFC 6750 3: no token, in a POST', () => ({ method: 'POST', path: '/userinfo' }), ASKED),
  negative('RFC 7235 4.1: another scheme', () => present('YTpi', 'Basic'), ASKED),
  negative(
    'RFC 7235 4.1: a scheme that begins like ours',
    async (given) => present((await somebodys(given)).access, 'BearerX'),
    ASKED,
  ),
  negative(
    'RFC 6265 4: a token in a cookie',
    async (given) => ({
      path: '/userinfo',
      headers: { cookie: `access_token=${(await somebodys(given)).access}` },
    }),
    ASKED,
  ),
  negative(
    'RFC 9700 4.3.2: a token in the query',
    async (given) => ({ path: `/userinfo?access_token=${(await somebodys(given)).access}` }),
    BAD_REQUEST,
  ),
  negative(
    'RFC 6750 2.2: a token in the form',
    async (given) => post('/userinfo', { headers: {} }, { access_token: (await somebodys(given)).access }),
    BAD_REQUEST,
  ),
  negative(
    'RFC 6750 2: a token in the header and one in the query',
    async (given) => {
      const sent = present((await somebodys(given)).access);
      return { ...sent, path: '/userinfo?access_token=a' };
    },
    BAD_REQUEST,
  ),
  negative(
    'RFC 6750 2.1: a scheme without a token',
    () => ({ path: '/userinfo', headers: { authorization: 'Bearer' } }),
    BAD_REQUEST,
  ),
  negative('RFC 6750 2.1: a token with a space in it', () => present('a b'), BAD_REQUEST),
  negative('RFC 6750 2.1: a token with a comma in it', () => present('a,b'), BAD_REQUEST),
  negative(
    'RFC 9110 5.3: two headers, joined on their way',
    async (given) => {
      const { access } = await somebodys(given);
      return present(`${access}, Bearer ${access}`);
    },
    BAD_REQUEST,
  ),
  negative(
    'RFC 9110 5.3: two headers of two schemes, joined on their way',
    async (given) => present(`YTpi, Bearer ${(await somebodys(given)).access}`, 'Basic'),
    BAD_REQUEST,
  ),
  negative('OIDC Core 5.3.1: another method', () => ({ method: 'PUT', path: '/userinfo' }), { status: 405 }),
];

const STATES = [
  negative(
    'OIDC Core 5.3.3: a token at the end of its time',
    async (given) => {
      const { access } = await somebodys(given);
      given.clock.advance(600);
      return present(access);
    },
    BAD_TOKEN,
  ),
  negative(
    'RFC 7009 2.1, O22: a token that was revoked',
    async (given) => {
      const client = await aClient(given);
      const { access } = await tokens(given, client);
      await use(given, post('/revoke', client, { token: access }));
      return present(access);
    },
    BAD_TOKEN,
  ),
  negative(
    'RFC 7009 2.1, O22: a token whose refresh token was revoked',
    async (given) => {
      const client = await aClient(given);
      const { access, refresh } = await tokens(given, client);
      await use(given, post('/revoke', client, { token: refresh }));
      return present(access);
    },
    BAD_TOKEN,
  ),
  negative(
    'OIDC Core 11, O15: a token of a person who has logged out',
    async (given) => {
      const [client, person] = [await aClient(given), await aPerson(given)];
      const { access } = await tokens(given, client, { scope: 'openid read' }, { person });
      await logOut(given, person);
      return present(access);
    },
    BAD_TOKEN,
  ),
  negative(
    'O15: a token of a client that was disabled',
    async (given) => {
      const client = await aClient(given);
      const { access } = await tokens(given, client);
      await change(given, client, { disabled: true });
      return present(access);
    },
    BAD_TOKEN,
  ),
  negative(
    'O15: a token of a client that was deleted',
    async (given) => {
      const client = await aClient(given);
      const { access } = await tokens(given, client);
      await given.authority.clients.delete(client.clientId);
      return present(access);
    },
    BAD_TOKEN,
  ),
  negative(
    'RFC 6750 3.1, O19: a token of a person without openid',
    async (given) => present((await somebodys(given, { scope: 'read' })).access),
    {
      status: 403,
      error: 'insufficient_scope',
      headers: { 'www-authenticate': /error="insufficient_scope".*scope="openid"/ },
    },
  ),
  negative(
    'O19: a token that a client has for itself',
    async (given) => {
      const client = await aClient(given, { grantTypes: ['client_credentials'] });
      return present(
        String((await token(given, client, { grant_type: 'client_credentials' }))['access_token']),
      );
    },
    { status: 403, error: 'insufficient_scope' },
  ),
  negative(
    'O19: a token that a client has for itself, whose resource names a scope openid',
    async (given) => {
      const client = await aClient(given, {
        grantTypes: ['client_credentials'],
        access: [{ audience: API, scopes: ['openid'] }],
      });
      return present(
        String((await token(given, client, { grant_type: 'client_credentials' }))['access_token']),
      );
    },
    BAD_TOKEN,
  ),
];

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Header or claims are others, and so is whoever signed. */
type Forge = (accessToken: string, given: Given) => Promise<string> | string;

function resigned(accessToken: string, header: object, claims: object = {}): string {
  const parts = partsOf(accessToken);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const input = `${encode({ ...parts.header, ...header })}.${encode({ ...parts.claims, ...claims })}`;
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

/** The published key as a secret. */
async function maced(accessToken: string, given: Given): Promise<string> {
  const { keys } = jsonOf(await use(given, { path: '/jwks.json' })) as { keys: readonly object[] };
  const { header, claims } = partsOf(accessToken);
  const input = `${encode({ ...header, alg: 'HS256' })}.${encode(claims)}`;
  return `${input}.${createHmac('sha256', JSON.stringify(keys[0])).update(input).digest('base64url')}`;
}

const withoutSignature = (accessToken: string, header: object) => {
  const parts = partsOf(accessToken);
  return `${encode({ ...parts.header, ...header })}.${encode(parts.claims)}.`;
};

const FORGED = each(
  [
    ['RFC 8725 3.1, J1: a token of the algorithm none', (made) => withoutSignature(made, { alg: 'none' })],
    ['RFC 8725 3.1, J1: a token whose signature is left out', (made) => withoutSignature(made, {})],
    ['RFC 8725 2.1, J4: a token with the public key as its secret', maced],
    ['RFC 7515 5.2, J26: a token by a key that is not ours', (made) => resigned(made, {})],
    [
      'RFC 7515 4.1.4, J25: a token by a key that there is not',
      (made) => resigned(made, { kid: randomUUID() }),
    ],
    [
      'RFC 7515 4.1.4, J25: a token by a key of another path',
      (made) => resigned(made, { kid: '../../etc/passwd' }),
    ],
    ['RFC 7515 4.1.4, J25: a token by a key of SQL', (made) => resigned(made, { kid: "' OR 1=1--" })],
    [
      'RFC 7515 4.1.2, J24: a token that says where its keys are',
      (made) => resigned(made, { jku: 'http://127.0.0.1:1/' }),
    ],
    [
      'RFC 7515 4.1.11, J22: a token with an extension that is critical',
      (made) => resigned(made, { crit: ['x'], x: 1 }),
    ],
    [
      'RFC 7519 4.1.1: a token of another issuer',
      (made) => resigned(made, {}, { iss: 'https://evil.example' }),
    ],
    ['RFC 7515 5.2: a token with another subject', (made) => swapped(made, { sub: randomUUID() })],
    ['RFC 7515 5.2, C3: a token that lives for longer', (made) => swapped(made, { exp: 4_000_000_000 })],
    ['RFC 7515 5.2: a token with one more scope', (made) => swapped(made, { scope: 'openid email read' })],
    ['RFC 7515 5.2, J16: a token with an empty signature', (made) => made.replace(/[^.]*$/, '')],
    [
      'RFC 7515 3.4, J10: a token with a signature of zeros',
      (made) => made.replace(/[^.]*$/, 'A'.repeat(86)),
    ],
    ['RFC 7515 2, J15: a token with padding', (made) => `${made}==`],
    ['RFC 7515 3, J17: a token of four parts', (made) => `${made}.a`],
    ['RFC 8725 3.2, J21: a token of 20 KiB', () => `${'a'.repeat(20_480)}.a.a`],
  ] as readonly (readonly [string, Forge])[],
  async (given, forge) => present(await forge((await somebodys(given)).access, given)),
  BAD_TOKEN,
);

/** The signature of the old claims under new ones. */
function swapped(accessToken: string, claims: object): string {
  const [header, , signature] = accessToken.split('.');
  return [header, encode({ ...claimsOf(accessToken), ...claims }), signature].join('.');
}

const SIGNED_AS = each(
  [
    ['RFC 9068 4, J27: an access token that is signed as an ID token', 'JWT'],
    ['RFC 9068 4, J27: an access token that is signed as a logout token', 'logout+jwt'],
  ] as const,
  async (given, type) => {
    const claims = claimsOf((await somebodys(given)).access);
    return present(await given.authority.keys.sign(type, claims));
  },
  BAD_TOKEN,
);

const KINDS = each(
  [
    ['RFC 9068 4, J28: an ID token', ({ id }) => id],
    ['RFC 6750 3.1, J28: a refresh token', ({ refresh }) => refresh],
    [
      'RFC 9068 4, J28: an access token that calls itself an ID token',
      ({ access }) => resigned(access, { typ: 'JWT' }),
    ],
  ] as readonly (readonly [string, (of: Tokens) => string])[],
  async (given, choose) => present(choose(await somebodys(given))),
  BAD_TOKEN,
);

export const USERINFO: NegativeTable = {
  title: '/userinfo',
  good: [
    {
      name: 'a token of a person, and tells no more than its scopes',
      prepare: async (given) => ({
        ...present((await somebodys(given)).access),
        after(answer) {
          if (Object.keys(jsonOf(answer)).join() !== 'sub') throw new Error(`told: ${answer.text}`);
        },
      }),
      status: 200,
    },
    {
      name: 'RFC 7235 2.1: the scheme in lower case',
      prepare: async (given) => present((await somebodys(given)).access, 'bearer'),
      status: 200,
    },
  ],
  cases: [...TRANSPORTS, ...STATES, ...FORGED, ...SIGNED_AS, ...KINDS],
};
