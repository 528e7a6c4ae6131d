import { ISSUER } from '../../../support/request-handler.js';
import { aPerson, type Changes, cookieOf, type Given, logOut, ownForm, use } from '../given.js';
import { type Expected, each, type NegativeTable, negative, type Prepared } from '../negative-case.js';

/** The same page again, and nothing begun. */
const AGAIN: Expected = { status: 200, told: 'person' };
const BAD: Expected = { status: 400, told: 'person' };
const FORBIDDEN: Expected = { status: 403, told: 'person' };
const SIGN_IN: Expected = {
  status: 303,
  told: 'person',
  headers: { location: /^https:\/\/auth\.example\/login/ },
};

const askForMail = (form: Changes, cookie = ''): Prepared => ownForm('/login/sign-in', cookie, form);

/** From the address to the session, in a browser with these cookies. */
async function signIn(given: Given, before: string): Promise<{ secret: string; cookies: string }> {
  const asked = await use(
    given,
    askForMail({ email: `ada-${given.clientIp}@example.com`, return: 'account' }, before),
  );
  const set = asked.headers.getSetCookie().map((each) => each.split(';', 1)[0]);
  const { text } = await given.nextMail();
  const [code = ''] = /\b\d{6}\b/.exec(text.replace(/https?:\/\/\S+/g, '')) ?? [];
  const cookie = [before, ...set].filter((each) => each !== '').join('; ');
  const answer = await use(given, ownForm('/login/check-mail', cookie, { code }));
  const secret = cookieOf(answer, 'countersign-session');
  if (secret === '') throw new Error(`nobody is signed in: ${answer.status}`);
  const attributes = answer.headers.getSetCookie().find((each) => each.includes(secret)) ?? '';
  for (const attribute of ['Secure', 'HttpOnly', 'SameSite=Lax', 'Path=/'])
    if (!attributes.includes(`; ${attribute}`)) throw new Error(`the cookie lacks ${attribute}`);
  if (/domain/i.test(attributes)) throw new Error('the cookie is for neighbours, too');
  return { secret, cookies: cookie };
}

const account = (cookie: string): Prepared => ({ path: '/login/account', headers: { cookie } });
const withSecret = (secret: string) => `__Host-countersign-session=${secret}`;

const SECRETS = [
  negative('O27: a secret that somebody made up', () => account(withSecret('A'.repeat(43))), SIGN_IN),
  negative(
    'O27: two cookies of one name, the planted one before the right one',
    async (given) => account(`${withSecret('A'.repeat(43))}; ${(await aPerson(given)).cookie}`),
    SIGN_IN,
  ),
  negative(
    'O27: two cookies of one name, the planted one after the right one',
    async (given) => {
      const { cookie } = await aPerson(given);
      return account(`${cookie}; ${withSecret('A'.repeat(43))}`);
    },
    SIGN_IN,
  ),
  negative(
    'RFC 6265bis 4.1.3.2, O27: a cookie without its prefix, which a neighbour could have set',
    async (given) => account((await aPerson(given)).cookie.replace('__Host-', '')),
    SIGN_IN,
  ),
  negative(
    'RFC 6265bis 4.1.3.2, O27: a cookie with its prefix in another case',
    async (given) => account((await aPerson(given)).cookie.replace('__Host-', '__host-')),
    SIGN_IN,
  ),
  negative(
    'O27: a secret that was there before somebody signed in',
    async (given) => {
      const planted = 'B'.repeat(43);
      const { secret } = await signIn(given, withSecret(planted));
      if (secret === planted) throw new Error('it became a session');
      return account(withSecret(planted));
    },
    SIGN_IN,
  ),
  negative(
    'O27: the secret of the session that was there before somebody signed in again',
    async (given) => {
      const { cookie } = await aPerson(given);
      await signIn(given, cookie);
      return account(cookie);
    },
    SIGN_IN,
  ),
  negative(
    'O27: a secret after its person has logged out',
    async (given) => {
      const person = await aPerson(given);
      await logOut(given, person);
      return account(person.cookie);
    },
    SIGN_IN,
  ),
  negative(
    'O27: a secret after twelve hours',
    async (given) => {
      const { cookie } = await aPerson(given);
      given.clock.advance(43_200);
      return account(cookie);
    },
    SIGN_IN,
  ),
];

const CROSS_SITE = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
const MAIL = { email: 'ada@example.com', return: 'account' };

const LOGIN = [
  negative(
    'RFC 9700 4.7, O25: a sign-in that another site begins',
    () => ({ path: '/login/sign-in', form: MAIL, headers: CROSS_SITE }),
    FORBIDDEN,
  ),
  negative(
    'RFC 9700 4.7, O25: a sign-in that another site ends',
    () => ({ path: '/login/check-mail', form: { code: '123456' }, headers: CROSS_SITE }),
    FORBIDDEN,
  ),
  negative(
    'M1, O25: a link that begins a sign-in',
    () => ({ path: `/login/sign-in?${new URLSearchParams(MAIL)}` }),
    AGAIN,
  ),
  negative('M13: what is no address', () => askForMail({ email: 'ada', return: 'account' }), BAD),
  negative('M8: two addresses in one', () => askForMail({ email: 'ada@example.com,eve@evil.example' }), BAD),
  negative(
    'O5: the address twice',
    () => askForMail({ email: ['ada@example.com', 'eve@evil.example'] }),
    BAD,
  ),
  negative('M7: a typed code of nobody', () => ownForm('/login/check-mail', '', { code: '123456' }), BAD),
  negative('M2: a button without a link', () => ownForm('/login/confirm', '', { action: 'confirm' }), BAD),
  negative(
    'M10: a link that nobody in this browser has asked for',
    async (given) => {
      await use(given, askForMail(MAIL));
      const link = /https:\/\/auth\.example(\/login\/link\S+)/.exec((await given.nextMail()).text)?.[1] ?? '';
      const opened = await use(given, { path: link });
      const [cookie = ''] = opened.headers.getSetCookie().map((each) => each.split(';', 1)[0]);
      return ownForm('/login/confirm', cookie, { action: 'confirm', nonce: 'nonce' });
    },
    { status: 410, told: 'person' },
  ),
  ...each(
    [
      ['an address', '/login?return=https://evil.example/'],
      ['an address without a scheme', '/login?return=//evil.example/'],
      ['an address as a transaction', '/login?transaction=https://evil.example/'],
      ['a path that climbs', '/login?transaction=../../evil'],
      ['a line end', '/login?transaction=a%0d%0aset-cookie:%20a=b'],
    ].map(([what, path]) => [`RFC 9700 4.11, M9: ${what} to return to`, String(path)] as const),
    (_given, path) => ({ path }),
    { status: 303, told: 'person', headers: { location: `${ISSUER}/login/account`, 'set-cookie': null } },
  ),
];

/** Row O26 is looked at with each page; here are those that no other case shows. */
const FRAMED = [
  ...each(
    [
      '/login/sign-in',
      '/login/check-mail',
      '/login/confirm',
      '/device',
      '/logout',
      '/consent',
      '/authorize',
      '/nowhere',
    ].map((path) => [`RFC 9700 4.16, O26: who would show ${path} in a frame`, path] as const),
    (_given, path) => ({ path, headers: { accept: 'text/html', 'sec-fetch-dest': 'iframe' } }),
    { status: [200, 303, 400, 404], told: 'person' },
  ),
];

export const SESSIONS: NegativeTable = {
  title: 'the pages of sign-ins and sessions',
  good: [
    {
      name: 'a typed code',
      prepare: async (given) => account(withSecret((await signIn(given, '')).secret)),
      status: 200,
    },
  ],
  cases: [...SECRETS, ...LOGIN, ...FRAMED],
};
