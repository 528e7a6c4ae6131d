import type { Client } from '../../../../src/domain/oauth/client.js';
import type { Answer } from '../../../support/joined-authority.js';
import type { TestClient } from '../../../support/oauth-clients.js';
import { ISSUER } from '../../../support/request-handler.js';
import {
  API,
  aClient,
  aCode,
  aPerson,
  CHALLENGE,
  type Changes,
  change,
  type Given,
  isActive,
  jsonOf,
  logOut,
  post,
  prover,
  token,
  use,
  VERIFIER,
} from '../given.js';
import { type Expected, each, type NegativeTable, negative, type Prepared } from '../negative-case.js';

const BAD_GRANT: Expected = { status: 400, error: 'invalid_grant' };

/** The request for tokens of a client that has just got a code, changed in some fields. */
async function redeem(
  given: Given,
  changes: Changes = {},
  settings: Partial<Client> = {},
): Promise<Prepared & { readonly client: TestClient; readonly good: Changes }> {
  const client = await aClient(given, settings);
  const good = await aCode(given, client);
  return { ...post('/token', client, { ...good, ...changes }), client, good };
}

/** The same, and then the code is redeemed as it should be: nothing was taken from its client. */
async function redeemable(given: Given, changes: Changes): Promise<Prepared> {
  const sent = await redeem(given, changes);
  return { ...sent, after: () => redeems(given, sent.client, sent.good) };
}

async function redeems(given: Given, client: TestClient, form: Changes): Promise<void> {
  const { status, text } = await use(given, post('/token', client, form));
  if (status !== 200) throw new Error(`the code was taken away: ${text}`);
}

const byError = (
  error: string,
  rows: readonly (readonly [string, Changes])[],
  more: Partial<Expected> = {},
) => each(rows, redeemable, { status: 400, error, ...more });

const FIELDS = [
  ...byError('invalid_request', [
    ['RFC 6749 4.1.3: no code', { code: undefined }],
    ['RFC 6749 3.2: an empty code', { code: '' }],
    ['RFC 6749 4.1.3, O6: no redirect URI', { redirect_uri: undefined }],
    ['RFC 6749 3.2, O5: the verifier twice', { code_verifier: [VERIFIER, VERIFIER] }],
    ['RFC 6749 3.2, O5: the grant type twice', { grant_type: ['authorization_code', 'authorization_code'] }],
    ['RFC 6749 2.3, O17: the client_id of another client', { client_id: 'client_AAAAAAAAAAAAAAAAAAAAAA' }],
  ]),
  ...byError('invalid_grant', [
    ['RFC 6749 5.2: a code that nobody was given', { code: 'A'.repeat(43) }],
    ['RFC 6749 5.2: a code that is none', { code: 'code' }],
    ['RFC 6749 5.2, O6: a redirect URI with a slash more', { redirect_uri: 'https://client.example/cb/' }],
    ['RFC 6749 5.2, O6: another redirect URI', { redirect_uri: 'https://evil.example/cb' }],
    ['RFC 7636 4.6, O8: no verifier', { code_verifier: undefined }],
    ['RFC 7636 4.1, O8: a verifier of 42 characters', { code_verifier: VERIFIER.slice(1) }],
    ['RFC 7636 4.1, O8: a verifier of 129 characters', { code_verifier: 'a'.repeat(129) }],
    ['RFC 7636 4.1, O8: a verifier with a space', { code_verifier: `${VERIFIER} ` }],
    ['RFC 7636 4.1, O8: a verifier with a plus', { code_verifier: `+${VERIFIER.slice(1)}` }],
  ]),
  ...byError(
    'invalid_grant',
    [
      ['RFC 7636 4.6, O8: a wrong verifier', { code_verifier: 'a'.repeat(43) }],
      ['RFC 7636 4.6, O8: the verifier in another case', { code_verifier: VERIFIER.toLowerCase() }],
      ['RFC 7636 7.2, O8: the challenge, as if it were plain', { code_verifier: CHALLENGE }],
    ],
    { changes: ['oauth_codes'] },
  ),
  ...byError('invalid_target', [
    ['RFC 8707 2.2: a resource that was not granted', { resource: 'https://other.example' }],
    ['RFC 8707 2.2: a resource with a slash more', { resource: `${API}/` }],
  ]),
];

const USES = [
  negative(
    'RFC 6749 4.1.2, O6: a code that was used, whose tokens are revoked',
    async (given) => {
      const client = await aClient(given);
      const form = await aCode(given, client, { scope: 'openid offline_access' });
      const first = await token(given, client, form);
      return { ...post('/token', client, form), after: () => allDead(given, client, first) };
    },
    { ...BAD_GRANT, changes: ['oauth_grants', 'oauth_revocations', 'oauth_revocation_positions'] },
  ),
  negative(
    'RFC 6749 4.1.2, O6: a code that was used, with a wrong verifier this time, whose tokens are revoked all the same',
    async (given) => {
      const client = await aClient(given);
      const form = await aCode(given, client, { scope: 'openid offline_access' });
      const first = await token(given, client, form);
      const again = post('/token', client, { ...form, code_verifier: 'a'.repeat(43) });
      return { ...again, after: () => allDead(given, client, first) };
    },
    { ...BAD_GRANT, changes: ['oauth_grants', 'oauth_revocations', 'oauth_revocation_positions'] },
  ),
  negative(
    'RFC 6749 4.1.2, O6: a used code at another client, whose tokens stay good',
    async (given) => {
      const [client, thief] = [await aClient(given), await aClient(given)];
      const form = await aCode(given, client, { scope: 'openid offline_access' });
      const first = await token(given, client, form);
      return {
        ...post('/token', thief, form),
        async after() {
          if (!(await isActive(given, client, String(first['access_token'])))) throw new Error('revoked');
        },
      };
    },
    BAD_GRANT,
  ),
  negative(
    'RFC 6749 4.1.3, O6: the code of another client, which can still redeem it',
    async (given) => {
      const [client, thief] = [await aClient(given), await aClient(given)];
      const form = await aCode(given, client);
      return { ...post('/token', thief, form), after: () => redeems(given, client, form) };
    },
    BAD_GRANT,
  ),
  negative(
    'RFC 6749 4.1.2, O6: a code after its minute',
    async (given) => {
      const sent = await redeem(given);
      given.clock.advance(60);
      return sent;
    },
    BAD_GRANT,
  ),
  negative(
    'RFC 9700 4.8, O8: the right verifier after five wrong ones',
    async (given) => {
      const sent = await redeem(given);
      for (let tries = 0; tries < 5; tries += 1)
        await use(given, post('/token', sent.client, { ...sent.good, code_verifier: `${tries}`.repeat(43) }));
      return sent;
    },
    BAD_GRANT,
  ),
  negative(
    'RFC 6749 5.2, O15: a code whose person has logged out',
    async (given) => {
      const [client, person] = [await aClient(given), await aPerson(given)];
      const form = await aCode(given, client, {}, person);
      await logOut(given, person);
      return post('/token', client, form);
    },
    BAD_GRANT,
  ),
];

async function allDead(given: Given, client: TestClient, first: Readonly<Record<string, unknown>>) {
  for (const name of ['access_token', 'refresh_token'])
    if (await isActive(given, client, String(first[name]))) throw new Error(`the ${name} is alive`);
}

const CLIENTS = [
  negative(
    'RFC 6749 5.2, O17: the right code with a wrong secret',
    async (given) => {
      const sent = await redeem(given);
      const basic = Buffer.from(`${sent.client.clientId}:cs_wrong`).toString('base64');
      return {
        ...sent,
        headers: { authorization: `Basic ${basic}` },
        after: () => redeems(given, sent.client, sent.good),
      };
    },
    { status: 401, error: 'invalid_client', headers: { 'www-authenticate': /^Basic / } },
  ),
  negative(
    'RFC 6749 3.2.1: the code of a confidential client without its secret',
    async (given) => {
      const sent = await redeem(given);
      return {
        ...post('/token', { headers: {} }, { ...sent.good, client_id: sent.client.clientId }),
        after: () => redeems(given, sent.client, sent.good),
      };
    },
    { status: 401, error: 'invalid_client', headers: { 'www-authenticate': null } },
  ),
  negative(
    'RFC 6749 4.1.3: the code of a public client that does not say who it is',
    (given) => redeem(given, { client_id: undefined }, { authMethod: 'none' }),
    { status: 401, error: 'invalid_client' },
  ),
  negative(
    'RFC 6749 5.2: a client that has lost the grant since',
    async (given) => {
      const sent = await redeem(given);
      await change(given, sent.client, { grantTypes: ['client_credentials'], redirectUris: [] });
      return sent;
    },
    { status: 400, error: 'unauthorized_client' },
  ),
  negative(
    'RFC 6749 5.2, O15: a client that was disabled since',
    async (given) => {
      const sent = await redeem(given);
      await change(given, sent.client, { disabled: true });
      return sent;
    },
    { status: 401, error: 'invalid_client' },
  ),
  negative(
    'RFC 6749 5.2, O15: access that was taken from the client since',
    async (given) => {
      const client = await aClient(given);
      const form = await aCode(given, client, { scope: 'read' });
      await change(given, client, { access: [{ audience: 'https://other.example', scopes: ['read'] }] });
      return post('/token', client, form);
    },
    BAD_GRANT,
  ),
];

/** A code that is bound to a key by `dpop_jkt`, redeemed with a proof or without. */
async function bound(given: Given, proof: 'none' | 'other'): Promise<Prepared> {
  const [client, own, other] = [await aClient(given), prover(given), prover(given)];
  const form = await aCode(given, client, { dpop_jkt: own.thumbprint });
  const sent = post('/token', client, form);
  const url = `${ISSUER}/token`;
  const dpop = proof === 'none' ? {} : { dpop: other.sign({ method: 'POST', url }) };
  return {
    ...sent,
    headers: { ...sent.headers, ...dpop },
    async after() {
      const headers = { ...sent.headers, dpop: own.sign({ method: 'POST', url }) };
      const answer: Answer = await use(given, { ...sent, headers });
      if (jsonOf(answer)['token_type'] !== 'DPoP') throw new Error('the code was taken away');
    },
  };
}

const PROOFS = [
  negative('RFC 9449 10, O23: a bound code without a proof', (given) => bound(given, 'none'), BAD_GRANT),
  negative('RFC 9449 10, O23: a bound code with a proof of another key', (given) => bound(given, 'other'), {
    ...BAD_GRANT,
    changes: ['replayed_tokens'],
  }),
  negative(
    'RFC 9449 5, O23: a client that has to prove a key, and does not',
    (given) => redeem(given, {}, { requireDpop: true }),
    { status: 400, error: 'invalid_dpop_proof' },
  ),
];

const FORMS = [
  negative(
    'RFC 6749 3.2: GET',
    async (given) => {
      const { good, headers = {} } = await redeem(given);
      return { path: `/token?${new URLSearchParams(good as Record<string, string>)}`, headers };
    },
    { status: 405, headers: { allow: 'POST' } },
  ),
  negative(
    'RFC 6749 3.2, O5: a code in the query',
    async (given) => {
      const sent = await redeem(given, { code: undefined });
      return { ...sent, path: `/token?code=${sent.good['code']}` };
    },
    { status: 400, error: 'invalid_request' },
  ),
];

export const TOKEN_CODE: NegativeTable = {
  title: '/token, asked with an authorization code,',
  good: [
    { name: 'a code', prepare: (given) => redeem(given), status: 200 },
    {
      name: 'a code of a public client',
      prepare: (given) => redeem(given, {}, { authMethod: 'none' }),
      status: 200,
    },
    {
      name: 'O6: a code in its last second',
      prepare: async (given) => {
        const sent = await redeem(given);
        given.clock.advance(59);
        return sent;
      },
      status: 200,
    },
  ],
  cases: [...FIELDS, ...USES, ...CLIENTS, ...PROOFS, ...FORMS],
};
