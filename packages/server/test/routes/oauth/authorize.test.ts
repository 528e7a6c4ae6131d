import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  API,
  type AuthorizePages,
  addOwnClient,
  askingClient,
  authorizePath,
  BROWSER_COOKIE,
  CHALLENGE,
  codeOf,
  openAuthorizePages,
  REDIRECT_URI,
  signInAgain,
  toldClient,
  transactionOf,
  VERIFIER,
} from '../../support/authorize-pages.js';
import { postForm } from '../../support/oauth-endpoints.js';
import { ISSUER } from '../../support/request-handler.js';
import { aHash } from '../../support/store-rows.js';

let pages: AuthorizePages;

beforeAll(async () => {
  pages = await openAuthorizePages();
});

afterAll(() => pages.close());

describe('somebody who is signed in', () => {
  it('RFC 6749 4.1.2: goes to the client with a code, the state and the issuer', async () => {
    const { clientId } = await addOwnClient(pages);
    const { visitor, session } = await pages.signedIn();
    const answer = await visitor.get(authorizePath(clientId, { nonce: 'n', scope: 'openid read' }));
    expect(answer).toMatchObject({ status: 302, body: '' });
    expect(Object.keys(toldClient(answer) ?? {})).toEqual(['code', 'state', 'iss']);
    expect(toldClient(answer)).toMatchObject({ state: 'a state', iss: ISSUER });
    const { personId, email, sessionId, authenticatedAt, amr, acr } = session;
    expect(await codeOf(pages, answer)).toMatchObject({
      clientId,
      redirectUri: REDIRECT_URI,
      nonce: 'n',
      codeChallenge: CHALLENGE,
      access: { scopes: ['openid', 'read'], audiences: [API] },
      authentication: { personId, email, sessionId, authenticatedAt, amr, acr },
      issuedAt: pages.clock(),
      expiresAt: pages.clock() + 60,
    });
  });

  it('O6: has a code that the client gets tokens for, once', async () => {
    const { clientId, headers } = await addOwnClient(pages);
    const { visitor } = await pages.signedIn();
    const code = toldClient(await visitor.get(authorizePath(clientId)))?.['code'];
    const form = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT_URI,
      code_verifier: VERIFIER,
    };
    expect((await postForm(pages, '/token', form, { headers })).status).toBe(200);
    expect((await postForm(pages, '/token', form, { headers })).json).toMatchObject({
      error: 'invalid_grant',
    });
  });

  it('O10: leaves no trace of the answer in caches and referrers', async () => {
    const { clientId } = await addOwnClient(pages);
    const { visitor } = await pages.signedIn();
    const { headers } = await visitor.get(authorizePath(clientId));
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  });

  it('signs in again where the request wants it, and only then goes on', async () => {
    const { clientId } = await addOwnClient(pages);
    const { visitor, session } = await pages.signedIn();
    pages.clock.advance(100);
    for (const changes of [
      { prompt: 'login' },
      { max_age: '0' },
      { max_age: '99' },
      { prompt: 'select_account' },
    ]) {
      const answer = await visitor.get(authorizePath(clientId, changes));
      expect(answer.location, JSON.stringify(changes)).toMatch(/^\/login\?transaction=[\w-]{43}$/);
      const back = `/authorize/resume?transaction=${transactionOf(answer)}`;
      expect((await visitor.get(back)).location).toBe(answer.location);
      pages.clock.advance(10);
      await signInAgain(pages, visitor, session);
      const resumed = await visitor.get(back);
      expect(toldClient(resumed)).toMatchObject({ code: expect.any(String), state: 'a state' });
      expect((await codeOf(pages, resumed))?.authentication.authenticatedAt).toBe(pages.clock());
      pages.clock.advance(100);
    }
    expect(toldClient(await visitor.get(authorizePath(clientId, { max_age: '100' })))).toHaveProperty('code');
  });

  it('RFC 9470: is not asked to sign in for a level that nobody reaches here', async () => {
    const { clientId } = await addOwnClient(pages);
    const { visitor } = await pages.signedIn();
    const error = 'unmet_authentication_requirements';
    expect(toldClient(await visitor.get(authorizePath(clientId, { acr_values: '3' })))).toMatchObject({
      error,
    });
    expect(toldClient(await visitor.get(authorizePath(clientId, { acr_values: '2 3' })))).toHaveProperty(
      'code',
    );
  });
});

describe('somebody who is not signed in', () => {
  it('O25: goes to the sign-in page, and the request is tied to the browser by a __Host- cookie', async () => {
    const { clientId } = await addOwnClient(pages);
    const visitor = pages.newVisitor();
    const answer = await visitor.get(authorizePath(clientId, { login_hint: 'ada@example.com' }));
    expect(answer.status).toBe(303);
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^__Host-countersign-browser=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=3600$/,
      ),
    ]);
    const browser = visitor.cookies.get(BROWSER_COOKIE);
    expect(await pages.authorization.describe(transactionOf(answer), browser)).toEqual({
      clientName: 'Example',
      loginHint: 'ada@example.com',
      redirectUri: REDIRECT_URI,
      why: 'not_signed_in',
    });
    for (const other of [undefined, '', aHash()])
      expect(await pages.authorization.describe(transactionOf(answer), other)).toBeUndefined();
  });

  it('M10: has one cookie for all requests of the browser, so that none disturbs another', async () => {
    const { clientId } = await addOwnClient(pages);
    const visitor = pages.newVisitor();
    const first = await visitor.get(authorizePath(clientId, { state: 'first' }));
    const second = await visitor.get(authorizePath(clientId, { state: 'second' }));
    await pages.signedIn(visitor);
    for (const [answer, state] of [
      [first, 'first'],
      [second, 'second'],
    ] as const) {
      const resumed = await visitor.get(`/authorize/resume?transaction=${transactionOf(answer)}`);
      expect(toldClient(resumed)).toMatchObject({ state, code: expect.any(String) });
    }
  });

  it('O25: goes on once, for an hour, in the browser where it began and no other', async () => {
    const { clientId } = await addOwnClient(pages);
    const visitor = pages.newVisitor();
    const paths = [];
    for (let count = 0; count < 3; count += 1)
      paths.push(
        `/authorize/resume?transaction=${transactionOf(await visitor.get(authorizePath(clientId)))}`,
      );
    const [mine = '', late = '', last = ''] = paths;
    const thief = (await pages.signedIn()).visitor;
    expect(await thief.get(mine)).toMatchObject({ status: 400, location: undefined });
    await pages.signedIn(visitor);
    expect(toldClient(await visitor.get(mine))).toHaveProperty('code');
    expect(await visitor.get(mine)).toMatchObject({ status: 400, location: undefined });
    pages.clock.advance(3599);
    expect(toldClient(await visitor.get(last))).toHaveProperty('code');
    pages.clock.advance(1);
    expect(await visitor.get(late)).toMatchObject({ status: 400, location: undefined });
    expect((await visitor.get('/authorize/resume')).status).toBe(400);
  });

  it('O15: does not come back to a redirect URI that the client gave up, nor to a client that is switched off', async () => {
    for (const changes of [{ redirectUris: ['https://client.example/new'] }, { disabled: true }]) {
      const { client, clientId } = await addOwnClient(pages);
      const visitor = pages.newVisitor();
      const answer = await visitor.get(authorizePath(clientId));
      await pages.signedIn(visitor);
      await pages.store.oauth.clients.update(clientId, 1, { ...client, ...changes }, pages.clock());
      pages.clock.advance(5);
      const resumed = await visitor.get(`/authorize/resume?transaction=${transactionOf(answer)}`);
      expect(resumed).toMatchObject({ status: 400, location: undefined });
    }
  });
});

describe('prompt=none', () => {
  it('O25: never shows a page', async () => {
    const { clientId } = await addOwnClient(pages);
    const asking = await askingClient(pages);
    const silent = { prompt: 'none' };
    const stranger = pages.newVisitor();
    const { visitor } = await pages.signedIn();
    const errorOf = async (browser: typeof visitor, id: string, changes = {}) =>
      toldClient(await browser.get(authorizePath(id, { ...silent, ...changes })))?.['error'];
    expect(await errorOf(stranger, clientId)).toBe('login_required');
    expect(await errorOf(visitor, clientId, { max_age: '0' })).toBe('login_required');
    expect(await errorOf(visitor, asking.clientId)).toBe('consent_required');
    expect(await errorOf(visitor, clientId, { scope: 'admin' })).toBe('invalid_scope');
    expect(await errorOf(visitor, clientId, { acr_values: '4' })).toBe('unmet_authentication_requirements');
    expect(await errorOf(visitor, clientId)).toBeUndefined();
    expect(stranger.cookies.size).toBe(0);
  });
});

describe('id_token_hint', () => {
  const hintFor = async (personId: string, client: Awaited<ReturnType<typeof addOwnClient>>['client']) => {
    const authentication = {
      personId,
      email: 'a@b.example',
      sessionId: 's',
      authenticatedAt: 1,
      amr: [],
      acr: '2',
    };
    return pages.tokenIssuer.idToken({
      ...{ client, authentication, nonce: null, scopes: ['openid'], accessToken: null },
      issuedAt: pages.clock() - 100_000,
    });
  };

  it('OIDC Core 3.1.2.1: of the person who is signed in goes through, also when it has expired', async () => {
    const { client, clientId } = await addOwnClient(pages);
    const { visitor, session } = await pages.signedIn();
    const hint = { prompt: 'none', id_token_hint: await hintFor(session.personId, client) };
    expect(toldClient(await visitor.get(authorizePath(clientId, hint)))).toHaveProperty('code');
  });

  it('OIDC Core 3.1.2.1: of somebody else asks for that person, once', async () => {
    const { client, clientId } = await addOwnClient(pages);
    const { visitor, session } = await pages.signedIn();
    const id_token_hint = await hintFor('somebody-else', client);
    const silent = await visitor.get(authorizePath(clientId, { id_token_hint, prompt: 'none' }));
    expect(toldClient(silent)).toMatchObject({ error: 'login_required' });
    const answer = await visitor.get(authorizePath(clientId, { id_token_hint }));
    expect(answer.location).toMatch(/^\/login\?/);
    pages.clock.advance(1);
    await signInAgain(pages, visitor, session);
    const resumed = await visitor.get(`/authorize/resume?transaction=${transactionOf(answer)}`);
    expect(toldClient(resumed)).toMatchObject({ error: 'login_required', state: 'a state' });
  });

  it('J28: of another client, or of another kind, is none', async () => {
    const [mine, other] = [await addOwnClient(pages), await addOwnClient(pages)];
    const { visitor, session } = await pages.signedIn();
    const accessToken = await pages.tokenIssuer.accessToken({
      ...{
        client: mine.client,
        subject: session.personId,
        grantId: null,
        authentication: null,
        dpopJkt: null,
      },
      access: { scopes: [], audiences: [] },
    });
    const hints = [await hintFor(session.personId, other.client), accessToken.token, 'a.b.c', 'x'];
    for (const id_token_hint of hints) {
      const answer = await visitor.get(authorizePath(mine.clientId, { id_token_hint }));
      expect(toldClient(answer)).toMatchObject({ error: 'invalid_request' });
    }
  });
});
