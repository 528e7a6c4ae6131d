/** What an issuer with a path changes: every route, link, cookie and document is beneath it, and nothing is without one. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { demoRoutes } from '../../src/demo/index.js';
import { Refusal } from '../../src/domain/refusal.js';
import { createCookies } from '../../src/http/cookies.js';
import type { Route } from '../../src/http/exchange.js';
import { json, page } from '../../src/http/respond.js';
import { wellKnownPathsOf } from '../../src/http/well-known-paths.js';
import { renderErrorPage, renderSignInPage } from '../../src/pages/index.js';
import { discoveryRoutes } from '../../src/routes/oauth/discovery.js';
import { mailboxRoutes } from '../../src/routes/pages/mailbox.js';
import { httpRequest } from '../support/http-request.js';
import { createTestHandler, ISSUER } from '../support/request-handler.js';
import { openTokenAuthority, type TokenAuthority } from '../support/token-authority.js';

const WITH_PATH = `${ISSUER}/tenants/blue`;
const MAIL = { to: 'ada@example.com', subject: 'Log in', text: 'hello', html: '<p>hello', createdAt: 0 };

function getFrom(routes: readonly Route[], issuer: string) {
  const handler = createTestHandler(routes, { issuer });
  return async (path: string) => {
    const { status, headers, body } = await handler.handle(httpRequest({ path }));
    return { status, location: headers['location'], body: String(body), headers };
  };
}

const linksOf = (markup: string) =>
  [...markup.matchAll(/ (?:href|src|action)="([^"]*)"/g)].map(([, place = '']) => place);

describe('the pages under a path', () => {
  const pages: readonly Route[] = [
    ...mailboxRoutes({
      mailbox: { list: async () => [{ ...MAIL, id: '1' }], find: async () => ({ ...MAIL, id: '1' }) },
    }),
    ...demoRoutes({ appId: '6f1c1d1e-7a50-4a3c-9d5e-0b7f3f6f2c11', issuer: WITH_PATH, mailbox: true }),
    {
      method: 'GET',
      pattern: '/refused',
      kind: 'page',
      handle: async () => page(404, renderErrorPage(new Refusal('not_found'))),
    },
  ];
  const get = getFrom(pages, WITH_PATH);

  it.each(['/mailbox', '/mailbox/1', '/demo', '/refused'])('%s leads nowhere else', async (path) => {
    const { body } = await get(`/tenants/blue${path}`);
    const links = linksOf(body);
    expect(links.length).toBeGreaterThan(2);
    for (const link of links) expect(link.replace(WITH_PATH, '/tenants/blue')).toMatch(/^\/tenants\/blue\//);
    expect(body).not.toContain('issuer-path');
  });

  it('the issuer itself is the front page, with or without a slash at its end', async () => {
    for (const path of ['/tenants/blue', '/tenants/blue/'])
      expect(await get(path)).toMatchObject({ status: 303, location: `${WITH_PATH}/demo` });
  });

  it.each([
    '/demo',
    '/',
    '/tenants/blue/demo/',
    '/tenants/bluedemo',
    '/tenants/Blue/demo',
    '/tenants/bl%75e/demo',
  ])('%s is not there', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  it('M18: what somebody typed is never taken for the room of the path', async () => {
    const route: Route = {
      method: 'GET',
      pattern: '/typed',
      kind: 'page',
      handle: async () => page(200, renderSignInPage({ appName: 'A', typedEmail: '&issuer-path;/evil' })),
    };
    const { body } = await getFrom([route], WITH_PATH)('/tenants/blue/typed');
    expect(body).toContain('value="&amp;issuer-path;/evil"');
    expect(body).not.toContain('/tenants/blue/evil');
  });

  it('an answer that is no page stays as it is', async () => {
    const route: Route = {
      method: 'GET',
      pattern: '/text',
      kind: 'api',
      handle: async () => json(200, { text: '&issuer-path;' }),
    };
    expect((await getFrom([route], WITH_PATH)('/tenants/blue/text')).body).toContain('&issuer-path;');
  });

  it('without a path links begin at the root of the host', async () => {
    const { body } = await getFrom(pages, ISSUER)('/mailbox');
    expect(linksOf(body)).toContain('/mailbox/1');
    expect(linksOf(body).filter((link) => link.startsWith('/assets/style.css?v='))).toHaveLength(1);
  });
});

describe('cookies under a path', () => {
  const [root, blue, deeper] = [ISSUER, `${ISSUER}/blue`, `${ISSUER}/blue/x`].map(createCookies);

  it('O27: are __Host- with Path=/ as ever, and carry the path in their name', () => {
    expect(blue?.set('start', 'abc', { maxAgeSeconds: 9 })).toBe(
      '__Host-start+blue=abc; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=9',
    );
    expect(deeper?.clear('start')).toMatch(/^__Host-start\+blue\+x=; Path=\//);
    expect(root?.clear('start')).toMatch(/^__Host-start=; Path=\//);
  });

  it('O27: of one authority are none of another on the same host', () => {
    const request = httpRequest({ headers: { cookie: '__Host-start+blue=abc; __Host-start=xyz' } });
    expect([root, blue, deeper].map((cookies) => cookies?.read(request, 'start'))).toEqual([
      'xyz',
      'abc',
      undefined,
    ]);
  });
});

describe('well-known documents', () => {
  let authority: TokenAuthority;
  beforeEach(async () => {
    authority = await openTokenAuthority();
  });
  afterEach(() => authority.close());

  const discoveryOf = (issuer: string) =>
    getFrom(discoveryRoutes({ issuer, keys: authority.keys, acrValues: [], registration: false }), issuer);

  it.each([
    '/tenants/blue/.well-known/openid-configuration',
    '/tenants/blue/.well-known/oauth-authorization-server',
    '/.well-known/openid-configuration/tenants/blue',
    '/.well-known/oauth-authorization-server/tenants/blue',
  ])('O29: %s has the issuer byte by byte (RFC 8414 section 3.1)', async (path) => {
    const { status, body, headers } = await discoveryOf(WITH_PATH)(path);
    expect(status).toBe(200);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(JSON.parse(body)).toMatchObject({
      issuer: WITH_PATH,
      token_endpoint: `${WITH_PATH}/token`,
      jwks_uri: `${WITH_PATH}/jwks.json`,
    });
  });

  it.each([
    '/.well-known/openid-configuration',
    '/.well-known/openid-configuration/tenants',
    '/.well-known/openid-configuration/tenants/blue/',
    '/.well-known/openid-configuration/tenants/blue/x',
    '/.well-known/jwks.json/tenants/blue',
    '/.well-known/../tenants/blue',
  ])('O29: %s is not there: another issuer of the host may be', async (path) => {
    expect((await discoveryOf(WITH_PATH)(path)).status).toBe(404);
  });

  it('O29: are where they always were for an issuer without a path', async () => {
    expect(wellKnownPathsOf(ISSUER)).toEqual([
      '/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server',
    ]);
    for (const path of wellKnownPathsOf(ISSUER))
      expect(JSON.parse((await discoveryOf(ISSUER)(path)).body)).toMatchObject({ issuer: ISSUER });
  });
});
