import type { Client } from '../../../../src/domain/oauth/client.js';
import { API, aClient, type Changes, type Given, post } from '../given.js';
import { each, type NegativeTable, negative, type Prepared } from '../negative-case.js';

const OTHER = 'https://other.example';

async function ask(given: Given, changes: Changes = {}, settings: Partial<Client> = {}): Promise<Prepared> {
  const client = await aClient(given, {
    grantTypes: ['client_credentials'],
    access: [
      { audience: API, scopes: ['read', 'write'] },
      { audience: OTHER, scopes: ['list'] },
    ],
    ...settings,
  });
  return post('/token', client, { grant_type: 'client_credentials', ...changes });
}

const byError = (error: string, rows: readonly (readonly [string, Changes])[]) =>
  each(rows, (given, changes) => ask(given, changes), { status: 400, error });

/** The same form with another media type, or as something else. */
const ofType = (name: string, type: string, body?: string) =>
  negative(
    name,
    async (given) => {
      const { headers = {}, form, ...sent } = await ask(given);
      const text = body ?? new URLSearchParams(form as Record<string, string>).toString();
      return { ...sent, headers: { ...headers, 'content-type': type }, body: text };
    },
    { status: 415, error: 'invalid_request' },
  );

const FIELDS = [
  ...byError('invalid_request', [
    ['RFC 6749 4.4.2: no grant type', { grant_type: undefined }],
    ['RFC 6749 3.2: an empty grant type', { grant_type: '' }],
    ['RFC 6749 3.2, O5: the scope twice', { scope: ['read', 'read'] }],
    ['RFC 6749 3.2, O5: what nobody knows, twice', { x: ['1', '2'] }],
    [
      'RFC 6749 3.2, O5: a hundred parameters more',
      Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`p${index}`, '1'])),
    ],
  ]),
  ...byError('unsupported_grant_type', [
    ['RFC 9700 2.4: a password', { grant_type: 'password', username: 'ada', password: 'correct horse' }],
    ['RFC 9700 2.1.2: the implicit grant', { grant_type: 'implicit' }],
    ['RFC 6749 5.2: a grant type in upper case', { grant_type: 'CLIENT_CREDENTIALS' }],
    ['RFC 6749 5.2: a grant type with a space', { grant_type: 'client_credentials ' }],
    ['RFC 6749 4.5: a grant of SAML', { grant_type: 'urn:ietf:params:oauth:grant-type:saml2-bearer' }],
    ['CIBA 7.3: a grant of another channel', { grant_type: 'urn:openid:params:grant-type:ciba' }],
    ['J2: a grant type that every object has', { grant_type: '__proto__' }],
  ]),
  ...byError('unauthorized_client', [
    [
      'RFC 6749 5.2: a grant type that the client has not',
      { grant_type: 'refresh_token', refresh_token: 'rt_a' },
    ],
    [
      'RFC 8628 3.5: the device grant, which the client has not',
      { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: 'A'.repeat(43) },
    ],
  ]),
  ...byError('invalid_scope', [
    ['RFC 6749 3.3: a scope that there is not', { scope: 'read admin' }],
    ['RFC 6749 3.3: a scope in another case', { scope: 'READ' }],
    ['RFC 6749 3.3, C15: a scope with a space before it', { scope: ' read' }],
    ['RFC 6749 3.3, C15: a scope with a tab', { scope: 'read\twrite' }],
    ['RFC 6749 3.3, C15: a scope with a backslash', { scope: 'read\\write' }],
    ['RFC 6749 3.3, C15: a scope that is no ASCII', { scope: 'réad' }],
    ['OIDC Core 3.1.2.1, O19: openid, where there is no person', { scope: 'openid' }],
    ['OIDC Core 5.4, O19: the e-mail address of nobody', { scope: 'email' }],
    ['OIDC Core 11: access while nobody is away', { scope: 'offline_access' }],
    ['RFC 8707 2: the scope of another resource', { scope: 'list' }],
    ['RFC 8707 2: the scope of the default resource, at another', { scope: 'read', resource: OTHER }],
  ]),
  ...byError('invalid_target', [
    ['RFC 8707 2: a resource of others', { resource: 'https://evil.example' }],
    ['RFC 8707 2: a resource in upper case', { resource: API.toUpperCase() }],
    ['RFC 8707 2: two resources, one of others', { resource: [API, 'https://evil.example'] }],
    ['RFC 8707 2: a resource that is no URI', { resource: 'api' }],
    ['RFC 8707 2: the authority itself', { resource: 'https://auth.example' }],
  ]),
];

const CLIENTS = [
  negative(
    'RFC 6749 4.4: a public client',
    async (given) => {
      const client = await aClient(given, { authMethod: 'none' });
      return post('/token', client, { grant_type: 'client_credentials', client_id: client.clientId });
    },
    { status: 400, error: 'unauthorized_client' },
  ),
  negative(
    'RFC 6749 5.2: a client that was not registered for it',
    (given) => ask(given, {}, { grantTypes: ['authorization_code'] }),
    { status: 400, error: 'unauthorized_client' },
  ),
  negative('RFC 6749 5.2, O15: a client that is disabled', (given) => ask(given, {}, { disabled: true }), {
    status: 401,
    error: 'invalid_client',
  }),
  negative(
    'RFC 9449 5, O23: a client that has to prove a key, and does not',
    (given) => ask(given, {}, { requireDpop: true }),
    { status: 400, error: 'invalid_dpop_proof' },
  ),
];

const FORMS = [
  ofType('RFC 6749 3.2, O5: JSON', 'application/json', '{"grant_type":"client_credentials"}'),
  ofType('RFC 6749 3.2, O5: a form of many parts', 'multipart/form-data; boundary=b'),
  ofType('RFC 6749 appendix B, O5: another charset', 'application/x-www-form-urlencoded; charset=iso-8859-1'),
  ofType('RFC 6749 3.2, O5: plain text', 'text/plain'),
  negative('RFC 6749 3.2: PUT', () => ({ method: 'PUT', path: '/token' }), {
    status: 405,
    headers: { allow: 'POST' },
  }),
  negative('RFC 6749 3.2: DELETE', () => ({ method: 'DELETE', path: '/token' }), { status: 405 }),
  negative('RFC 6749 3.2: a slash more', async (given) => ({ ...(await ask(given)), path: '/token/' }), {
    status: 404,
  }),
  negative(
    'RFC 6749 2.3.1, O5: a secret in the query',
    async (given) => {
      const client = await aClient(given, { grantTypes: ['client_credentials'] });
      const query = `client_id=${client.clientId}&client_secret=${client.secret}`;
      return post(`/token?${query}`, { headers: {} }, { grant_type: 'client_credentials' });
    },
    { status: 400, error: 'invalid_request', headers: { pragma: 'no-cache' } },
  ),
];

export const TOKEN_CLIENT_CREDENTIALS: NegativeTable = {
  title: '/token, asked with client credentials,',
  good: [{ name: 'a client that asks for itself', prepare: (given) => ask(given), status: 200 }],
  cases: [...FIELDS, ...CLIENTS, ...FORMS],
};
