import type { DpopSigner } from 'countersign/dpop';
import type { TestClient } from '../../../support/oauth-clients.js';
import { ISSUER } from '../../../support/request-handler.js';
import {
  aClient,
  aPerson,
  type Changes,
  change,
  type Given,
  isActive,
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

const BAD_GRANT: Expected = { status: 400, error: 'invalid_grant' };
/** The family is revoked, and the gates are told. */
const REVOKES = { changes: ['oauth_grants', 'oauth_revocations', 'oauth_revocation_positions'] };
const DAY = 86_400;

const form = (refreshToken: string, changes: Changes = {}): Changes => ({
  grant_type: 'refresh_token',
  refresh_token: refreshToken,
  ...changes,
});

const refresh = (client: TestClient, refreshToken: string, changes: Changes = {}): Prepared =>
  post('/token', client, form(refreshToken, changes));

async function aFamily(given: Given): Promise<{ client: TestClient; family: Tokens }> {
  const client = await aClient(given);
  return { client, family: await tokens(given, client) };
}

/** Refused, and the token still good: nothing moved on. */
async function still(given: Given, changes: Changes): Promise<Prepared> {
  const { client, family } = await aFamily(given);
  return {
    ...refresh(client, family.refresh, changes),
    async after() {
      if (!(await isActive(given, client, family.refresh))) throw new Error('the token was used up');
    },
  };
}

/** So many times on, each time by the answer of the time before. */
async function goOn(given: Given, client: TestClient, from: string, times: number): Promise<string> {
  let live = from;
  for (let count = 0; count < times; count += 1)
    live = String((await token(given, client, form(live)))['refresh_token']);
  return live;
}

async function expectDead(given: Given, client: TestClient, ...dead: readonly string[]): Promise<void> {
  for (const each of dead) if (await isActive(given, client, each)) throw new Error('a token is alive');
}

const FIELDS = [
  ...each(
    [
      ['RFC 6749 6: no token', { refresh_token: undefined }],
      ['RFC 6749 3.2: an empty token', { refresh_token: '' }],
      ['RFC 6749 3.2, O5: two tokens', { refresh_token: ['rt_a', 'rt_b'] }],
    ],
    still,
    { status: 400, error: 'invalid_request' },
  ),
  ...each(
    [
      ['RFC 6749 6, O16: a scope more', { scope: 'openid read write' }],
      ['RFC 6749 6, O16: the scope of the person, where it was not granted', { scope: 'email' }],
      ['RFC 6749 3.3, C15: a scope with two spaces', { scope: 'openid  read' }],
    ],
    still,
    { status: 400, error: 'invalid_scope' },
  ),
  ...each([['RFC 8707 2.2, O16: a resource more', { resource: 'https://other.example' }]], still, {
    status: 400,
    error: 'invalid_target',
  }),
  ...each(
    [
      ['RFC 6749 5.2: a token that is none', { refresh_token: 'token' }],
      ['RFC 6749 10.10: a token that was made up', { refresh_token: `rt_${'A'.repeat(96)}` }],
    ],
    still,
    BAD_GRANT,
  ),
];

/** One bit of the token is another. */
function flipped(refreshToken: string): string {
  const bytes = Buffer.from(refreshToken.slice(3), 'base64url');
  bytes[39] = (bytes[39] ?? 0) ^ 1;
  return `rt_${bytes.toString('base64url')}`;
}

const TOKENS = [
  negative(
    'RFC 6749 10.10: a token of the next generation, made of this one',
    async (given) => {
      const { client, family } = await aFamily(given);
      return refresh(client, flipped(family.refresh));
    },
    BAD_GRANT,
  ),
  negative(
    'J15: a token with padding',
    async (given) => {
      const { client, family } = await aFamily(given);
      return refresh(client, `${family.refresh}=`);
    },
    BAD_GRANT,
  ),
  negative(
    'RFC 6749 6, O16: the token of another client, which stays good',
    async (given) => {
      const { client, family } = await aFamily(given);
      return {
        ...refresh(await aClient(given), family.refresh),
        async after() {
          if (!(await isActive(given, client, family.refresh))) throw new Error('the token was used up');
        },
      };
    },
    BAD_GRANT,
  ),
  negative(
    'RFC 9700 4.14.2, O11: a token that was used, after the grace: its family is revoked',
    async (given) => {
      const { client, family } = await aFamily(given);
      const live = await goOn(given, client, family.refresh, 1);
      given.clock.advance(11);
      return {
        ...refresh(client, family.refresh),
        after: () => expectDead(given, client, live, family.access),
      };
    },
    { ...BAD_GRANT, ...REVOKES },
  ),
  negative(
    'RFC 9700 4.14.2, O13: the last but one, within the grace: its family is revoked',
    async (given) => {
      const { client, family } = await aFamily(given);
      const live = await goOn(given, client, family.refresh, 2);
      return { ...refresh(client, family.refresh), after: () => expectDead(given, client, live) };
    },
    { ...BAD_GRANT, ...REVOKES },
  ),
  negative(
    'RFC 9700 4.14.2, O14: the successor of a token that was used twice',
    async (given) => {
      const { client, family } = await aFamily(given);
      const live = await goOn(given, client, family.refresh, 1);
      given.clock.advance(11);
      await use(given, refresh(client, family.refresh));
      return refresh(client, live);
    },
    BAD_GRANT,
  ),
];

const ENDED = [
  negative(
    'RFC 6749 1.5, O16: a token that nobody used for as long as its client says',
    async (given) => {
      const client = await aClient(given, { refreshIdleSeconds: DAY });
      const family = await tokens(given, client);
      given.clock.advance(DAY);
      return refresh(client, family.refresh);
    },
    BAD_GRANT,
  ),
  negative(
    'RFC 9700 4.14.2, O16: a token of a family at its end, however often it was used',
    async (given) => {
      const client = await aClient(given, { refreshIdleSeconds: DAY, refreshLifetimeSeconds: 2 * DAY });
      let { refresh: live } = await tokens(given, client);
      for (let hours = 0; hours < 48; hours += 16) {
        given.clock.advance(16 * 3600 - 60);
        live = await goOn(given, client, live, 1);
      }
      given.clock.advance(180);
      return refresh(client, live);
    },
    BAD_GRANT,
  ),
  negative(
    'RFC 7009 2.1, O15: a token that was revoked',
    async (given) => {
      const { client, family } = await aFamily(given);
      await use(given, post('/revoke', client, { token: family.refresh }));
      return refresh(client, family.refresh);
    },
    BAD_GRANT,
  ),
  negative(
    'OIDC Core 11, O15: a token without offline_access whose person has logged out',
    async (given) => {
      const [client, person] = [await aClient(given), await aPerson(given)];
      const { refresh: live } = await tokens(given, client, { scope: 'read' }, { person });
      await logOut(given, person);
      return refresh(client, live);
    },
    BAD_GRANT,
  ),
  negative(
    'RFC 6749 5.2, O15: a client that was disabled since',
    async (given) => {
      const { client, family } = await aFamily(given);
      await change(given, client, { disabled: true });
      return refresh(client, family.refresh);
    },
    { status: 401, error: 'invalid_client' },
  ),
  negative(
    'O15: a client that was disabled and enabled again: what it had stays revoked',
    async (given) => {
      const { client, family } = await aFamily(given);
      await change(given, client, { disabled: true });
      await change(given, client, { disabled: false });
      return refresh(client, family.refresh);
    },
    BAD_GRANT,
  ),
  negative(
    'RFC 6749 5.2: a client that has lost the grant since',
    async (given) => {
      const { client, family } = await aFamily(given);
      await change(given, client, { grantTypes: ['authorization_code'] });
      return refresh(client, family.refresh);
    },
    { status: 400, error: 'unauthorized_client' },
  ),
  negative(
    'RFC 6749 6, O15: a scope that was taken from the client since',
    async (given) => {
      const { client, family } = await aFamily(given);
      await change(given, client, { access: [{ audience: 'https://api.example', scopes: ['write'] }] });
      return refresh(client, family.refresh, { scope: 'read' });
    },
    { status: 400, error: 'invalid_scope' },
  ),
];

/** Of a family that is bound to a key. */
async function bound(given: Given, proof: (own: DpopSigner) => string | undefined): Promise<Prepared> {
  const [client, own] = [await aClient(given), prover(given)];
  const family = await tokens(given, client, {}, { prover: own });
  const sent = refresh(client, family.refresh);
  const dpop = proof(own);
  return {
    ...sent,
    headers: { ...sent.headers, ...(dpop === undefined ? {} : { dpop }) },
    async after() {
      const proven = own.sign({ method: 'POST', url: `${ISSUER}/token` });
      const answer = await use(given, { ...sent, headers: { ...sent.headers, dpop: proven } });
      if (jsonOf(answer)['token_type'] !== 'DPoP') throw new Error('the token was used up');
    },
  };
}

const PROOFS = [
  negative('RFC 9449 5, O23: a bound token without a proof', (given) => bound(given, () => undefined), {
    status: 400,
    error: 'invalid_dpop_proof',
  }),
  negative(
    'RFC 9449 5, O23: a bound token with a proof of another key',
    (given) => bound(given, () => prover(given).sign({ method: 'POST', url: `${ISSUER}/token` })),
    { ...BAD_GRANT, changes: ['replayed_tokens'] },
  ),
  negative(
    'RFC 9449 4.3, O23: a bound token with a proof for another endpoint',
    (given) => bound(given, (own) => own.sign({ method: 'POST', url: `${ISSUER}/revoke` })),
    { status: 400, error: 'invalid_dpop_proof' },
  ),
];

export const TOKEN_REFRESH: NegativeTable = {
  title: '/token, asked with a refresh token,',
  good: [
    {
      name: 'a token',
      prepare: async (given) => {
        const { client, family } = await aFamily(given);
        return refresh(client, family.refresh);
      },
      status: 200,
    },
    {
      name: 'O13: a token that was used ten seconds ago',
      prepare: async (given) => {
        const { client, family } = await aFamily(given);
        await goOn(given, client, family.refresh, 1);
        given.clock.advance(10);
        return refresh(client, family.refresh);
      },
      status: 200,
    },
  ],
  cases: [...FIELDS, ...TOKENS, ...ENDED, ...PROOFS],
};
