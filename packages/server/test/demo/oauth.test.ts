import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DEMO_CLIENT_ID, demoClientSettings, demoOauthRoutes } from '../../src/demo/index.js';
import { expectAccessiblePage } from '../support/page-checks.js';
import { PageVisitor } from '../support/page-visitor.js';
import { Person } from '../support/person.js';
import { createTestHandler } from '../support/request-handler.js';
import { type ServedAuthority, serveAuthority } from '../support/served-authority.js';
import { TEST_ISSUER } from '../support/services.js';

const COOKIE = 'demo-oauth-session';
let authority: ServedAuthority;
let visitor: PageVisitor;

/** The demo as any other application: it reaches the authority by its address, and people come back with a code. */
beforeAll(async () => {
  authority = await serveAuthority();
  const { issuer } = authority;
  await authority.authority.clients.create(demoClientSettings(issuer), DEMO_CLIENT_ID);
});
beforeEach(() => {
  const routes = demoOauthRoutes({ issuer: authority.issuer, mailbox: true });
  visitor = new PageVisitor(createTestHandler(routes), TEST_ISSUER);
});
afterAll(() => authority.stop());

/** Where somebody comes back to who did what the authority asked. */
async function comeBack(answer: 'allow' | 'deny' = 'allow', person = new Person(authority)): Promise<URL> {
  const start = await visitor.get('/demo/oauth/start');
  return person.arriveBy(new URL(start.location ?? ''), answer);
}

const finish = ({ pathname, search }: URL) => visitor.get(pathname + search);

describe('the demo that speaks OpenID Connect', () => {
  it('M11 O27: shows who somebody is, at an address without a code and in a session of its own', async () => {
    const home = await visitor.get('/demo/oauth');
    expectAccessiblePage(home.body);
    expect(home.body).toContain(`href="${authority.issuer}/mailbox"`);
    const person = new Person(authority);
    const back = await comeBack('allow', person);
    expect(back.href).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/demo\/oauth\/callback\?code=/);
    const before = visitor.cookies.get(COOKIE);
    const done = await finish(back);
    expect([done.status, done.location]).toEqual([303, back.href.replace(/\/callback.*/, '')]);
    expect(visitor.cookies.get(COOKIE)).not.toBe(before);
    const { body, headers } = await visitor.get('/demo/oauth');
    expectAccessiblePage(body);
    expect(body).toContain(person.email);
    for (const claim of ['iss', 'aud', 'sub', 'nonce', 'acr', 'email_verified'])
      expect(body).toContain(`<th scope="row">${claim}</th>`);
    expect(body).not.toMatch(/eyJ/);
    expect(headers['content-security-policy']).toContain(`form-action 'self' ${authority.issuer}`);
    expect(person.pages).toEqual(['/login/sign-in', '/login/check-mail', '/consent']);
  });

  it('says so when somebody does not allow it', async () => {
    const answer = await finish(await comeBack('deny'));
    expect(answer.status).toBe(401);
    expect(answer.body).toContain('You did not allow it');
    expectAccessiblePage(answer.body);
  });

  it.each([
    ['O9: another state', 'state', 'of somebody else'],
    ['O24: another issuer', 'iss', 'https://evil.example'],
    ['a code that nobody gave out', 'code', 'x'.repeat(43)],
  ])('refuses %s, and the attempt is over', async (_case, name, value) => {
    const back = await comeBack();
    const changed = new URL(back);
    changed.searchParams.set(name, value);
    expect((await finish(changed)).status).toBe(401);
    expect((await finish(back)).location).toMatch(/\/demo\/oauth$/);
    expect((await visitor.get('/demo/oauth')).body).not.toContain('You are logged in');
  });

  it('O25: takes no answer in a browser that did not begin', async () => {
    const back = await comeBack();
    visitor.cookies.clear();
    expect((await finish(back)).location).toMatch(/\/demo\/oauth$/);
    expect((await visitor.get('/demo/oauth')).body).not.toContain('You are logged in');
  });

  it('logs out here, and leads to the authority to log out there', async () => {
    await finish(await comeBack());
    const left = await visitor.post('/demo/oauth/log-out', {});
    const location = new URL(left.location ?? '');
    expect([left.status, location.origin + location.pathname]).toEqual([
      303,
      `${authority.issuer}/end_session`,
    ]);
    expect(location.searchParams.get('post_logout_redirect_uri')).toMatch(/\/demo\/oauth$/);
    expect(visitor.cookies.has(COOKIE)).toBe(false);
    expect((await visitor.post('/demo/oauth/log-out', {})).location).toMatch(/\/demo\/oauth$/);
  });
});
