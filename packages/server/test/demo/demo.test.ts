import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEMO_APP_ID, demoAppSettings, demoRoutes } from '../../src/demo/index.js';
import { createWebHandler } from '../../src/http/web-handler.js';
import { apiRoutes } from '../../src/routes/api/index.js';
import { pageRoutes } from '../../src/routes/pages/index.js';
import { expectAccessiblePage } from '../support/page-checks.js';
import { hiddenFields, PageVisitor } from '../support/page-visitor.js';
import { createTestHandler } from '../support/request-handler.js';
import { openTestServices, TEST_ISSUER, type TestServices } from '../support/services.js';

let services: TestServices;
let visitor: PageVisitor;
let isAuthorityUp: boolean;

/** The demo and the authority it asks, joined by their HTTP messages alone. */
beforeEach(async () => {
  services = await openTestServices();
  const { apps, signIn, tokens, vault, clock } = services;
  await apps.create(demoAppSettings(TEST_ISSUER), DEMO_APP_ID);
  isAuthorityUp = true;
  const authority = createTestHandler([
    ...apiRoutes({ apps, signIn, tokens }),
    ...pageRoutes({ apps, signIn, vault, issuer: TEST_ISSUER, clock }),
  ]);
  const answer = createWebHandler({ handler: authority, clientIp: () => '192.0.2.1' });
  const demo = demoRoutes({
    appId: DEMO_APP_ID,
    issuer: TEST_ISSUER,
    mailbox: true,
    clock,
    fetch: async (url, init) => {
      if (!isAuthorityUp) throw new TypeError('fetch failed');
      return answer(new Request(url, init));
    },
  });
  const both = createTestHandler([
    ...demo,
    ...pageRoutes({ apps, signIn, vault, issuer: TEST_ISSUER, clock }),
  ]);
  visitor = new PageVisitor(both, TEST_ISSUER);
});

afterEach(() => services.close());

/** Signs in through the mailed link; gives the answer of the demo's redirect URL. */
async function signIn(email = 'ada@example.com') {
  await visitor.post('/demo/sign-in', { email });
  await visitor.get(services.mail.last().link.replace(TEST_ISSUER, ''));
  const confirm = `/${DEMO_APP_ID}/confirm`;
  const page = await visitor.get(confirm);
  const done = await visitor.post(confirm, { ...hiddenFields(page.body), action: 'confirm' });
  return visitor.get(done.location ?? '');
}

describe('asking for a sign-in', () => {
  it('begins at the address of the server too', async () => {
    const answer = await visitor.get('/');
    expect([answer.status, answer.location]).toEqual([303, '/demo']);
  });

  it('leads from the address to a page that says where the mail is', async () => {
    const home = await visitor.get('/demo');
    expectAccessiblePage(home.body);
    const sent = await visitor.post('/demo/sign-in', { email: 'ada@example.com' });
    expect([sent.status, sent.location]).toEqual([303, '/demo/waiting']);
    const waiting = await visitor.get('/demo/waiting');
    expect(waiting.body).toContain('ada@example.com');
    expect(waiting.body).toContain('href="/mailbox"');
    expectAccessiblePage(waiting.body);
  });

  it('shows what the authority says of a bad address, at its field', async () => {
    const answer = await visitor.post('/demo/sign-in', { email: '<b>ada' });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('id="email-problem"');
    expect(answer.body).toContain('value="&lt;b&gt;ada"');
  });

  it('says so when the authority cannot be reached', async () => {
    isAuthorityUp = false;
    const answer = await visitor.post('/demo/sign-in', { email: 'ada@example.com' });
    expect(answer.status).toBe(502);
    expectAccessiblePage(answer.body);
  });

  it('finishes with the typed code, and says when it is wrong', async () => {
    await visitor.post('/demo/sign-in', { email: 'ada@example.com' });
    const { code } = services.mail.last();
    const wrong = await visitor.post('/demo/code', { code: code === '000000' ? '000001' : '000000' });
    expect(wrong.status).toBe(401);
    expect(wrong.body).toContain('id="code-problem"');
    const right = await visitor.post('/demo/code', { code });
    expect(right.location).toBe('/demo/account');
  });
});

describe('the redirect URL', () => {
  it('M11: verifies the token and leads on to an address without it', async () => {
    const answer = await signIn();
    expect([answer.status, answer.location]).toEqual([303, '/demo/account']);
    const account = await visitor.get('/demo/account');
    expect(account.body).toContain('ada@example.com');
    for (const claim of ['iss', 'aud', 'sub', 'exp', 'token_use']) {
      expect(account.body).toContain(`<th scope="row">${claim}</th>`);
    }
    expect(account.body).not.toMatch(/eyJ/);
    expectAccessiblePage(account.body);
  });

  it('O27: puts the session under a new id that no script can read', async () => {
    await visitor.post('/demo/sign-in', { email: 'ada@example.com' });
    const before = visitor.cookies.get('__Host-demo-session');
    const answer = await signIn();
    expect(String(answer.headers['set-cookie'])).toMatch(/; HttpOnly; SameSite=Lax; Secure/);
    expect(visitor.cookies.get('__Host-demo-session')).not.toBe(before);
  });

  it.each([
    ['nothing', ''],
    ['no token', '?idToken=abc'],
    ['an unsigned token', '?idToken=eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.e30.'],
  ])('refuses %s, and nobody is logged in', async (_case, query) => {
    const answer = await visitor.get(`/demo/callback${query}`);
    expect(answer.status).toBe(401);
    expect(answer.body).toContain('That did not work');
    expect((await visitor.get('/demo/account')).location).toBe('/demo');
  });
});

describe('the account page', () => {
  it('refreshes the ID token', async () => {
    await signIn();
    const idOf = (markup: string) => /jti<\/th><td>([^<]+)/.exec(markup)?.[1];
    const before = idOf((await visitor.get('/demo/account')).body);
    expect((await visitor.post('/demo/refresh', {})).location).toBe('/demo/account');
    const after = idOf((await visitor.get('/demo/account')).body);
    expect(before).toBeDefined();
    expect(after).not.toBe(before);
  });

  it.each(['/demo/log-out', '/demo/log-out-everywhere'])(
    '%s deletes the refresh token and ends the session',
    async (path) => {
      const callback = await signIn();
      expect(callback.status).toBe(303);
      const session = visitor.cookies.get('__Host-demo-session') ?? '';
      expect((await visitor.post(path, {})).location).toBe('/demo');
      expect(visitor.cookies.has('__Host-demo-session')).toBe(false);
      visitor.cookies.set('__Host-demo-session', session);
      expect((await visitor.get('/demo/account')).location).toBe('/demo');
    },
  );

  it('logging out everywhere ends what other browsers can refresh', async () => {
    await signIn();
    const first = visitor.cookies.get('__Host-demo-session') ?? '';
    visitor.cookies.clear();
    await signIn();
    await visitor.post('/demo/log-out-everywhere', {});
    visitor.cookies.set('__Host-demo-session', first);
    expect((await visitor.post('/demo/refresh', {})).status).toBe(401);
  });

  it('ends the session here although the authority cannot be reached', async () => {
    await signIn();
    isAuthorityUp = false;
    expect((await visitor.post('/demo/log-out', {})).status).toBe(502);
    expect((await visitor.get('/demo/account')).location).toBe('/demo');
  });

  it('is for people who are logged in', async () => {
    for (const path of ['/demo/refresh', '/demo/log-out', '/demo/log-out-everywhere', '/demo/code']) {
      expect((await visitor.post(path, {})).location).toBe('/demo');
    }
  });
});
