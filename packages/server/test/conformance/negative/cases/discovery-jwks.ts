import type { Answer } from '../../../support/joined-authority.js';
import { ISSUER } from '../../../support/request-handler.js';
import { jsonOf, use } from '../given.js';
import { type Expected, each, type NegativeTable, negative, type Prepared } from '../negative-case.js';

const OPENID = '/.well-known/openid-configuration';
const OAUTH = '/.well-known/oauth-authorization-server';
const DOCUMENTS = [OPENID, OAUTH, '/jwks.json'] as const;

const named = <T>(clause: string, make: (path: (typeof DOCUMENTS)[number]) => T) =>
  DOCUMENTS.map((path) => [`${clause}, at ${path}`, make(path)] as const);

const PATHS = [
  ...each(
    named('RFC 9110 15.5.6: POST', (path) => path),
    (_given, path) => ({ method: 'POST', path }),
    { status: 405, headers: { allow: /^GET/ } },
  ),
  ...each(
    named('RFC 9110 15.5.6: DELETE', (path) => path),
    (_given, path) => ({ method: 'DELETE', path }),
    { status: 405 },
  ),
  ...each(
    [
      ['RFC 8414 3.1: a slash more', `${OPENID}/`],
      ['RFC 8414 3.1: an issuer that is none of ours', `${OPENID}/other`],
      ['RFC 8414 3.1: an issuer that is none of ours, the other document', `${OAUTH}/other`],
      ['RFC 3986 6.2.2.1: another case', OPENID.toUpperCase()],
      ['RFC 3986 6.2.2.2: a dot that is encoded', '/%2ewell-known/openid-configuration'],
      ['RFC 3986 6.2.2.3: two slashes', '//jwks.json'],
      ['RFC 8615 3: a document that there is not', '/.well-known/webfinger'],
      ['RFC 7517 5: a single key', '/jwks.json/kid'],
      ['RFC 7517 9.2: the private half', '/jwks.private.json'],
    ] as const,
    (_given, path) => ({ path }),
    { status: 404 },
  ),
];

/** Whoever claims another host is told nothing (rows O29, M8 and S16). */
const HOSTS = each(
  named('RFC 9110 7.4, O29: another host', (path) => path),
  (_given, path) => ({ path, headers: { host: 'evil.example' } }),
  { status: 421 },
);

const FORWARDED = {
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'http',
  forwarded: 'host=evil.example',
};

/** Read by everybody, so that nothing in it may depend on who asks. */
const TOLD: Expected = {
  status: 200,
  headers: {
    'access-control-allow-origin': '*',
    'access-control-allow-credentials': null,
    'set-cookie': null,
    'cache-control': /^public, max-age=\d+$/,
  },
};

const sameAs =
  (path: string, headers: Readonly<Record<string, string>>) =>
  async (given: Parameters<typeof use>[0]): Promise<Prepared> => {
    const usual = await use(given, { path });
    return {
      path,
      headers,
      after({ text }) {
        if (text !== usual.text || text.includes('evil')) throw new Error('it depends on who asks');
      },
    };
  };

const DEPENDS = [
  ...each(
    named('RFC 8414 3, S16: headers of a proxy, which count for nothing', (path) => path),
    (given, path) => sameAs(path, FORWARDED)(given),
    TOLD,
  ),
  ...each(
    named('Fetch 3.2, O29: an opaque origin', (path) => path),
    (given, path) => sameAs(path, { origin: 'null', cookie: 'a=b' })(given),
    TOLD,
  ),
];

function expectKeys(answer: Answer): void {
  const { keys } = jsonOf(answer) as { keys: readonly Readonly<Record<string, unknown>>[] };
  const secret = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
  if (keys.length === 0) throw new Error('there are no keys');
  for (const key of keys)
    if (secret.some((member) => member in key) || key['kty'] === 'oct' || key['use'] !== 'sig')
      throw new Error('a key holds what it must not');
}

/** What is never offered (RFC 9700). */
function expectModest(answer: Answer): void {
  const json = jsonOf(answer);
  const offered = JSON.stringify(json);
  for (const never of ['"none"', '"HS256"', '"plain"', '"implicit"', '"password"', '"token"', '"id_token"'])
    if (
      offered
        .replace(/"(?:\w+_auth_methods_supported|prompt_values_supported)":\[[^\]]*\]/g, '')
        .includes(never)
    )
      throw new Error(`${never} is offered`);
  if (json['issuer'] !== ISSUER) throw new Error('the issuer is another');
  for (const [name, value] of Object.entries(json))
    if (/_endpoint$|_uri$/.test(name) && !String(value).startsWith(`${ISSUER}/`))
      throw new Error(`${name} leads elsewhere`);
  for (const none of ['request_parameter_supported', 'request_uri_parameter_supported'])
    if (json[none] !== false) throw new Error(`${none} is left open`);
}

const CONTENT = [
  negative('RFC 7517 9.2, O29: private members', () => ({ path: '/jwks.json', after: expectKeys }), TOLD),
  negative('RFC 9700 2.1, O29: what nobody should use', () => ({ path: OPENID, after: expectModest }), TOLD),
  negative(
    'RFC 9700 2.1, O29: what nobody should use, in the other document',
    () => ({ path: OAUTH, after: expectModest }),
    TOLD,
  ),
  ...each(
    named('RFC 9110 13.1.2: whoever has it already', (path) => path),
    async (given, path) => {
      const { headers } = await use(given, { path });
      return { path, headers: { 'if-none-match': headers.get('etag') ?? '' } };
    },
    { status: 304 },
  ),
];

export const DISCOVERY_JWKS: NegativeTable = {
  title: 'what is published',
  good: DOCUMENTS.map((path) => ({ name: path, prepare: () => ({ path }), status: 200 })),
  cases: [...PATHS, ...HOSTS, ...DEPENDS, ...CONTENT],
};
