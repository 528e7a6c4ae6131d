import { createHmac, generateKeyPairSync } from 'node:crypto';
import { exportPublicPem } from 'countersign';
import type { Client } from '../../../../src/domain/oauth/client.js';
import { aClientKey, assertionClaims, assertionForm, basic } from '../../../support/client-calls.js';
import type { TestClient } from '../../../support/oauth-clients.js';
import { ISSUER } from '../../../support/request-handler.js';
import { aClient, type Changes, type Given, post, use } from '../given.js';
import { type Expected, each, type NegativeTable, negative, type Prepared } from '../negative-case.js';

const UNKNOWN = 'client_AAAAAAAAAAAAAAAAAAAAAA';
const BAD_REQUEST: Expected = { status: 400, error: 'invalid_request' };
/** RFC 6749 section 5.2: no scheme is named where none was tried. */
const BY_FORM: Expected = { status: 401, error: 'invalid_client', headers: { 'www-authenticate': null } };

const machine = (given: Given, settings: Partial<Client> = {}) =>
  aClient(given, { grantTypes: ['client_credentials'], ...settings });

const ask = (form: Changes, authorization?: string): Prepared => ({
  path: '/token',
  headers: authorization === undefined ? {} : { authorization },
  form: { grant_type: 'client_credentials', ...form },
});

interface Signing {
  readonly client: TestClient;
  readonly key: ReturnType<typeof aClientKey>;
}

async function signing(given: Given, settings: Partial<Client> = {}): Promise<Signing> {
  const key = aClientKey();
  return { key, client: await machine(given, { ...key.settings, ...settings }) };
}

type Claims = Readonly<Record<string, unknown>>;

const assertionOf = ({ key, client }: Signing, given: Given, claims: Claims = {}, typ: unknown = 'JWT') =>
  assertionForm(key.privateKey, assertionClaims(client.clientId, given.clock(), claims), typ);

const CLAIMS = each(
  [
    ['RFC 7523 3 (1): no issuer', () => ({ iss: undefined })],
    ['RFC 7523 3 (1), O18: another issuer', () => ({ iss: UNKNOWN })],
    ['RFC 7523 3 (2), O18: no subject', () => ({ sub: undefined })],
    ['RFC 7523 3 (2), O18: another subject', () => ({ sub: UNKNOWN })],
    ['RFC 7523 3 (3), O18: no audience', () => ({ aud: undefined })],
    ['RFC 7523bis 4, O18: the token endpoint as its audience', () => ({ aud: `${ISSUER}/token` })],
    ['RFC 7523 3 (3), O18: the audience with a slash more', () => ({ aud: `${ISSUER}/` })],
    ['RFC 7523 3 (3), O18: two audiences', () => ({ aud: [ISSUER, 'https://other.example'] })],
    ['RFC 7523 3 (3), C9: no audience in a list', () => ({ aud: [] })],
    ['RFC 7523 3 (4), C4: no end', () => ({ exp: undefined })],
    ['RFC 7523 3 (4), O18: an end that is over', (now) => ({ iat: now - 90, exp: now - 31 })],
    ['RFC 7523 3 (4), O18: an end in more than five minutes', (now) => ({ iat: undefined, exp: now + 331 })],
    ['RFC 7523 3 (4), O18: a life of more than five minutes', (now) => ({ iat: now - 10, exp: now + 291 })],
    ['RFC 7519 4.1.4, C1: an end that is a text', (now) => ({ exp: `${now + 60}` })],
    ['RFC 7523 3 (5), C5: a beginning that is to come', (now) => ({ nbf: now + 31 })],
    ['RFC 7523 3 (6), C6: an instant of issue that is to come', (now) => ({ iat: now + 31, exp: now + 60 })],
    ['OIDC Core 9, O18: no id', () => ({ jti: undefined })],
    ['OIDC Core 9, O18: an id that is a number', () => ({ jti: 7 })],
    ['OIDC Core 9, O18: an empty id', () => ({ jti: '' })],
  ] as readonly (readonly [string, (nowSeconds: number) => Claims])[],
  async (given, claims) => ask(assertionOf(await signing(given), given, claims(given.clock()))),
  BY_FORM,
);

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The assertion of a client, signed by something else than its key. */
function forged({ client }: Signing, given: Given, header: Claims, secret?: string): Changes {
  const input = `${encode({ typ: 'JWT', kid: 'k1', ...header })}.${encode(assertionClaims(client.clientId, given.clock()))}`;
  const mac = secret === undefined ? '' : createHmac('sha256', secret).update(input).digest('base64url');
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: `${input}.${mac}`,
  };
}

const SIGNATURES = [
  negative(
    'RFC 7523 3 (9), J1: an assertion without a signature',
    async (given) => ask(forged(await signing(given), given, { alg: 'none' })),
    BY_FORM,
  ),
  negative(
    'RFC 7523 3 (9), J4: an assertion with the public key as its secret',
    async (given) => {
      const made = await signing(given);
      return ask(forged(made, given, { alg: 'HS256' }, exportPublicPem(made.key.publicKey)));
    },
    BY_FORM,
  ),
  negative(
    'OIDC Core 9, O18: an assertion with the client secret (client_secret_jwt)',
    async (given) => {
      const client = await machine(given);
      return ask(forged({ client, key: aClientKey() }, given, { alg: 'HS256' }, client.secret));
    },
    BY_FORM,
  ),
  negative(
    'RFC 7515 4.1.3, J24: an assertion with its key in the header',
    async (given) => {
      const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const jwk = publicKey.export({ format: 'jwk' });
      return ask(forged(await signing(given), given, { alg: 'ES256', jwk }, 'a'));
    },
    BY_FORM,
  ),
  negative(
    'RFC 7515 4.1.11, J22: an assertion with an extension that is critical',
    async (given) =>
      ask(forged(await signing(given), given, { alg: 'ES256', crit: ['b64'], b64: false }, 'a')),
    BY_FORM,
  ),
  negative(
    'RFC 7523 3 (9): an assertion by the key of another client',
    async (given) => {
      const [made, other] = [await signing(given), await signing(given)];
      return ask(assertionOf({ client: made.client, key: other.key }, given));
    },
    BY_FORM,
  ),
  ...each(
    [
      ['RFC 9068 4, J28: an assertion of the type of access tokens', 'at+jwt'],
      ['RFC 9449 4.2, J28: an assertion of the type of proofs', 'dpop+jwt'],
      ['OIDC Back-Channel Logout 2.4, J28: an assertion of the type of logout tokens', 'logout+jwt'],
    ] satisfies [string, string][],
    async (given, type) => ask(assertionOf(await signing(given), given, {}, type)),
    BY_FORM,
  ),
  ...each(
    [
      ['RFC 7521 4.2, J17: an assertion that is a text', 'assertion'],
      ['RFC 7521 4.2, J17: an assertion of two dots', '..'],
      ['RFC 7521 4.2, J21: an assertion of 20 KiB', `${'a'.repeat(20_480)}.a.a`],
    ] as const,
    async (given, text) => ask({ ...assertionOf(await signing(given), given), client_assertion: text }),
    BY_FORM,
  ),
];

const saml = 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer';

const ASSERTIONS = [
  negative(
    'RFC 7523 3 (7), O18: an assertion that was used',
    async (given) => {
      const sent = ask(assertionOf(await signing(given), given));
      await use(given, sent);
      return sent;
    },
    BY_FORM,
  ),
  negative(
    'RFC 7523 3 (7), O18: an assertion that was used at another endpoint',
    async (given) => {
      const form = assertionOf(await signing(given), given);
      await use(given, post('/revoke', { headers: {} }, { ...form, token: 'a' }));
      return ask(form);
    },
    BY_FORM,
  ),
  negative(
    'RFC 7521 4.2: another type of assertion',
    async (given) => ask({ ...assertionOf(await signing(given), given), client_assertion_type: saml }),
    BY_FORM,
  ),
  negative(
    'OIDC Core 9: an assertion of a client that has a secret',
    async (given) => {
      const client = await machine(given);
      return ask(assertionOf({ client, key: aClientKey() }, given));
    },
    BY_FORM,
  ),
  negative(
    'OIDC Core 9: a secret of a client that has a key',
    async (given) => {
      const { client } = await signing(given);
      return ask({ client_id: client.clientId, client_secret: client.secret });
    },
    BY_FORM,
  ),
  negative(
    'RFC 7521 4.2: an assertion without its type',
    async (given) => ask({ ...assertionOf(await signing(given), given), client_assertion_type: undefined }),
    BAD_REQUEST,
  ),
  negative(
    'RFC 7521 4.2: a type without its assertion',
    async (given) => ask({ ...assertionOf(await signing(given), given), client_assertion: undefined }),
    BAD_REQUEST,
  ),
  negative(
    'RFC 7521 4.2: an assertion of another client than the form names',
    async (given) => ask({ ...assertionOf(await signing(given), given), client_id: UNKNOWN }),
    BAD_REQUEST,
  ),
  negative(
    'RFC 6749 2.3, O17: an assertion and a secret',
    async (given) => {
      const made = await signing(given);
      return ask(assertionOf(made, given), basic(made.client.clientId, made.client.secret));
    },
    BAD_REQUEST,
  ),
  negative(
    'RFC 7523 3 (9), O31: an assertion whose keys are on a private address, where nobody looks',
    async (given) => {
      const made = await signing(given, { jwks: null, jwksUri: 'https://169.254.169.254/jwks.json' });
      return ask(assertionOf(made, given));
    },
    { status: 503, error: 'temporarily_unavailable', headers: { 'retry-after': /^[1-9]\d*$/ } },
  ),
];

export const CLIENT_ASSERTIONS: NegativeTable = {
  title: 'the authentication of clients by assertion',
  good: [
    {
      name: 'an assertion',
      prepare: async (given) => ask(assertionOf(await signing(given), given)),
      status: 200,
    },
  ],
  cases: [...CLAIMS, ...SIGNATURES, ...ASSERTIONS],
};
