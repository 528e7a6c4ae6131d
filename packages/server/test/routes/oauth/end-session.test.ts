import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LoginSession } from '../../../src/domain/oauth/grant.js';
import { SESSION_COOKIE } from '../../support/authorize-pages.js';
import { type LoginPages, openLoginPages, sessionOf } from '../../support/login-pages.js';
import { addClient, type TestClient } from '../../support/oauth-clients.js';
import { addGrant, revokedGrantIds } from '../../support/oauth-rows.js';
import { expectAccessiblePage } from '../../support/page-checks.js';
import { hiddenFields, type PageVisitor } from '../../support/page-visitor.js';

const AFTERWARDS = 'https://client.example/bye?from=us';
const DAY = 86_400;

let pages: LoginPages;
let client: TestClient;
let visitor: PageVisitor;
let session: LoginSession;
let idToken: string;

beforeAll(async () => {
  pages = await openLoginPages();
  client = await addClient(pages.store, {
    name: 'Paper Boats',
    postLogoutRedirectUris: ['https://client.example/other', AFTERWARDS],
    backchannelLogoutUri: 'https://client.example/logout',
  });
});
afterAll(() => pages.close());
beforeEach(async () => {
  ({ visitor, session } = await pages.signedIn());
  idToken = await pages.issueIdToken(client, session);
});

const pathOf = (parameters: Readonly<Record<string, string>>) =>
  `/end_session?${new URLSearchParams(parameters)}`;
const isLoggedIn = async (browser = visitor) => (await sessionOf(pages, browser)) !== undefined;
const press = (browser: PageVisitor, markup: string) =>
  browser.post('/logout', { ...hiddenFields(markup), action: 'logout' });

describe('a client that shows an ID token of this session (RP-Initiated Logout section 2)', () => {
  it('logs out without a question, and gets its person back with the state', async () => {
    const grant = await addGrant(pages.store, { clientId: client.clientId, session });
    const path = pathOf({ id_token_hint: idToken, post_logout_redirect_uri: AFTERWARDS, state: 'a b&c=d' });
    const done = await visitor.get(path);
    expect([done.status, done.location]).toEqual([302, `${AFTERWARDS}&state=a+b%26c%3Dd`]);
    expect(visitor.cookies.has(SESSION_COOKIE)).toBe(false);
    expect(await pages.store.oauth.loginSessions.find(session.secretHash, pages.clock())).toBeUndefined();
    expect(await revokedGrantIds(pages.store)).toContain(grant.id);
    expect(pages.logoutsQueued()).toBeGreaterThan(0);
  });

  it('O28: also where it has expired long ago', async () => {
    pages.clock.advance(DAY / 4);
    const done = await visitor.get(pathOf({ id_token_hint: idToken, post_logout_redirect_uri: AFTERWARDS }));
    expect(done.location).toBe(AFTERWARDS);
    expect(await isLoggedIn()).toBe(false);
  });

  it('shows a page where no address to return to is asked for', async () => {
    const done = await visitor.get(pathOf({ id_token_hint: idToken, client_id: client.clientId }));
    expect(done.status).toBe(200);
    expectAccessiblePage(done.body);
    expect(done.body).toContain('You are logged out');
    expect(done.body).toContain('Paper Boats');
    expect(await isLoggedIn()).toBe(false);
  });

  it('may send a form from its own site, with which no cookie of ours comes', async () => {
    const foreign = pages.newVisitor();
    const sent = await foreign.request('POST', '/end_session', {
      headers: { origin: 'https://client.example', 'sec-fetch-site': 'cross-site' },
      body: new URLSearchParams({
        id_token_hint: idToken,
        post_logout_redirect_uri: AFTERWARDS,
        state: 's',
      }).toString(),
    });
    expect(sent.status).toBe(303);
    expect(sent.location).toMatch(/^\/logout\?request=/);
    expect(sent.location).not.toContain(idToken);
    const done = await visitor.get(sent.location ?? '');
    expect([done.status, done.location]).toEqual([302, `${AFTERWARDS}&state=s`]);
    expect(await isLoggedIn()).toBe(false);
  });

  it.each(['HEAD', 'prefetch'])('ends nothing for a look ahead: %s', async (kind) => {
    const path = pathOf({ id_token_hint: idToken });
    if (kind === 'HEAD') await visitor.request('HEAD', path);
    else await visitor.get(path, { 'sec-purpose': 'prefetch;prerender' });
    expect(await isLoggedIn()).toBe(true);
  });

  it('is sent on at once where nobody is logged in any more', async () => {
    const nobody = pages.newVisitor();
    const path = pathOf({ id_token_hint: idToken, post_logout_redirect_uri: AFTERWARDS, state: 's' });
    expect((await nobody.get(path)).location).toBe(`${AFTERWARDS}&state=s`);
    expect(await isLoggedIn()).toBe(true);
  });
});

describe('O28: whoever does not is told nothing before the person was asked', () => {
  it.each([
    ['no hint', async () => ({})],
    ['a client alone', async () => ({ client_id: client.clientId })],
    ['a hint that nobody signed', async () => ({ id_token_hint: `${idToken.slice(0, -8)}AAAAAAAA` })],
    ['no token at all', async () => ({ id_token_hint: "' OR 1=1--" })],
    [
      'the hint of another session of the same person',
      async () => ({
        id_token_hint: await pages.issueIdToken(client, { ...session, sessionId: randomUUID() }),
      }),
    ],
    [
      'the hint of somebody else',
      async () => ({ id_token_hint: await pages.issueIdToken(client, (await pages.signedIn()).session) }),
    ],
    [
      'the session of this browser under the name of somebody else',
      async () => ({
        id_token_hint: await pages.issueIdToken(client, { ...session, personId: randomUUID() }),
      }),
    ],
  ] as const)('%s', async (_case, makeParameters) => {
    const page = await visitor.get(pathOf(await makeParameters()));
    expect(page.status).toBe(200);
    expectAccessiblePage(page.body);
    expect(page.body).toContain('Log out?');
    expect(page.body).toContain(session.email);
    expect(await isLoggedIn()).toBe(true);
    expect((await press(visitor, page.body)).status).toBe(200);
    expect(await isLoggedIn()).toBe(false);
  });

  it('and then comes back to the client, where that is named and the address is its own', async () => {
    const path = pathOf({ client_id: client.clientId, post_logout_redirect_uri: AFTERWARDS, state: 's' });
    const page = await visitor.get(path);
    expect(page.body).toContain('Paper Boats');
    expect(String(page.headers['content-security-policy'])).toContain("form-action 'self' https:");
    const done = await press(visitor, page.body);
    expect([done.status, done.location]).toEqual([303, `${AFTERWARDS}&state=s`]);
  });

  it('and not to an address that comes with a hint which nobody signed', async () => {
    const page = await visitor.get(pathOf({ id_token_hint: 'x.y.z', post_logout_redirect_uri: AFTERWARDS }));
    const done = await press(visitor, page.body);
    expect([done.status, done.location]).toEqual([200, undefined]);
  });

  it('J28: an access token and a logout token are no hints', async () => {
    for (const type of ['at+jwt', 'logout+jwt'] as const) {
      const claims = { iss: 'https://auth.example', aud: client.clientId, azp: client.clientId };
      const token = await pages.keys.sign(type, {
        ...claims,
        sub: session.personId,
        sid: session.sessionId,
        exp: pages.clock() + 60,
      });
      expect((await visitor.get(pathOf({ id_token_hint: token }))).body).toContain('Log out?');
    }
  });
});

describe('O25: the button', () => {
  it.each([
    ['not pressed', (fields: Record<string, string>) => fields],
    ['without its nonce', ({ request = '' }: Record<string, string>) => ({ request, action: 'logout' })],
    ['with another nonce', (fields: Record<string, string>) => ({ ...fields, nonce: 'x', action: 'logout' })],
    [
      'with another request than that of its page',
      (fields: Record<string, string>) => ({ ...fields, request: `${fields['request']}x`, action: 'logout' }),
    ],
  ])('%s gets the page again', async (_case, change) => {
    const page = await visitor.get('/logout');
    const again = await visitor.post('/logout', change(hiddenFields(page.body)));
    expect(again.body).toContain('Log out?');
    expect(await isLoggedIn()).toBe(true);
  });

  it('of another session works for none but that', async () => {
    const other = (await pages.signedIn()).visitor;
    const page = await other.get('/logout');
    expect((await press(visitor, page.body)).body).toContain('Log out?');
    expect(await isLoggedIn()).toBe(true);
  });

  it('carries no address that was not judged: what is made up is not followed', async () => {
    const forged = Buffer.from(JSON.stringify({ request: { redirectUri: 'https://evil.example' } }));
    for (const request of [`${forged.toString('base64url')}.x`, 'x', '', 'a.b.c', 'x'.repeat(10_000)]) {
      const page = await visitor.get(`/logout?${new URLSearchParams({ request })}`);
      expect(page.status).toBe(200);
      expect(page.body).not.toContain('evil');
    }
    const done = await pages.newVisitor().get('/logout?request=x');
    expect([done.status, done.location]).toEqual([200, undefined]);
  });

  it('forgets what the client wished for after an hour, and logs out all the same', async () => {
    const page = await visitor.get(
      pathOf({ client_id: client.clientId, post_logout_redirect_uri: AFTERWARDS }),
    );
    pages.clock.advance(3600);
    const done = await press(visitor, page.body);
    expect(done.location).toBeUndefined();
    expect(await isLoggedIn()).toBe(false);
  });
});

describe('O28: no redirect and no logout, but a page, where', () => {
  it.each([
    ['the address is not registered', { post_logout_redirect_uri: 'https://evil.example/' }],
    ['a slash too many ends it', { post_logout_redirect_uri: 'https://client.example/other/' }],
    ['its host is in upper case', { post_logout_redirect_uri: 'https://CLIENT.example/other' }],
    ['its port is written', { post_logout_redirect_uri: 'https://client.example:443/other' }],
    ['it has another query', { post_logout_redirect_uri: 'https://client.example/bye?from=them' }],
    ['it is a redirect URI of the client', { post_logout_redirect_uri: 'https://client.example/cb' }],
    ['it is script', { post_logout_redirect_uri: 'javascript:alert(1)' }],
    ['the client is another than that of the hint', { client_id: 'client_other' }],
    ['the state is endless', { state: 'x'.repeat(2049) }],
  ])('%s', async (_case, parameters) => {
    const answer = await visitor.get(
      pathOf({ id_token_hint: idToken, ...(parameters as Record<string, string>) }),
    );
    expect([answer.status, answer.location]).toEqual([400, undefined]);
    expectAccessiblePage(answer.body);
    expect(answer.body).not.toMatch(/evil|alert/);
    expect(await isLoggedIn()).toBe(true);
  });

  it('nobody says whose address it is', async () => {
    const answer = await visitor.get(pathOf({ post_logout_redirect_uri: AFTERWARDS }));
    expect([answer.status, answer.location]).toEqual([400, undefined]);
  });

  it('the client is unknown, or disabled', async () => {
    const disabled = await addClient(pages.store, { disabled: true, postLogoutRedirectUris: [AFTERWARDS] });
    for (const clientId of ['client_unknown', disabled.clientId]) {
      const path = pathOf({ client_id: clientId, post_logout_redirect_uri: AFTERWARDS });
      expect((await pages.newVisitor().get(path)).status).toBe(400);
    }
  });

  it('O5: a parameter is repeated, in the query or in the form', async () => {
    expect((await visitor.get('/end_session?state=a&state=b')).status).toBe(400);
    const body = 'state=a&state=b';
    expect((await visitor.request('POST', '/end_session', { body })).status).toBe(400);
    expect((await visitor.request('POST', '/end_session?state=a', { body: 'state=b' })).status).toBe(400);
  });

  it('the form is no form', async () => {
    const headers = { 'content-type': 'application/json' };
    expect((await visitor.request('POST', '/end_session', { headers, body: '{}' })).status).toBe(415);
  });
});
