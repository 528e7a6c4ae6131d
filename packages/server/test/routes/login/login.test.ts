import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addOwnClient,
  authorizePath,
  REDIRECT_URI,
  SESSION_COOKIE,
  toldClient,
  transactionOf,
} from '../../support/authorize-pages.js';
import {
  askForMail,
  finishByLink,
  LIFETIME_SECONDS,
  type LoginPages,
  openLoginPages,
  sessionOf,
  signInByCode,
} from '../../support/login-pages.js';
import { expectAccessiblePage } from '../../support/page-checks.js';
import { hiddenFields, type PageAnswer } from '../../support/page-visitor.js';
import { ISSUER } from '../../support/request-handler.js';
import { NOW } from '../../support/store-rows.js';

let pages: LoginPages;
beforeAll(async () => {
  pages = await openLoginPages();
});
afterAll(() => pages.close());

const sessionCookieOf = ({ headers }: PageAnswer) =>
  [headers['set-cookie'] ?? []].flat().find((cookie) => cookie.startsWith(`${SESSION_COOKIE}=`));
const formActionOf = ({ headers }: PageAnswer) =>
  /form-action (.*)$/.exec(String(headers['content-security-policy']))?.[1];

/** A browser that a client has sent to sign in. */
async function beginAt(client: Parameters<typeof addOwnClient>[1] = {}, changes = {}) {
  const { clientId } = await addOwnClient(pages, { name: 'Paper Boats', ...client });
  const visitor = pages.newVisitor();
  const begun = await visitor.get(authorizePath(clientId, changes));
  return { visitor, clientId, path: begun.location ?? '', transaction: transactionOf(begun) };
}

describe('signing in to the authority', () => {
  it('leads from a client over mail and typed code back to the client', async () => {
    const { visitor, path, transaction } = await beginAt();
    expect(path).toBe(`/login?transaction=${transaction}`);
    const entered = await visitor.get(path);
    expect(entered.location).toBe(`/login/sign-in?transaction=${transaction}`);
    const asked = await askForMail(visitor, entered.location ?? '', 'ada@example.com');
    expect([asked.status, asked.location]).toEqual([303, '/login/check-mail']);
    const done = await visitor.post('/login/check-mail', { code: pages.mail.last().code });
    expect([done.status, done.location]).toEqual([303, `/authorize/resume?transaction=${transaction}`]);
    const told = toldClient(await visitor.get(done.location ?? ''));
    expect(told).toMatchObject({ code: expect.any(String), state: 'a state', iss: ISSUER });
  });

  it('leads over the mailed link as well, whose address is /login/link at the issuer (M8)', async () => {
    const { visitor, path, transaction } = await beginAt();
    await askForMail(visitor, (await visitor.get(path)).location ?? '', 'link@example.com');
    expect(pages.mail.last().link).toMatch(new RegExp(`^${ISSUER}/login/link\\?code=[\\w-]{43}$`));
    const done = await finishByLink(pages, visitor);
    expect(done.location).toBe(`/authorize/resume?transaction=${transaction}`);
    expect(await sessionOf(pages, visitor)).toMatchObject({ email: 'link@example.com' });
  });

  it('O27: gives a session of one factor, under a secret that only a __Host- cookie holds, for twelve hours', async () => {
    const visitor = pages.newVisitor();
    const done = await signInByCode(pages, visitor, undefined, 'new@example.com');
    expect(sessionCookieOf(done)).toMatch(
      /^__Host-countersign-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=43200$/,
    );
    expect(await sessionOf(pages, visitor)).toEqual({
      personId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      email: 'new@example.com',
      sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      authenticatedAt: NOW,
      amr: ['otp'],
      acr: '2',
      secretHash: expect.not.stringContaining(visitor.cookies.get(SESSION_COOKIE) ?? ''),
      createdAt: NOW,
      expiresAt: NOW + LIFETIME_SECONDS,
    });
    expect([...visitor.cookies.keys()]).toEqual([SESSION_COOKIE]);
    expect(done.location).toBe('/login/account');
  });

  it('S6: no line of the log holds the secret of a session, a link or a code', async () => {
    const visitor = pages.newVisitor();
    await signInByCode(pages, visitor, undefined, 'logged@example.com');
    const { linkSecret, code } = pages.mail.last();
    const log = JSON.stringify(pages.log);
    for (const secret of [visitor.cookies.get(SESSION_COOKIE) ?? '', linkSecret, `"${code}"`, 'logged@'])
      expect(log).not.toContain(secret);
    expect(log).toContain('login_session_started');
  });
});

describe('the pages on the way', () => {
  it('name the client, and whose name the mail has', async () => {
    const { visitor, path } = await beginAt();
    const page = await visitor.get((await visitor.get(path)).location ?? '');
    expect(page.status).toBe(200);
    expectAccessiblePage(page.body);
    expect(page.body).toContain('<h1>Log in to <bdi>Paper Boats</bdi></h1>');
    expect(page.body).toContain('<bdi>auth.example</bdi>');
  });

  it('fill in the address that the client hints at, or that of whoever is signed in', async () => {
    const hinted = await beginAt({}, { login_hint: 'grace@example.com' });
    const page = await hinted.visitor.get(`/login/sign-in?transaction=${hinted.transaction}`);
    expect(page.body).toContain('value="grace@example.com"');
    const { visitor, session } = await pages.signedIn();
    expect((await visitor.get('/login/sign-in')).body).toContain(`value="${session.email}"`);
  });

  it('let their forms end at the client, with the scheme of its redirect URI and no other', async () => {
    const web = await beginAt();
    await askForMail(web.visitor, `/login/sign-in?transaction=${web.transaction}`, 'a@example.com');
    expect(formActionOf(await web.visitor.get('/login/check-mail'))).toBe("'self' https:");
    const redirectUri = 'com.example.boats:/cb';
    const native = await beginAt({ redirectUris: [redirectUri] }, { redirect_uri: redirectUri });
    await askForMail(native.visitor, `/login/sign-in?transaction=${native.transaction}`, 'b@example.com');
    expect(formActionOf(await native.visitor.get('/login/check-mail'))).toBe("'self' com.example.boats:");
    const plain = pages.newVisitor();
    await askForMail(plain, '/login/sign-in', 'c@example.com');
    expect(formActionOf(await plain.get('/login/check-mail'))).toBe("'self'");
  });

  it('keep the wish when the mail is sent again, or another address is typed', async () => {
    const { visitor, transaction } = await beginAt();
    await askForMail(visitor, `/login/sign-in?transaction=${transaction}`, 'first@example.com');
    await visitor.post('/login/sign-in', { email: 'first@example.com' });
    await askForMail(visitor, '/login/sign-in', 'second@example.com');
    const done = await visitor.post('/login/check-mail', { code: pages.mail.last().code });
    expect(done.location).toBe(`/authorize/resume?transaction=${transaction}`);
    expect(await sessionOf(pages, visitor)).toMatchObject({ email: 'second@example.com' });
  });

  it('go on with the wish of the tab that asked for the mail', async () => {
    const { visitor, transaction } = await beginAt();
    const here = await visitor.get(`/login/sign-in?transaction=${transaction}`);
    const { clientId } = await addOwnClient(pages);
    const other = await visitor.get(authorizePath(clientId));
    await visitor.get((await visitor.get(other.location ?? '')).location ?? '');
    await visitor.post('/login/sign-in', { ...hiddenFields(here.body), email: 'tabs@example.com' });
    const done = await visitor.post('/login/check-mail', { code: pages.mail.last().code });
    expect(done.location).toBe(`/authorize/resume?transaction=${transaction}`);
  });

  it('O25: a transaction of another browser tells nothing of its client, and leads nowhere', async () => {
    const { transaction } = await beginAt();
    const stranger = pages.newVisitor();
    const page = await stranger.get(`/login/sign-in?transaction=${transaction}`);
    expect(page.body).not.toContain('Paper Boats');
    const done = await signInByCode(pages, stranger, `/login/sign-in?transaction=${transaction}`);
    const resumed = await stranger.get(done.location ?? '');
    expect(resumed.status).toBe(400);
    expect(resumed.location).toBeUndefined();
  });
});

describe('a link that is opened elsewhere', () => {
  it('M2, M10: signs nobody in, says where the code is to be typed, and stays good where it was asked for', async () => {
    const visitor = pages.newVisitor();
    await askForMail(visitor, '/login/sign-in', 'phone@example.com');
    const phone = pages.newVisitor();
    const link = pages.mail.last().link.replace(ISSUER, '');
    const shown = await phone.get((await phone.get(link)).location ?? '');
    expect(shown.status).toBe(410);
    expect(shown.body).toContain('type the code from the same mail');
    const forced = await phone.post('/login/confirm', { ...hiddenFields(shown.body), action: 'confirm' });
    expect(sessionCookieOf(forced)).toBeUndefined();
    expect(sessionCookieOf(await finishByLink(pages, visitor))).toBeDefined();
  });

  it('M1: HEAD, GET and a prefetch consume nothing', async () => {
    const visitor = pages.newVisitor();
    await askForMail(visitor, '/login/sign-in', 'scanned@example.com');
    const link = pages.mail.last().link.replace(ISSUER, '');
    for (const method of ['HEAD', 'GET', 'OPTIONS']) await visitor.request(method, link);
    await visitor.get(link, { 'sec-purpose': 'prefetch' });
    for (const method of ['HEAD', 'GET']) await visitor.request(method, '/login/confirm');
    expect(await sessionOf(pages, visitor)).toBeUndefined();
    expect(sessionCookieOf(await finishByLink(pages, visitor))).toBeDefined();
  });

  it('M2: a form that was not pressed, or has another nonce, gets the page again', async () => {
    const visitor = pages.newVisitor();
    await askForMail(visitor, '/login/sign-in', 'pressed@example.com');
    await visitor.get(pages.mail.last().link.replace(ISSUER, ''));
    const { nonce = '' } = hiddenFields((await visitor.get('/login/confirm')).body);
    for (const form of [{ nonce }, { nonce: 'x', action: 'confirm' }, {}] as Record<string, string>[]) {
      const again = await visitor.post('/login/confirm', form);
      expect(again.status).toBe(200);
      expect(sessionCookieOf(again)).toBeUndefined();
    }
  });
});

describe('what is refused', () => {
  it('M4, M7: a code works once, and a wrong one shows the page again', async () => {
    const visitor = pages.newVisitor();
    await askForMail(visitor, '/login/sign-in', 'once@example.com');
    const { code } = pages.mail.last();
    const wrong = await visitor.post('/login/check-mail', { code: code === '000000' ? '000001' : '000000' });
    expect(wrong.status).toBe(401);
    const cookies = new Map(visitor.cookies);
    const both = await Promise.all([1, 2, 3].map(() => visitor.post('/login/check-mail', { code })));
    expect(both.filter((answer) => sessionCookieOf(answer) !== undefined)).toHaveLength(1);
    const late = pages.newVisitor();
    for (const [name, value] of cookies) late.cookies.set(name, value);
    expect((await late.post('/login/check-mail', { code })).status).toBe(401);
  });

  it('O25: forms from other sites', async () => {
    for (const path of ['/login/sign-in', '/login/check-mail', '/login/confirm', '/logout']) {
      const answer = await pages.newVisitor().request('POST', path, {
        headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
        body: 'email=ada%40example.com',
      });
      expect(answer.status, path).toBe(403);
    }
  });

  it('O5: parameters that are repeated', async () => {
    const visitor = pages.newVisitor();
    for (const path of ['/login', '/login/sign-in'])
      expect((await visitor.get(`${path}?transaction=a&transaction=b`)).status).toBe(400);
  });

  it('the app of the authority by any other way: neither as an app, nor where apps sign in', async () => {
    for (const path of ['/authority/sign-in', '/authority/check-mail', '/authority/link?code=x'])
      expect((await pages.newVisitor().get(path)).status).toBe(404);
  });
});

describe('the account page', () => {
  it('says who is signed in, and logs out by its button', async () => {
    const { visitor, session } = await pages.signedIn();
    const page = await visitor.get('/login/account');
    expect(page.status).toBe(200);
    expectAccessiblePage(page.body);
    expect(page.body).toContain(session.email);
    const done = await visitor.post('/logout', { ...hiddenFields(page.body), action: 'logout' });
    expect(done.body).toContain('You are logged out');
    expect(visitor.cookies.has(SESSION_COOKIE)).toBe(false);
    expect(await pages.store.oauth.loginSessions.find(session.secretHash, NOW)).toBeUndefined();
  });

  it('asks whoever is not signed in to do so, and comes back', async () => {
    const visitor = pages.newVisitor();
    expect((await visitor.get('/login')).location).toBe('/login/account');
    const sent = await visitor.get('/login/account');
    expect(sent.location).toBe('/login/sign-in?return=account');
    expect((await signInByCode(pages, visitor, sent.location)).location).toBe('/login/account');
  });

  it('is not where a client leads to: its redirect URI is', async () => {
    const { visitor, path } = await beginAt();
    const done = await signInByCode(pages, visitor, (await visitor.get(path)).location);
    expect((await visitor.get(done.location ?? '')).location).toContain(REDIRECT_URI);
  });
});

describe('a device that waits', () => {
  it('is gone on with, and its code with it', async () => {
    const visitor = pages.newVisitor();
    const entered = await visitor.get('/login?return=device&user_code=WDJB-MJHT');
    const done = await signInByCode(pages, visitor, entered.location, 'device@example.com');
    expect(done.location).toBe('/device?user_code=WDJB-MJHT');
  });
});
