import type { Client } from '../../../../src/domain/oauth/client.js';
import type { TestClient } from '../../../support/oauth-clients.js';
import {
  aClient,
  aPerson,
  type Changes,
  change,
  elsewhere,
  type Given,
  hidden,
  ownForm,
  type Person,
  type Tokens,
  tokens,
  use,
} from '../given.js';
import { type Expected, each, type NegativeTable, negative, type Prepared } from '../negative-case.js';

const RETURN = 'https://client.example/bye';
const PROBLEM: Expected = { status: 400, told: 'person' };
/** The person is asked, and nothing has ended. */
const QUESTION: Expected = { status: 200, told: 'person', headers: { 'set-cookie': null } };

interface SignedIn {
  readonly client: TestClient;
  readonly person: Person;
  readonly of: Tokens;
}

async function signedIn(given: Given, settings: Partial<Client> = {}): Promise<SignedIn> {
  const client = await aClient(given, { postLogoutRedirectUris: [RETURN], ...settings });
  const person = await aPerson(given);
  return { client, person, of: await tokens(given, client, {}, { person }) };
}

const endSession = ({ person }: Pick<SignedIn, 'person'>, parameters: Changes): Prepared => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    for (const one of [value ?? []].flat()) query.append(name, one);
  return { path: `/end_session?${query}`, headers: { cookie: person.cookie } };
};

/** As the client should ask, changed in some parameters. */
const asked =
  (changes: Changes) =>
  async (given: Given): Promise<Prepared> => {
    const made = await signedIn(given);
    return endSession(made, {
      id_token_hint: made.of.id,
      post_logout_redirect_uri: RETURN,
      state: 'bye',
      ...changes,
    });
  };

const PROBLEMS = [
  ...each(
    [
      [
        'OIDC RP-Initiated Logout 3, O28: an address with a slash more',
        { post_logout_redirect_uri: `${RETURN}/` },
      ],
      [
        'OIDC RP-Initiated Logout 3, O28: an address with a query',
        { post_logout_redirect_uri: `${RETURN}?a=b` },
      ],
      [
        'OIDC RP-Initiated Logout 3, O28: another address',
        { post_logout_redirect_uri: 'https://evil.example/' },
      ],
      ['OIDC RP-Initiated Logout 3, O3: a script', { post_logout_redirect_uri: 'javascript:alert(1)' }],
      [
        'OIDC RP-Initiated Logout 3, O28: the redirect URI of sign-ins',
        { post_logout_redirect_uri: 'https://client.example/cb' },
      ],
      [
        'OIDC RP-Initiated Logout 2, O28: another client than the hint was issued to',
        { client_id: 'client_AAAAAAAAAAAAAAAAAAAAAA' },
      ],
      ['OIDC RP-Initiated Logout 2, O5: two hints', { id_token_hint: ['a', 'b'] }],
      ['OIDC RP-Initiated Logout 2, O5: two addresses', { post_logout_redirect_uri: [RETURN, RETURN] }],
      ['OIDC RP-Initiated Logout 2: a state that fits into no address', { state: 's'.repeat(2049) }],
      ['OIDC RP-Initiated Logout 3, O28: an address without hint or client', { id_token_hint: undefined }],
    ] as readonly (readonly [string, Changes])[],
    (given, changes) => asked(changes)(given),
    PROBLEM,
  ),
  negative(
    'OIDC RP-Initiated Logout 3, O28: the address of another client',
    async (given) => {
      await aClient(given, { postLogoutRedirectUris: ['https://other.example/bye'] });
      return asked({ post_logout_redirect_uri: 'https://other.example/bye' })(given);
    },
    PROBLEM,
  ),
  negative(
    'OIDC RP-Initiated Logout 3, O15: an address of a client that was disabled',
    async (given) => {
      const made = await signedIn(given);
      await change(given, made.client, { disabled: true });
      return endSession(made, { id_token_hint: made.of.id, post_logout_redirect_uri: RETURN });
    },
    PROBLEM,
  ),
  negative(
    'OIDC RP-Initiated Logout 2, O5: JSON',
    async (given) => ({
      path: '/end_session',
      body: '{}',
      headers: { cookie: (await aPerson(given)).cookie, 'content-type': 'application/json' },
    }),
    { status: 415, told: 'person' },
  ),
  negative('OIDC RP-Initiated Logout 2: another method', () => ({ method: 'DELETE', path: '/end_session' }), {
    status: 405,
    told: 'person',
  }),
];

/** Hints that say nothing of this session: without them nobody is logged out unasked. */
const HINTS = [
  negative(
    'OIDC RP-Initiated Logout 2, O28: no hint',
    async (given) => endSession(await signedIn(given), {}),
    QUESTION,
  ),
  negative(
    'OIDC RP-Initiated Logout 2, O28: the name of the client alone',
    async (given) => {
      const made = await signedIn(given);
      return endSession(made, { client_id: made.client.clientId, post_logout_redirect_uri: RETURN });
    },
    QUESTION,
  ),
  negative(
    'OIDC RP-Initiated Logout 4, O28: the hint of somebody else',
    async (given) => {
      const [{ of }, made] = [await signedIn(given), await signedIn(given)];
      return endSession(made, { id_token_hint: of.id });
    },
    QUESTION,
  ),
  negative(
    'OIDC RP-Initiated Logout 4, O28: the hint of another session of the same person',
    async (given) => {
      const made = await signedIn(given);
      const other = await elsewhere(given, made.person);
      const of = await tokens(given, made.client, {}, { person: other });
      return endSession(made, { id_token_hint: of.id });
    },
    QUESTION,
  ),
  ...each(
    [
      ['OIDC RP-Initiated Logout 2, O28: a hint that is a text', () => 'hint'],
      ['OIDC RP-Initiated Logout 2, J28: an access token', ({ access }) => access],
      ['OIDC RP-Initiated Logout 2, J28: a refresh token', ({ refresh }) => refresh],
      ['OIDC RP-Initiated Logout 2, J15: a hint with padding', ({ id }) => `${id}=`],
      ['OIDC RP-Initiated Logout 2, J16: a hint without its signature', ({ id }) => id.replace(/[^.]*$/, '')],
      ['OIDC RP-Initiated Logout 2, J1: a hint of the algorithm none', ({ id }) => unsigned(id)],
    ] as readonly (readonly [string, (of: Tokens) => string])[],
    async (given, choose) => {
      const made = await signedIn(given);
      return endSession(made, { id_token_hint: choose(made.of), post_logout_redirect_uri: RETURN });
    },
    QUESTION,
  ),
];

function unsigned(idToken: string): string {
  return `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${idToken.split('.')[1]}.`;
}

/** Who only looks ends nothing, and neither does a form from elsewhere. */
const LOOKS = [
  negative(
    'RFC 9110 9.2.1, O25: HEAD, with a good hint',
    async (given) => ({ ...(await asked({})(given)), method: 'HEAD' }),
    { status: 200 },
  ),
  negative(
    'RFC 9110 9.2.1, O25: a browser that loads ahead, with a good hint',
    async (given) => {
      const sent = await asked({})(given);
      return { ...sent, headers: { ...sent.headers, 'sec-purpose': 'prefetch' } };
    },
    QUESTION,
  ),
  negative(
    'OIDC RP-Initiated Logout 2, O25: a form from the site of the client, which is looked at once more',
    async (given) => {
      const { of, person } = await signedIn(given);
      return {
        path: '/end_session',
        headers: { cookie: person.cookie, origin: 'https://client.example', 'sec-fetch-site': 'cross-site' },
        form: { id_token_hint: of.id },
      };
    },
    { status: 303, told: 'person', headers: { location: /\/logout\?request=/ } },
  ),
  negative(
    'O25: the button of a page that was never shown',
    async (given) => {
      const { cookie } = await aPerson(given);
      return ownForm('/logout', cookie, { action: 'logout', nonce: 'nonce', request: '' });
    },
    QUESTION,
  ),
  negative(
    'O25: the button of a page that somebody else was shown',
    async (given) => {
      const [ada, bob] = [await aPerson(given), await aPerson(given)];
      const shown = await use(given, { path: '/logout', headers: { cookie: bob.cookie } });
      const form = { action: 'logout', nonce: hidden(shown, 'nonce'), request: hidden(shown, 'request') };
      return ownForm('/logout', ada.cookie, form);
    },
    QUESTION,
  ),
  negative(
    'O25: the button, from another site',
    async (given) => {
      const { cookie } = await aPerson(given);
      const shown = await use(given, { path: '/logout', headers: { cookie } });
      const form = { action: 'logout', nonce: hidden(shown, 'nonce'), request: hidden(shown, 'request') };
      const headers = { cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
      return { ...ownForm('/logout', cookie, form), headers };
    },
    { status: 403, told: 'person' },
  ),
  ...each(
    [
      ['O25: a link to the button', '/logout?action=logout'],
      ['O28: a request that nobody wrote, which is the own wish of a person', '/logout?request=e30.AAAA'],
      ['O28: a request with an address of its own making', `/logout?request=${ownMaking()}.AAAA`],
    ] as const,
    async (given, path) => ({ path, headers: { cookie: (await aPerson(given)).cookie } }),
    QUESTION,
  ),
];

function ownMaking(): string {
  const request = { clientName: null, redirectUri: 'https://evil.example/', state: null, hint: null };
  return Buffer.from(JSON.stringify({ request, expiresAt: 9_999_999_999 })).toString('base64url');
}

export const END_SESSION: NegativeTable = {
  title: '/end_session',
  good: [
    { name: 'a hint and an address', prepare: asked({}), status: 302 },
    {
      name: 'OIDC RP-Initiated Logout 4: a hint that has expired, as a hint',
      prepare: async (given) => {
        const sent = await asked({})(given);
        given.clock.advance(3600);
        return sent;
      },
      status: 302,
    },
  ],
  cases: [...PROBLEMS, ...HINTS, ...LOOKS],
};
