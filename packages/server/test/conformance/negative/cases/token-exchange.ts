import type { DpopSigner } from 'countersign/dpop';
import { type Client, DEVICE_CODE, TOKEN_EXCHANGE } from '../../../../src/domain/oauth/client.js';
import type { TestClient } from '../../../support/oauth-clients.js';
import { ISSUER } from '../../../support/request-handler.js';
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
  prover,
  type Tokens,
  token,
  tokens,
  use,
} from '../given.js';
import { type Expected, each, type NegativeTable, negative, type Prepared } from '../negative-case.js';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const BACKEND = 'https://backend.example';
const BAD_REQUEST: Expected = { status: 400, error: 'invalid_request' };

/** Somebody's tokens for the API, and the API, which may call a back end for them. */
interface Called {
  readonly api: TestClient;
  readonly caller: TestClient;
  readonly of: Tokens;
}

async function called(
  given: Given,
  changes: Changes = {},
  options: { prover?: DpopSigner; api?: Partial<Client> } = {},
): Promise<Called> {
  const api = await aClient(given, {
    grantTypes: [TOKEN_EXCHANGE, 'client_credentials'],
    introspects: [API],
    access: [{ audience: BACKEND, scopes: ['read', 'write'] }],
    ...options.api,
  });
  const caller = await aClient(given);
  const bound = options.prover === undefined ? {} : { prover: options.prover };
  return { api, caller, of: await tokens(given, caller, changes, bound) };
}

const exchange = ({ api, of }: Pick<Called, 'api' | 'of'>, changes: Changes = {}): Prepared =>
  post('/token', api, {
    grant_type: TOKEN_EXCHANGE,
    subject_token: of.access,
    subject_token_type: ACCESS_TOKEN,
    audience: BACKEND,
    ...changes,
  });

const byError = (error: string, rows: readonly (readonly [string, Changes])[]) =>
  each(rows, async (given, changes) => exchange(await called(given), changes), { status: 400, error });

const typed = (type: string) => `urn:ietf:params:oauth:token-type:${type}`;

const FIELDS = [
  ...byError('invalid_request', [
    ['RFC 8693 2.1: no subject token', { subject_token: undefined }],
    ['RFC 8693 2.1: no type of the subject token', { subject_token_type: undefined }],
    ['RFC 8693 3: the type of refresh tokens', { subject_token_type: typed('refresh_token') }],
    ['RFC 8693 3: the type of ID tokens', { subject_token_type: typed('id_token') }],
    ['RFC 8693 3: the type of JWTs', { subject_token_type: typed('jwt') }],
    ['RFC 8693 3: the type of SAML', { subject_token_type: typed('saml2') }],
    ['RFC 8693 2.1: a refresh token as what is wished', { requested_token_type: typed('refresh_token') }],
    ['RFC 8693 2.1: an ID token as what is wished', { requested_token_type: typed('id_token') }],
    ['RFC 8693 2.1: a type of an actor token that is not there', { actor_token_type: ACCESS_TOKEN }],
    ['RFC 8693 2.1: an actor token without its type', { actor_token: 'a.b.c' }],
    ['RFC 8693 2.2.2: a subject token that is a text', { subject_token: 'token' }],
    ['RFC 8693 2.2.2, J17: a subject token of two dots', { subject_token: '..' }],
    ['RFC 8693 2.2.2, J21: a subject token of 20 KiB', { subject_token: `${'a'.repeat(20_480)}.a.a` }],
    ['RFC 6749 3.2, O5: two subject tokens', { subject_token: ['a', 'b'] }],
  ]),
  ...byError('invalid_scope', [
    ['RFC 8693 2.1, O16: a scope that the subject token has not', { scope: 'read write' }],
    ['RFC 8693 2.1: a scope that there is not', { scope: 'admin' }],
    ['RFC 8693 2.1: what is told of the person, which nobody hands on', { scope: 'openid' }],
  ]),
  ...byError('invalid_target', [
    ['RFC 8693 2.2.2: a back end that the client may not call', { audience: 'https://other.example' }],
    ['RFC 8707 2: a back end with a slash more', { audience: undefined, resource: `${BACKEND}/` }],
    ['RFC 8693 2.1: a back end, and one that the client may not call', { resource: 'https://other.example' }],
  ]),
];

const SUBJECTS = [
  negative(
    'RFC 8693 2.1: a refresh token in place of an access token',
    async (given) => {
      const made = await called(given);
      return exchange(made, { subject_token: made.of.refresh });
    },
    BAD_REQUEST,
  ),
  negative(
    'RFC 8693 2.1, J28: an ID token in place of an access token',
    async (given) => {
      const made = await called(given);
      return exchange(made, { subject_token: made.of.id });
    },
    BAD_REQUEST,
  ),
  negative(
    'RFC 8693 2.2.2: a token after its time',
    async (given) => {
      const made = await called(given);
      given.clock.advance(600);
      return exchange(made);
    },
    BAD_REQUEST,
  ),
  negative(
    'RFC 8693 2.2.2, O22: a token that was revoked',
    async (given) => {
      const made = await called(given);
      await use(given, post('/revoke', made.caller, { token: made.of.access }));
      return exchange(made);
    },
    BAD_REQUEST,
  ),
  negative(
    'RFC 8693 2.2.2, O22: a token whose grant was revoked',
    async (given) => {
      const made = await called(given);
      await use(given, post('/revoke', made.caller, { token: made.of.refresh }));
      return exchange(made);
    },
    BAD_REQUEST,
  ),
  negative(
    'RFC 8693 5, O15: a token of a person who has logged out',
    async (given) => {
      const person = await aPerson(given);
      const made = await called(given);
      const of = await tokens(given, made.caller, { scope: 'read' }, { person });
      await logOut(given, person);
      return exchange({ ...made, of });
    },
    BAD_REQUEST,
  ),
  negative(
    'RFC 8693 5: a token that is for another resource server',
    async (given) => exchange(await called(given, {}, { api: { introspects: ['https://other.example'] } })),
    BAD_REQUEST,
  ),
  negative(
    'RFC 8693 2.2.2, J16: a token with a space behind it',
    async (given) => {
      const made = await called(given);
      return exchange(made, { subject_token: `${made.of.access} ` });
    },
    BAD_REQUEST,
  ),
  negative(
    'RFC 8693 2.2.2, O15: a token of a client that was disabled',
    async (given) => {
      const made = await called(given);
      await change(given, made.caller, { disabled: true });
      return exchange(made);
    },
    BAD_REQUEST,
  ),
];

/** The access token that a client has for itself. */
async function ownToken(given: Given, client: TestClient): Promise<string> {
  return String((await token(given, client, { grant_type: 'client_credentials' }))['access_token']);
}

const ACTORS = [
  negative(
    'RFC 8693 4.1: an actor token of somebody else than the client',
    async (given) => {
      const made = await called(given);
      const other = await aClient(given, { grantTypes: ['client_credentials'] });
      const actor = await ownToken(given, other);
      return exchange(made, { actor_token: actor, actor_token_type: ACCESS_TOKEN });
    },
    BAD_REQUEST,
  ),
  negative(
    'RFC 8693 4.1: an actor token of another type',
    async (given) => {
      const made = await called(given);
      const actor = await ownToken(given, made.api);
      return exchange(made, { actor_token: actor, actor_token_type: typed('jwt') });
    },
    BAD_REQUEST,
  ),
  negative(
    'RFC 8693 4.1: an actor token that was revoked',
    async (given) => {
      const made = await called(given);
      const actor = await ownToken(given, made.api);
      await use(given, post('/revoke', made.api, { token: actor }));
      return exchange(made, { actor_token: actor, actor_token_type: ACCESS_TOKEN });
    },
    BAD_REQUEST,
  ),
  negative(
    "RFC 8693 4.1: the caller's token as that of the actor",
    async (given) => {
      const made = await called(given);
      return exchange(made, { actor_token: made.of.access, actor_token_type: ACCESS_TOKEN });
    },
    BAD_REQUEST,
  ),
  negative(
    'RFC 8693 4.1: the ninth who acts for the same person',
    async (given) => {
      const made = await called(given, {}, { api: { access: [{ audience: API, scopes: ['read'] }] } });
      const actor = await ownToken(given, made.api);
      let access = made.of.access;
      const asActor = () => ({
        ...{ subject_token: access, audience: API },
        ...{ actor_token: actor, actor_token_type: ACCESS_TOKEN },
      });
      for (let count = 0; count < 8; count += 1)
        access = String(jsonOf(await use(given, exchange(made, asActor())))['access_token']);
      return exchange(made, asActor());
    },
    BAD_REQUEST,
  ),
];

const tokenProof = (by: DpopSigner) => by.sign({ method: 'POST', url: `${ISSUER}/token` });

const CLIENTS = [
  negative(
    'RFC 6749 5.2: a client without this grant',
    async (given) => exchange(await called(given, {}, { api: { grantTypes: ['client_credentials'] } })),
    { status: 400, error: 'unauthorized_client' },
  ),
  negative(
    'RFC 6749 5.2: a client with another grant of the same family of names',
    async (given) => exchange(await called(given, {}, { api: { grantTypes: [DEVICE_CODE] } })),
    { status: 400, error: 'unauthorized_client' },
  ),
  negative(
    'RFC 8693 2.1: a client without its secret',
    async (given) => ({ ...exchange(await called(given)), headers: {} }),
    { status: 401, error: 'invalid_client' },
  ),
  negative(
    "RFC 8693 5: the client's own token, for another resource than it is for",
    async (given) => {
      const { caller, of } = await called(given);
      const api = await change(given, caller, {
        grantTypes: ['authorization_code', TOKEN_EXCHANGE],
        access: [
          { audience: API, scopes: ['read'] },
          { audience: BACKEND, scopes: ['read'] },
        ],
      }).then(() => caller);
      return exchange({ api, of });
    },
    { status: 400, error: 'invalid_target' },
  ),
  negative(
    'RFC 9449 7.2, O23: a bound token without a proof',
    async (given) => exchange(await called(given, {}, { prover: prover(given) })),
    { status: 400, error: 'invalid_dpop_proof' },
  ),
  negative(
    'RFC 9449 7.2, O23: a bound token with a proof of the key of its new holder',
    async (given) => {
      const sent = exchange(await called(given, {}, { prover: prover(given) }));
      return { ...sent, headers: { ...sent.headers, dpop: tokenProof(prover(given)) } };
    },
    { ...BAD_REQUEST, changes: ['replayed_tokens'] },
  ),
];

export const TOKEN_EXCHANGES: NegativeTable = {
  title: '/token, asked to exchange tokens,',
  good: [
    {
      name: 'the token that a resource server was called with, of which it has nothing to refresh',
      prepare: async (given) => ({
        ...exchange(await called(given)),
        after(answer) {
          const { scope, refresh_token, id_token } = jsonOf(answer);
          if (scope !== 'read' || refresh_token !== undefined || id_token !== undefined)
            throw new Error(`too much was given: ${answer.text}`);
        },
      }),
      status: 200,
    },
    {
      name: 'a token for which somebody acts',
      prepare: async (given) => {
        const made = await called(given);
        const actor = await ownToken(given, made.api);
        return exchange(made, { actor_token: actor, actor_token_type: ACCESS_TOKEN });
      },
      status: 200,
    },
  ],
  cases: [...FIELDS, ...SUBJECTS, ...ACTORS, ...CLIENTS],
};
