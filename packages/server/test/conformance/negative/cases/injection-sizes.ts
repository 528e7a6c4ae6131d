import { DEVICE_CODE, JWT_BEARER, TOKEN_EXCHANGE } from '../../../../src/domain/oauth/client.js';
import { ADMIN_TOKEN } from '../../../support/joined-authority.js';
import {
  aClient,
  aPerson,
  authorize,
  type Changes,
  type Given,
  jsonOf,
  ownForm,
  post,
  use,
} from '../given.js';
import { type Expected, each, type NegativeTable, type Prepared } from '../negative-case.js';

const TEXTS = [
  ['S8: SQL', "' OR '1'='1' --"],
  ['S8: SQL that waits', "1'; SELECT pg_sleep(5) --"],
  ['S8: placeholders of a search', '%_%'],
  ['S8: a zero byte', 'a\u0000b'],
  ['S5: line ends', 'a\r\nset-cookie: a=b\r\n\r\nINFO an admin logged in'],
  ['S5: signs that terminals obey', '\u001b[2J\u001b]0;a\u0007'],
  ['S5: line ends of other scripts', 'a\u2028b\u2029c'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what some loggers would look up.
  ['S5: a look-up', '${jndi:ldap://127.0.0.1:1/a}'],
  ['J2: a name that every object has', '__proto__'],
  ['O33: a path', '../../../../etc/passwd'],
  ['O26: a script', '<script>alert(1)</script>'],
  ['S21: 60,000 letters', 'a'.repeat(60_000)],
  ['S21: 60,000 spaces', ' '.repeat(60_000)],
] as const;

/** Longer ones come in no answer by chance. */
const MIN_TOLD_CHARACTERS = 8;

interface Place {
  readonly name: string;
  readonly put: (given: Given, text: string) => Promise<Prepared> | Prepared;
  readonly expected: Expected;
  /** The person sees again what was typed. */
  readonly comesBack?: true;
}

const GRANT_TYPES = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  DEVICE_CODE,
  TOKEN_EXCHANGE,
] as const;

const inToken = (clause: string, error: string, form: (text: string) => Changes): Place => ({
  name: `${clause} at /token`,
  async put(given, text) {
    const client = await aClient(given, { grantTypes: GRANT_TYPES });
    return post('/token', client, form(text));
  },
  expected: { status: 400, error },
});

const credentials = (changes: Changes) => ({ grant_type: 'client_credentials', ...changes });

const AT_TOKEN: readonly Place[] = [
  inToken('as the grant type', 'unsupported_grant_type', (text) => ({ grant_type: text })),
  inToken('as a code', 'invalid_grant', (code) => ({ grant_type: 'authorization_code', code })),
  inToken('as a refresh token', 'invalid_grant', (text) => ({
    grant_type: 'refresh_token',
    refresh_token: text,
  })),
  inToken('as a device code', 'invalid_grant', (text) => ({ grant_type: DEVICE_CODE, device_code: text })),
  inToken('as a subject token', 'invalid_request', (text) => ({
    grant_type: TOKEN_EXCHANGE,
    subject_token: text,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  })),
  inToken('as a scope', 'invalid_scope', (scope) => credentials({ scope })),
  inToken('as a resource', 'invalid_target', (resource) => credentials({ resource })),
  {
    name: 'as an assertion at /token',
    put: (_given, assertion) => ({ path: '/token', form: { grant_type: JWT_BEARER, assertion } }),
    expected: { status: 400, error: 'invalid_grant' },
  },
  {
    name: 'as a client at /token',
    put: (_given, text) => ({ path: '/token', form: credentials({ client_id: text, client_secret: 'a' }) }),
    expected: { status: 401, error: 'invalid_client' },
  },
  {
    name: 'as a client secret at /token',
    async put(given, text) {
      const { clientId } = await aClient(given);
      return { path: '/token', form: credentials({ client_id: clientId, client_secret: text }) };
    },
    expected: { status: 401, error: 'invalid_client' },
  },
];

const AT_ENDPOINTS: readonly Place[] = [
  {
    name: 'as a token at /introspect',
    put: async (given, token) => ({
      ...post('/introspect', await aClient(given), { token }),
      after({ text }) {
        if (text !== '{"active":false}') throw new Error('something was told');
      },
    }),
    expected: { status: 200 },
  },
  {
    name: 'as a token at /revoke',
    put: async (given, token) => post('/revoke', await aClient(given), { token }),
    expected: { status: 200 },
  },
  {
    name: 'as a hint at /revoke',
    put: async (given, text) => post('/revoke', await aClient(given), { token: 'a', token_type_hint: text }),
    expected: { status: 200 },
  },
  {
    name: 'as a scope at /device_authorization',
    put: async (given, scope) =>
      post('/device_authorization', await aClient(given, { grantTypes: [DEVICE_CODE] }), { scope }),
    expected: { status: 400, error: 'invalid_scope' },
  },
  {
    name: 'as a redirect URI at /par',
    put: async (given, text) =>
      post('/par', await aClient(given), { response_type: 'code', redirect_uri: text }),
    expected: { status: 400, error: 'invalid_request' },
  },
  {
    name: 'as a cursor at /revocations',
    async put(given, after) {
      const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
      // Whoever asks first gives the feed its name.
      await use(given, { path: '/revocations', headers });
      return {
        path: `/revocations?${new URLSearchParams({ after: after.slice(0, 2000), wait: '0' })}`,
        headers,
        after(answer) {
          if (jsonOf(answer)['reset'] !== true) throw new Error('it was taken for a cursor');
        },
      };
    },
    expected: { status: 200 },
  },
  {
    name: 'as a time to wait at /revocations',
    put: (_given, wait) => ({
      path: `/revocations?${new URLSearchParams({ after: 'a', wait: wait.slice(0, 2000) })}`,
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    }),
    expected: { status: 400, error: 'invalid_request' },
  },
  {
    name: 'as a key at /asap',
    put: (_given, text) => ({ path: `/asap/${encodeURIComponent(text.slice(0, 2000))}` }),
    expected: { status: 404 },
  },
  {
    name: 'as an app',
    put: (_given, text) => ({ path: `/${encodeURIComponent(text.slice(0, 2000))}/jwks.json` }),
    expected: { status: 404 },
  },
];

const AT_PAGES: readonly Place[] = [
  {
    name: 'as a client at /authorize',
    put: async (given, text) =>
      authorize(await aClient(given), await aPerson(given), { client_id: text.slice(0, 2000) }),
    expected: { status: 400, told: 'person' },
  },
  {
    name: 'as a redirect URI at /authorize',
    put: async (given, text) => authorize(await aClient(given), await aPerson(given), { redirect_uri: text }),
    expected: { status: 400, told: 'person' },
  },
  {
    name: 'as a scope at /authorize',
    put: async (given, scope) => authorize(await aClient(given), await aPerson(given), { scope }),
    expected: { status: 302, told: 'client', error: 'invalid_scope' },
  },
  {
    name: 'as a transaction at /consent',
    put: async (given, text) => ({
      path: `/consent?${new URLSearchParams({ transaction: text })}`,
      headers: { cookie: `${(await aPerson(given)).cookie}; __Host-countersign-browser=${'A'.repeat(43)}` },
    }),
    expected: { status: 400, told: 'person' },
  },
  {
    name: 'as a hint at /end_session',
    put: async (given, text) => ({
      path: `/end_session?${new URLSearchParams({ id_token_hint: text })}`,
      headers: { cookie: (await aPerson(given)).cookie },
    }),
    expected: { status: 200, told: 'person', headers: { 'set-cookie': null } },
  },
  {
    name: 'as a user code at /device',
    put: async (given, text) => ownForm('/device', (await aPerson(given)).cookie, { user_code: text }),
    expected: { status: 400, told: 'person' },
    comesBack: true,
  },
  {
    name: 'as an address at /login',
    put: (_given, email) => ownForm('/login/sign-in', '', { email }),
    expected: { status: 400, told: 'person' },
    comesBack: true,
  },
];

const INJECTED = [...AT_TOKEN, ...AT_ENDPOINTS, ...AT_PAGES].flatMap(({ name, put, expected, comesBack }) =>
  each(
    TEXTS.map(([what, text]) => [`${what}, ${name}`, text] as const),
    async (given, text) => {
      const isTold = comesBack === true || text.length < MIN_TOLD_CHARACTERS || text === '__proto__';
      if (!isTold && text.trim() !== '') given.secrets.add(text);
      return put(given, text);
    },
    expected,
  ),
);

const FORM = 'application/x-www-form-urlencoded';
const OWN = { origin: 'null', 'sec-fetch-site': 'same-origin' };
const MAX_BYTES = 65_536;

const POSTS = ['/token', '/introspect', '/revoke', '/par', '/device_authorization'];
const PAGE_POSTS = ['/authorize', '/end_session', '/consent', '/device', '/logout', '/login/sign-in'];

/** The same at every endpoint that takes a form, and answered as such endpoints answer. */
function byBody(clause: string, status: number, sent: Pick<Prepared, 'body' | 'headers'>) {
  const prepare = (_given: Given, path: string) => ({
    path,
    ...sent,
    headers: { 'content-type': FORM, ...OWN, ...sent.headers },
  });
  const named = (paths: readonly string[]) => paths.map((path) => [`${clause}, at ${path}`, path] as const);
  return [
    ...each(named(POSTS), prepare, { status, error: 'invalid_request' }),
    ...each(named(PAGE_POSTS), prepare, { status, told: 'person' }),
  ];
}

const BODIES = [
  ...byBody('S3: 64 KiB and a byte', 413, { body: 'a'.repeat(MAX_BYTES + 1) }),
  ...byBody('S3: a length of more than there is', 413, {
    body: 'a=b',
    headers: { 'content-length': '65537' },
  }),
  ...byBody('S3: a body that is compressed', 415, { body: 'a=b', headers: { 'content-encoding': 'gzip' } }),
  ...byBody('O5: what is not UTF-8', 400, { body: Uint8Array.from([0x61, 0x3d, 0xff]) }),
  ...byBody('O5: a field twice', 400, { body: 'a=b&a=c' }),
  ...byBody('O5: a form that calls itself JSON', 415, {
    body: 'a=b',
    headers: { 'content-type': 'application/json' },
  }),
];

export const INJECTION_SIZES: NegativeTable = {
  title: 'the authority, sent',
  good: [
    {
      name: 'what is as long as may be',
      prepare: async (given) => {
        const client = await aClient(given, { grantTypes: ['client_credentials'] });
        const form = 'grant_type=client_credentials&x=';
        const headers = { ...client.headers, 'content-type': FORM };
        return { path: '/token', headers, body: form.padEnd(MAX_BYTES, 'a') };
      },
      status: 200,
    },
  ],
  cases: [...INJECTED, ...BODIES],
};
