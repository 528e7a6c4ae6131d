import type { Client } from '../../../../src/domain/oauth/client.js';
import type { TestClient } from '../../../support/oauth-clients.js';
import {
  aClient,
  aPerson,
  authorize,
  type Changes,
  change,
  cookieOf,
  elsewhere,
  type Given,
  hidden,
  logOut,
  ownForm,
  type Person,
  parametersOf,
  use,
} from '../given.js';
import { type Expected, each, type NegativeTable, negative, type Prepared } from '../negative-case.js';

/** The same page again, and nothing decided. */
const AGAIN: Expected = { status: 200, told: 'person' };
const GONE: Expected = { status: 400, told: 'person' };
const FORBIDDEN: Expected = { status: 403, told: 'person' };
const SIGN_IN: Expected = {
  status: 303,
  told: 'person',
  headers: { location: /^https:\/\/auth\.example\/login/ },
};

/** Somebody looks at the page that asks for consent. */
interface Question {
  readonly client: TestClient;
  readonly person: Person;
  /** Of the browser, which began the request. */
  readonly browser: string;
  readonly transaction: string;
  readonly nonce: string;
}

async function question(
  given: Given,
  settings: Partial<Client> = {},
  by: { person?: Person; browser?: string } = {},
): Promise<Question> {
  const client = await aClient(given, { skipConsent: false, ...settings });
  const person = by.person ?? (await aPerson(given));
  const sent = authorize(client, { cookie: cookies(person, by.browser) });
  const begun = await use(given, sent);
  const { transaction = '' } = parametersOf(begun);
  const browser = cookieOf(begun, 'countersign-browser');
  const path = `/consent?transaction=${transaction}`;
  const shown = await use(given, { path, headers: { cookie: cookies(person, browser) } });
  return { client, person, browser, transaction, nonce: hidden(shown, 'nonce') };
}

const cookies = ({ cookie }: Pick<Person, 'cookie'>, browser: string | undefined) =>
  browser === undefined ? cookie : `${cookie}; __Host-countersign-browser=${browser}`;

const press = (asked: Question, changes: Changes = {}): Prepared => {
  const { person, browser, transaction, nonce } = asked;
  return ownForm('/consent', cookies(person, browser), { transaction, nonce, action: 'allow', ...changes });
};

/** Refused, and the person can still press the button. */
async function still(given: Given, change: (asked: Question) => Prepared): Promise<Prepared> {
  const asked = await question(given);
  return {
    ...change(asked),
    async after() {
      const answer = await use(given, press(asked));
      if (parametersOf(answer)['code'] === undefined) throw new Error('the question is gone');
    },
  };
}

const BUTTONS = [
  ...each(
    [
      ['O25: no nonce', { nonce: undefined }],
      ['O25: an empty nonce', { nonce: '' }],
      ['O25: a nonce of its own making', { nonce: 'A'.repeat(43) }],
      ['O25: no button', { action: undefined }],
      ['O25: a button that there is not', { action: 'ALLOW' }],
    ] as readonly (readonly [string, Changes])[],
    (given, changes) => still(given, (asked) => press(asked, changes)),
    AGAIN,
  ),
  ...each(
    [
      ['O5, O25: the button twice', { action: ['deny', 'allow'] }],
      ['O5, O25: the transaction twice', { transaction: ['a', 'b'] }],
    ] as readonly (readonly [string, Changes])[],
    (given, changes) => still(given, (asked) => press(asked, changes)),
    GONE,
  ),
  negative(
    'O25: the button of the same page for another client',
    async (given) => {
      const one = await question(given);
      const other = await question(given, { name: 'Other' }, one);
      return press({ ...other, nonce: one.nonce });
    },
    AGAIN,
  ),
  negative(
    'O25: the button of the same page in another session of the same person',
    async (given) => {
      const asked = await question(given);
      return press({ ...asked, person: await elsewhere(given, asked.person) });
    },
    AGAIN,
  ),
  negative(
    'O25: the button of a page that somebody else was shown',
    async (given) => {
      const asked = await question(given);
      return press({ ...asked, person: await aPerson(given) });
    },
    AGAIN,
  ),
  negative(
    'O25: a link to the button',
    (given) =>
      still(given, ({ person, browser, transaction, nonce }) => ({
        path: `/consent?${new URLSearchParams({ transaction, nonce, action: 'allow' })}`,
        headers: { cookie: cookies(person, browser) },
      })),
    AGAIN,
  ),
  negative(
    'OIDC Core 3.1.2.4, O5: JSON',
    (given) =>
      still(given, (asked) => {
        const { headers = {}, path } = press(asked);
        return {
          path,
          headers: { ...headers, 'content-type': 'application/json' },
          body: '{"action":"allow"}',
        };
      }),
    { status: 415, told: 'person' },
  ),
];

const ORIGINS = each(
  [
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['another site, by a browser that says no more', { origin: 'https://evil.example' }],
    ['a neighbour of this site', { origin: 'https://app.auth.example', 'sec-fetch-site': 'same-site' }],
    ['a frame that is sealed off', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['nobody knows where', { origin: 'null' }],
    ['who says nothing of it', {}],
    ['this host by plain http', { origin: 'http://auth.example' }],
    ['this host at another port', { origin: 'https://auth.example:8443' }],
    [
      'another site that calls itself the same',
      { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
    ],
  ].map(
    ([what, headers]) => [`RFC 9700 4.7, O25: a form from ${what}`, headers] as const,
  ) as readonly (readonly [string, Readonly<Record<string, string>>])[],
  (given, headers) =>
    still(given, (asked) => {
      const { cookie = '' } = press(asked).headers ?? {};
      return { ...press(asked), headers: { cookie, ...headers } };
    }),
  FORBIDDEN,
);

/** Requests belong to the browser that began them, and to their time. */
const TRANSACTIONS = [
  ...each(
    [
      ['without its cookie', undefined],
      ['with an empty cookie', ''],
      ['with the cookie of another browser', 'A'.repeat(43)],
    ] as readonly (readonly [string, string | undefined])[],
    async (given, browser) => {
      const { transaction, person } = await question(given);
      return { path: `/consent?transaction=${transaction}`, headers: { cookie: cookies(person, browser) } };
    },
    GONE,
  ).map((one) => ({ ...one, name: `RFC 9700 4.7, O25: a page ${one.name}` })),
  negative(
    'RFC 9700 4.7, O25: a request that another browser began, which goes on here',
    async (given) => {
      const [{ transaction }, person] = [await question(given), await aPerson(given)];
      return { path: `/authorize/resume?transaction=${transaction}`, headers: { cookie: person.cookie } };
    },
    GONE,
  ),
  negative(
    'O25: a button that was pressed already',
    async (given) => {
      const asked = await question(given);
      await use(given, press(asked));
      return press(asked);
    },
    GONE,
  ),
  negative(
    'O25: a button after an hour',
    async (given) => {
      const asked = await question(given);
      given.clock.advance(3600);
      return press(asked);
    },
    GONE,
  ),
  negative(
    'O15: a button for a client that was disabled since',
    async (given) => {
      const asked = await question(given);
      await change(given, asked.client, { disabled: true });
      return press(asked);
    },
    GONE,
  ),
  negative(
    'O1: a button for a redirect URI that was taken from the client since',
    async (given) => {
      const asked = await question(given);
      await change(given, asked.client, { redirectUris: ['https://client.example/other'] });
      return press(asked);
    },
    GONE,
  ),
  negative(
    'O27: a button in a session that has ended',
    async (given) => {
      const asked = await question(given);
      await logOut(given, asked.person);
      return press(asked);
    },
    SIGN_IN,
  ),
  negative(
    'RFC 9110 9.2.1, O25: HEAD, of a request that needs nobody any more',
    async (given) => {
      const { transaction, person, browser } = await question(given);
      const path = `/authorize/resume?transaction=${transaction}`;
      return { method: 'HEAD', path, headers: { cookie: cookies(person, browser) } };
    },
    { status: 200 },
  ),
];

export const PAGES: NegativeTable = {
  title: 'the page that asks for consent',
  good: [
    {
      name: 'O10: the button of the page, after which nobody sends the form on',
      prepare: async (given) => press(await question(given)),
      status: 303,
    },
  ],
  cases: [...BUTTONS, ...ORIGINS, ...TRANSACTIONS],
};
