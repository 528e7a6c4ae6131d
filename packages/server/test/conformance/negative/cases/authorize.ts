import type { Client } from '../../../../src/domain/oauth/client.js';
import type { TestClient } from '../../../support/oauth-clients.js';
import {
  API,
  aClient,
  aPerson,
  authorize,
  authorizeQuery,
  type Changes,
  type Given,
  logOut,
  REDIRECT_URI,
  tokens,
} from '../given.js';
import { type Expected, each, type NegativeTable, negative, type Prepared } from '../negative-case.js';

const PAGE: Expected = { status: 400, told: 'person' };
const toClient = (error: string, more: Partial<Expected> = {}): Expected => ({
  status: 302,
  told: 'client',
  error,
  ...more,
});

/** Somebody who is signed in follows the link of a client that need not ask for consent. */
async function ask(given: Given, changes: Changes, client?: TestClient): Promise<Prepared> {
  return authorize(client ?? (await aClient(given)), await aPerson(given), changes);
}

async function askOf(given: Given, settings: Partial<Client>, changes: Changes = {}): Promise<Prepared> {
  return ask(given, changes, await aClient(given, settings));
}

/** Nobody is signed in. */
async function askAsNobody(given: Given, changes: Changes): Promise<Prepared> {
  return authorize(await aClient(given), undefined, changes);
}

const WITHOUT_CLIENT = each(
  [
    ['RFC 6749 4.1.2.1, O4: no client', { client_id: undefined }],
    ['RFC 6749 4.1.2.1, O4: an empty client', { client_id: '' }],
    ['RFC 6749 4.1.2.1, O4: a client that nobody registered', { client_id: 'client_AAAAAAAAAAAAAAAAAAAAAA' }],
    ['RFC 6749 4.1.2.1, O4: a client in another case', { client_id: 'CLIENT_aaaaaaaaaaaaaaaaaaaaaa' }],
    ['RFC 6749 3.1.2.3, O1: no redirect URI, though there is only one', { redirect_uri: undefined }],
    ['RFC 6749 3.1, O5: the client twice', { client_id: ['a', 'b'] }],
    ['RFC 6749 3.1, O5: the redirect URI twice', { redirect_uri: [REDIRECT_URI, REDIRECT_URI] }],
    ['RFC 6749 3.1, O5: the state twice', { state: ['a', 'b'] }],
    ['RFC 6749 3.1, O5: the scope twice', { scope: ['openid', 'openid'] }],
    ['RFC 6749 3.1, O5: the challenge twice', { code_challenge: ['a', 'b'] }],
    ['RFC 6749 3.1, O5: what nobody knows, twice', { ui: ['a', 'b'] }],
    [
      'RFC 6749 3.1, O5: a hundred parameters more',
      Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`p${index}`, '1'])),
    ],
  ] satisfies [string, Changes][],
  ask,
  PAGE,
);

const REDIRECT_URIS = each(
  [
    ['a slash more', 'https://client.example/cb/'],
    ['a slash less', 'https://client.example/c'],
    ['scheme and host in upper case', 'HTTPS://CLIENT.EXAMPLE/cb'],
    ['the path in upper case', 'https://client.example/CB'],
    ['the default port', 'https://client.example:443/cb'],
    ['another port', 'https://client.example:8443/cb'],
    ['a query', 'https://client.example/cb?x=1'],
    ['an empty query', 'https://client.example/cb?'],
    ['a fragment', 'https://client.example/cb#f'],
    ['a path that climbs', 'https://client.example/cb/../evil'],
    ['a path that climbs behind a parameter', 'https://client.example/cb/..;/evil'],
    ['an encoded path that climbs', 'https://client.example/cb/%2e%2e/evil'],
    ['an encoded letter', 'https://client.example/%63b'],
    ['a user name', 'https://client.example@evil.example/cb'],
    ['two user names', 'https://a@client.example@evil.example/cb'],
    ['a longer host', 'https://client.example.evil.example/cb'],
    ['an encoded dot in the host', 'https://client.example%2eevil.example/cb'],
    ['a backslash', 'https://client.example\\@evil.example/cb'],
    ['a host that looks alike', 'https://сlient.example/cb'],
    ['a dot after the host', 'https://client.example./cb'],
    ['plain http', 'http://client.example/cb'],
    ['a script', 'javascript:alert(1)//https://client.example/cb'],
    ['no scheme', '//client.example/cb'],
    ['a space before it', ' https://client.example/cb'],
    ['a line end in it', 'https://client.example/cb\r\nset-cookie: a=b'],
    ['8 KiB of it', `https://client.example/cb${'a'.repeat(8192)}`],
  ].map(([what, uri]) => [`RFC 9700 4.1.3, O1: a redirect URI with ${what}`, String(uri)] as const),
  (given, uri) => ask(given, { redirect_uri: uri }),
  PAGE,
);

const LOOPBACK = each(
  [
    ['localhost', 'http://localhost:1234/cb'],
    ['another path', 'http://127.0.0.1:1234/other'],
    ['a name that begins like it', 'http://127.0.0.1.evil.example/cb'],
    ['a short address', 'http://127.1/cb'],
    ['its number', 'http://2130706433/cb'],
    ['the other loopback address', 'http://[::1]:1234/cb'],
    ['a port that there is not', 'http://127.0.0.1:65536/cb'],
    ['a port with a zero before it', 'http://127.0.0.1:01234/cb'],
    ['https', 'https://127.0.0.1:1234/cb'],
    ['a user name', 'http://127.0.0.1:1234@evil.example/cb'],
  ].map(([what, uri]) => [`RFC 8252 7.3, O2: a loopback redirect URI with ${what}`, String(uri)] as const),
  (given, uri) =>
    askOf(
      given,
      { authMethod: 'none', redirectUris: ['http://127.0.0.1/cb'] },
      { redirect_uri: uri, scope: 'read' },
    ),
  PAGE,
);

const OTHER_REQUESTS = [
  negative(
    'RFC 9700 4.1.3, O1: the redirect URI of another client',
    async (given) => {
      await aClient(given, { redirectUris: ['https://other.example/cb'] });
      return ask(given, { redirect_uri: 'https://other.example/cb' });
    },
    PAGE,
  ),
  negative(
    'RFC 6749 4.1.2.1, O15: a client that is disabled',
    (given) => askOf(given, { disabled: true }),
    PAGE,
  ),
  negative(
    'RFC 9110 9.3.1, O5: parameters in the body of a GET',
    async (given) => ({ ...(await ask(given, {})), method: 'GET', body: 'scope=openid' }),
    PAGE,
  ),
  negative(
    'OIDC Core 3.1.2.1, O5: JSON',
    async (given) => ({ path: '/authorize', body: '{}', headers: await cookieOf(given) }),
    { status: 415, told: 'person' },
  ),
  negative(
    'OIDC Core 3.1.2.1, O5: a form, and a query besides',
    async (given) => ({ ...(await ask(given, {})), form: { scope: 'openid' } }),
    PAGE,
  ),
  negative(
    'RFC 6749 appendix B, O5: a form that is not in UTF-8',
    async (given) => ({
      path: '/authorize',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: Uint8Array.from([...Buffer.from(`${authorizeQuery((await aClient(given)).clientId)}&x=`), 0xff]),
    }),
    PAGE,
  ),
  negative('RFC 6749 3.1: another method', () => ({ method: 'PUT', path: '/authorize' }), {
    status: 405,
    told: 'person',
    headers: { allow: 'GET, HEAD, POST' },
  }),
];

async function cookieOf(given: Given): Promise<Record<string, string>> {
  return { cookie: (await aPerson(given)).cookie, 'content-type': 'application/json' };
}

const byError = (
  error: string,
  rows: readonly (readonly [string, Changes])[],
  more: Partial<Expected> = {},
) => each(rows, (given, changes) => ask(given, changes), toClient(error, more));

const TOLD_CLIENT = [
  ...byError('invalid_request', [
    ['RFC 6749 4.1.2.1: no response type', { response_type: undefined }],
    ['OAuth 2.0 Multiple Response Types 2.1, O5: an unknown response mode', { response_mode: 'web_message' }],
    ['JARM 4.3, O5: a response mode that is not supported', { response_mode: 'jwt' }],
    ['RFC 7636 4.4.1, O8: no challenge', { code_challenge: undefined }],
    [
      'RFC 7636 4.4.1, O8: neither challenge nor method',
      { code_challenge: undefined, code_challenge_method: undefined },
    ],
    ['RFC 7636 4.3, O8: no method, which means plain', { code_challenge_method: undefined }],
    ['RFC 9700 2.1.1, O8: the method plain', { code_challenge_method: 'plain' }],
    ['RFC 7636 4.3, O8: the method in lower case', { code_challenge_method: 's256' }],
    ['RFC 7636 4.2, O8: a challenge of 42 characters', { code_challenge: 'a'.repeat(42) }],
    ['RFC 7636 4.2, O8: a challenge of 44 characters', { code_challenge: 'a'.repeat(44) }],
    ['RFC 7636 4.2, O8: a challenge in base64', { code_challenge: `${'a'.repeat(41)}+/` }],
    ['OIDC Core 3.1.2.1, O5: none besides another prompt', { prompt: 'none login' }],
    ['OIDC Core 3.1.2.6: an unknown prompt', { prompt: 'create' }],
    ['OIDC Core 3.1.2.1: a max_age below zero', { max_age: '-1' }],
    ['OIDC Core 3.1.2.1: a max_age of a half', { max_age: '0.5' }],
    ['OIDC Core 3.1.2.1, S8: a max_age that no clock reaches', { max_age: '18446744073709551616' }],
    ['OIDC Core 3.1.2.1: a nonce of 513 characters', { nonce: 'n'.repeat(513) }],
    ['OIDC Core 3.1.2.1: a nonce that is no text', { nonce: 'a\u0000b' }],
    ['RFC 9470 3: acr_values that are no list', { acr_values: 'a  b' }],
    ['RFC 9449 10, O23: a dpop_jkt that is no thumbprint', { dpop_jkt: 'thumbprint' }],
    ['RFC 6749 3.1, O5: a scope as a list', { 'scope[]': 'openid' }],
    ['OIDC Core 3.1.2.1, O28: a hint that is no token', { id_token_hint: 'hint' }],
  ]),
  ...byError('unsupported_response_type', [
    ['RFC 9700 2.1.2, O5: the response type token', { response_type: 'token' }],
    ['RFC 9700 2.1.2: the response type id_token', { response_type: 'id_token' }],
    ['RFC 9700 2.1.2: the response type code token', { response_type: 'code token' }],
    ['RFC 9700 2.1.2: the response type code id_token', { response_type: 'code id_token' }],
    ['OAuth 2.0 Multiple Response Types 4: the response type none', { response_type: 'none' }],
    ['RFC 6749 3.1.1: the response type in upper case', { response_type: 'CODE' }],
  ]),
  ...byError('invalid_scope', [
    ['RFC 6749 3.3: a scope that there is not', { scope: 'openid admin' }],
    ['RFC 6749 3.3, C15: a scope with two spaces', { scope: 'openid  read' }],
    ['RFC 6749 3.3, C15: a scope with a quote', { scope: 'read"' }],
    ['RFC 6749 3.3: a scope in another case', { scope: 'READ' }],
    ['OIDC Core 5.4: a scope of claims that there are not', { scope: 'openid profile' }],
  ]),
  ...byError('invalid_target', [
    ['RFC 8707 2: a resource of others', { resource: 'https://other.example' }],
    ['RFC 8707 2: a resource with a slash more', { resource: `${API}/` }],
    ['RFC 8707 2: a resource with a fragment', { resource: `${API}#f` }],
    ['RFC 8707 2: a resource that is no URI', { resource: 'api' }],
    ['RFC 8707 2: two resources, one of others', { resource: [API, 'https://other.example'] }],
  ]),
  ...byError('request_not_supported', [['OIDC Core 6.1, O30: a request object', { request: 'e30.e30.' }]]),
  ...byError('request_uri_not_supported', [
    ['OIDC Core 6.2, O30: a request by reference', { request_uri: 'https://client.example/request' }],
    ['OIDC Core 6.2, J24: a request on this machine', { request_uri: 'http://127.0.0.1:1/request' }],
  ]),
  ...byError('registration_not_supported', [['OIDC Core 7.2.1: a registration', { registration: '{}' }]]),
  ...byError('unmet_authentication_requirements', [
    [
      'OIDC Unmet Authentication Requirements 2: a level that is not reached here',
      { acr_values: 'urn:high' },
    ],
  ]),
  ...byError(
    'invalid_request',
    [
      ['O9: a state of 4097 characters', { state: 's'.repeat(4097) }],
      ['O9: a state that is no text', { state: 'a\u0000b' }],
    ],
    { state: null },
  ),
];

const SILENT = [
  negative(
    'OIDC Core 3.1.2.6, O25: prompt=none where nobody is signed in',
    (given) => askAsNobody(given, { prompt: 'none' }),
    toClient('login_required', { headers: { 'set-cookie': null } }),
  ),
  negative(
    'OIDC Core 3.1.2.6, O25: prompt=none where the person was never asked for consent',
    (given) => askOf(given, { skipConsent: false }, { prompt: 'none' }),
    toClient('consent_required', { headers: { 'set-cookie': null } }),
  ),
  negative(
    'OIDC Core 3.1.2.1, O25: prompt=none where the sign-in is too old',
    async (given) => {
      const sent = await ask(given, { prompt: 'none', max_age: '60' });
      given.clock.advance(61);
      return sent;
    },
    toClient('login_required'),
  ),
  negative(
    'OIDC Core 3.1.2.1, O25: prompt=none with max_age=0',
    (given) => ask(given, { prompt: 'none', max_age: '0' }),
    toClient('login_required'),
  ),
  negative(
    'OIDC Core 3.1.2.6, O28: prompt=none with the hint of somebody else',
    async (given) => {
      const client = await aClient(given);
      const { id } = await tokens(given, client);
      return ask(given, { prompt: 'none', id_token_hint: id }, client);
    },
    toClient('login_required'),
  ),
  negative(
    'OIDC Core 3.1.2.1, O28: a hint that another client was issued',
    async (given) => ask(given, { id_token_hint: (await tokens(given, await aClient(given))).id }),
    toClient('invalid_request'),
  ),
  negative(
    'O27: prompt=none with a session that has ended',
    async (given) => {
      const person = await aPerson(given);
      await logOut(given, person);
      return authorize(await aClient(given), person, { prompt: 'none' });
    },
    toClient('login_required'),
  ),
];

const OF_CLIENT = [
  negative(
    'RFC 6749 4.1.2.1: a client without this grant',
    (given) => askOf(given, { grantTypes: ['client_credentials'] }),
    toClient('unauthorized_client'),
  ),
  negative(
    'RFC 9126 5, O30: a client that has to push its requests, and did not',
    (given) => askOf(given, { requirePar: true }),
    toClient('invalid_request'),
  ),
  negative(
    'RFC 9207 2, O4: an error in a fragment, which names the issuer too',
    async (given) => ({
      ...(await ask(given, { response_mode: 'fragment', scope: 'admin' })),
      after({ headers }) {
        expectIn(headers.get('location'), `${REDIRECT_URI}#`);
      },
    }),
    { status: 302, told: 'client', error: 'invalid_scope' },
  ),
];

function expectIn(text: string | null, part: string): void {
  if (text?.includes(part) !== true) throw new Error(`${text} has no ${part}`);
}

export const AUTHORIZE: NegativeTable = {
  title: '/authorize',
  good: [
    { name: 'the link of a client', prepare: (given) => ask(given, {}), status: 302 },
    {
      name: 'O2: any port of a loopback address',
      prepare: (given) =>
        askOf(
          given,
          { redirectUris: ['http://127.0.0.1/cb'] },
          { redirect_uri: 'http://127.0.0.1:50123/cb', scope: 'read' },
        ),
      status: 302,
    },
    {
      name: 'O10: the form of a client, which is sent on as a link and not as a form',
      prepare: async (given) => ({
        path: '/authorize',
        form: Object.fromEntries(new URLSearchParams(authorizeQuery((await aClient(given)).clientId))),
      }),
      status: 303,
    },
  ],
  cases: [
    ...WITHOUT_CLIENT,
    ...REDIRECT_URIS,
    ...LOOPBACK,
    ...OTHER_REQUESTS,
    ...TOLD_CLIENT,
    ...SILENT,
    ...OF_CLIENT,
  ],
};
