import { generateKeyPairSync } from 'node:crypto';
import { aClientKey } from '../../../support/client-calls.js';
import { ADMIN_TOKEN } from '../../../support/joined-authority.js';
import { aClient, type Given, type Json, jsonOf, tokens } from '../given.js';
import { type Expected, each, type NegativeTable, negative, type Prepared } from '../negative-case.js';

const ADMIN = { authorization: `Bearer ${ADMIN_TOKEN}` };
const BAD_METADATA: Expected = { status: 400, error: 'invalid_client_metadata' };
const BAD_URI: Expected = { status: 400, error: 'invalid_redirect_uri' };

function register(changes: Json | string, headers: Readonly<Record<string, string>> = ADMIN): Prepared {
  const metadata = { client_name: 'Paper Boats', redirect_uris: ['https://boats.example/cb'] };
  const body = typeof changes === 'string' ? changes : JSON.stringify({ ...metadata, ...changes });
  return { path: '/register', headers: { 'content-type': 'application/json', ...headers }, body };
}

const CALLERS = [
  negative('RFC 7591 3, O31: nobody', () => register({}, {}), {
    status: 401,
    error: 'invalid_token',
    headers: { 'www-authenticate': /^Bearer(?!.*error)/ },
  }),
  ...each(
    [
      ['RFC 7591 3, O31: a wrong token', () => `Bearer ${'A'.repeat(32)}`],
      ['RFC 7591 3, O31: the token with a letter less', () => `Bearer ${ADMIN_TOKEN.slice(0, -1)}`],
      ['RFC 7591 3, J28: an access token', async (given) => `Bearer ${(await aPersons(given)).access}`],
      ['RFC 7591 3, J28: an ID token', async (given) => `Bearer ${(await aPersons(given)).id}`],
      ['RFC 7591 3, J28: a client secret', async (given) => `Bearer ${(await aClient(given)).secret}`],
    ] as readonly (readonly [string, (given: Given) => Promise<string> | string])[],
    async (given, authorization) => register({}, { authorization: await authorization(given) }),
    {
      status: 401,
      error: 'invalid_token',
      headers: { 'www-authenticate': /^Bearer .*error="invalid_token"/ },
    },
  ),
  negative(
    'RFC 7591 3, O31: the token by another scheme',
    () => register({}, { authorization: `Basic ${ADMIN_TOKEN}` }),
    {
      status: 401,
      error: 'invalid_token',
    },
  ),
  negative(
    'RFC 7591 3, O31: a client that may come in elsewhere',
    async (given) => register({}, (await aClient(given)).headers),
    {
      status: 401,
      error: 'invalid_token',
    },
  ),
  negative('RFC 7591 3.1: GET', () => ({ path: '/register', headers: ADMIN }), { status: 405 }),
  negative(
    'RFC 7592 2, O31: a look at a client that was registered',
    () => ({ path: '/register/client_a', headers: ADMIN }),
    {
      status: 404,
    },
  ),
];

const aPersons = async (given: Given) => tokens(given, await aClient(given));

const byMetadata = (expected: Expected, rows: readonly (readonly [string, Json | string])[]) =>
  each(rows, (_given, changes) => register(changes), expected);

const uris = (...redirectUris: readonly unknown[]) => ({ redirect_uris: redirectUris });
const keyed = (keys: readonly unknown[]) => ({
  token_endpoint_auth_method: 'private_key_jwt',
  jwks: { keys },
});
const privateJwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
const weakJwk = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });

const URIS = byMetadata(BAD_URI, [
  ['RFC 7591 2, O3: no redirect URI for a grant that needs one', uris()],
  ['RFC 9700 4.1.3, O3: plain http', uris('http://boats.example/cb')],
  ['RFC 8252 8.3, O3: localhost', uris('http://localhost/cb')],
  ['RFC 9700 4.1.3, O3: a script', uris('javascript:alert(1)')],
  ['RFC 9700 4.1.3, O3: a script in another case', uris('JavaScript:alert(1)')],
  ['RFC 9700 4.1.3, O3: data', uris('data:text/html,a')],
  ['RFC 6749 3.1.2, O3: a fragment', uris('https://boats.example/cb#f')],
  ['RFC 9700 4.1.3, O3: a wildcard for hosts', uris('https://*.example/cb')],
  ['RFC 9700 4.1.3, O3: a wildcard for paths', uris('https://boats.example/*')],
  ['RFC 9700 4.1.3, O3: a user name', uris('https://a@boats.example/cb')],
  ['RFC 9700 4.1.3, O3: a host in upper case', uris('https://BOATS.example/cb')],
  ['RFC 9700 4.1.3, O3: a path that climbs', uris('https://boats.example/a/../cb')],
  ['RFC 9700 4.1.3, O3: a relative one', uris('/cb')],
  ['RFC 8252 7.1, O3: a scheme without a dot', uris('boats:/cb')],
  ['RFC 9207 2.3, O3: one that answers for us', uris('https://boats.example/cb?iss=https://evil.example')],
  ['RFC 7591 2, O3: a number', uris(7)],
  ['RFC 7591 2, O3: a list of lists', uris(['https://boats.example/cb'])],
  ['RFC 7591 2, O3: a good one and a bad one', uris('https://boats.example/cb', 'http://evil.example/cb')],
  [
    'RFC 7591 2, S3: more than twenty',
    uris(...Array.from({ length: 21 }, (_, n) => `https://boats.example/${n}`)),
  ],
  [
    'OIDC RP-Initiated Logout 3.1, O28: a script to return to',
    { post_logout_redirect_uris: ['javascript:alert(1)'] },
  ],
]);

const METADATA = byMetadata(BAD_METADATA, [
  ['RFC 7591 2: an unknown way to authenticate', { token_endpoint_auth_method: 'client_secret_jwt' }],
  [
    'RFC 8705 2.1: a certificate as the way to authenticate',
    { token_endpoint_auth_method: 'tls_client_auth' },
  ],
  ['RFC 9700 2.4: the grant of passwords', { grant_types: ['password'] }],
  ['RFC 9700 2.1.2: the implicit grant', { grant_types: ['implicit', 'authorization_code'] }],
  ['RFC 9700 2.1.2: the response type token', { response_types: ['token'] }],
  ['RFC 7591 2: response types that are no list', { response_types: 'code' }],
  ['RFC 7591 2.3: a software statement', { software_statement: 'e30.e30.' }],
  [
    'RFC 7591 2: keys, and where there are others',
    { jwks: { keys: [] }, jwks_uri: 'https://boats.example/jwks' },
  ],
  [
    'RFC 7591 2, O18: a way to authenticate that needs keys, without keys',
    { token_endpoint_auth_method: 'private_key_jwt' },
  ],
  ['RFC 7517 9.3, O29: a private key', keyed([privateJwk])],
  ['RFC 7517 9.2, J4: a symmetric key', keyed([{ kty: 'oct', k: 'c2VjcmV0' }])],
  ['RFC 8725 3.5, J7: a weak key', keyed([weakJwk])],
  ['RFC 7517 5: keys that are no list', { ...keyed([]), jwks: { keys: 'a' } }],
  ['RFC 7517 5: no keys', keyed([])],
  [
    'RFC 7591 5, O31: keys by plain http',
    { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'http://boats.example/' },
  ],
  [
    'RFC 7591 5, O31: keys from a file',
    { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'file:///etc/passwd' },
  ],
  [
    'OIDC Back-Channel Logout 2.2, O31: logouts by plain http',
    { backchannel_logout_uri: 'http://boats.example/' },
  ],
  ['OIDC Dynamic Registration 2: pairwise subjects', { subject_type: 'pairwise' }],
  ['RFC 7591 2: a scope of nothing', { scope: 'admin' }],
  ['RFC 7591 2: a scope that is a list', { scope: ['openid'] }],
  ['RFC 7591 2: a name that is a number', { client_name: 7 }],
  ['RFC 7591 5, S5: a name of two lines', { client_name: 'Paper\nBoats' }],
  ['RFC 7591 5, S5: a name that is read from right to left', { client_name: 'Paper\u202eBoats' }],
  ['RFC 7591 5, S3: a name of 10,000 letters', { client_name: 'a'.repeat(10_000) }],
  [
    'RFC 6749 4.4: a client without a secret that asks for itself',
    { token_endpoint_auth_method: 'none', grant_types: ['client_credentials'] },
  ],
  ['RFC 7591 2: grant types that are no list', { grant_types: 'authorization_code' }],
  ['RFC 8707 2: access to what is no resource', { access: [{ audience: 'api', scopes: ['read'] }] }],
  [
    'RFC 6749 3.3: access by a scope with a space',
    { access: [{ audience: 'https://a.example', scopes: ['a b'] }] },
  ],
  [
    'OIDC Core 5.4, O19: access by a scope of persons',
    { access: [{ audience: 'https://a.example', scopes: ['openid'] }] },
  ],
  ['RFC 7591 3.2.2, J20: a list', '[]'],
  ['RFC 7591 3.2.2, J20: null', 'null'],
  ['RFC 7591 3.2.2, J20: a text', '"a"'],
  ['RFC 7591 3.2.2, J20: what is no JSON', '{'],
  ['RFC 7591 3.2.2, J20: nothing', ' '],
  [
    'RFC 7591 3.2.2, J21: JSON of 20,000 levels',
    `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}, "client_name": 7}`,
  ],
]);

const FORMS = [
  negative(
    'RFC 7591 3.1: a form',
    () => ({
      ...register('a=b'),
      headers: { ...ADMIN, 'content-type': 'application/x-www-form-urlencoded' },
    }),
    {
      status: 415,
      error: 'invalid_request',
    },
  ),
  negative('RFC 7591 3.1, S3: more than 64 KiB', () => register({ x: 'x'.repeat(65_536) }), {
    status: 413,
    error: 'invalid_request',
  }),
];

/** Taken, but for what nobody may decide about himself (row S17). */
const TOO_MUCH = [
  negative(
    'RFC 7591 2, S17: an id, a secret and rights of its own choice, which it does not get',
    () => ({
      ...register({
        client_id: 'client_mine',
        client_secret: 'mine',
        skip_consent: true,
        skipConsent: true,
        introspects: ['https://api.example'],
        disabled: true,
        version: 7,
        constructor: 'a',
        __proto__: { skipConsent: true },
      }),
      after(answer) {
        const json = jsonOf(answer);
        const isOurs = /^client_[\w-]{22}$/.test(String(json['client_id']));
        if (!isOurs || !/^cs_[\w-]{43}$/.test(String(json['client_secret']))) throw new Error(answer.text);
      },
    }),
    { status: 201, changes: ['oauth_clients', 'oauth_client_secrets'] },
  ),
  negative(
    'RFC 7591 2, S17: rights of its own choice, which are not in the store either',
    (given) => ({
      ...register({ skipConsent: true, introspects: ['https://api.example'] }),
      async after(answer) {
        const found = await given.store.oauth.clients.find(
          String(jsonOf(answer)['client_id']),
          given.clock(),
        );
        if (found?.client.skipConsent !== false || found.client.introspects.length > 0)
          throw new Error('it has rights');
      },
    }),
    { status: 201, changes: ['oauth_clients', 'oauth_client_secrets'] },
  ),
];

export const REGISTER: NegativeTable = {
  title: '/register',
  good: [
    { name: 'a client', prepare: () => register({}), status: 201 },
    {
      name: 'a client with a key',
      prepare: () => register(keyed(JSON.parse(aClientKey().settings.jwks).keys)),
      status: 201,
    },
  ],
  cases: [...CALLERS, ...URIS, ...METADATA, ...FORMS, ...TOO_MUCH],
};

/** Where administrators have no token, nobody has. */
export const REGISTER_CLOSED: NegativeTable = {
  title: '/register, where nobody may,',
  adminToken: null,
  good: [],
  cases: [
    ...each(
      [
        ['RFC 7591 3.2.2, O31: a token', ADMIN],
        ['RFC 7591 3.2.2, O31: an empty token', { authorization: 'Bearer ' }],
        ['RFC 7591 3.2.2, O31: nobody', {}],
        ['RFC 7591 3.2.2, O31: the word null', { authorization: 'Bearer null' }],
      ] as readonly (readonly [string, Readonly<Record<string, string>>])[],
      (_given, headers) => register({}, headers),
      { status: 403, error: 'access_denied' },
    ),
    negative(
      'RFC 8414 2, O31: who asks where it is',
      () => ({
        path: '/.well-known/oauth-authorization-server',
        after(answer) {
          if ('registration_endpoint' in jsonOf(answer)) throw new Error('it is told');
        },
      }),
      { status: 200 },
    ),
  ],
};
