import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  API,
  type AuthorizePages,
  addOwnClient,
  askingClient,
  authorizePath,
  authorizeQuery,
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

describe('how the client is told', () => {
  it('in the query, after what is registered there', async () => {
    const { visitor } = await pages.signedIn();
    for (const [registered, start] of [
      ['https://client.example/cb?tenant=a%20b', 'https://client.example/cb?tenant=a%20b&code='],
      ['https://client.example/cb?', 'https://client.example/cb?code='],
      ['com.example.app:/cb', 'com.example.app:/cb?code='],
    ] as const) {
      const { clientId } = await addOwnClient(pages, { redirectUris: [registered] });
      const { location } = await visitor.get(authorizePath(clientId, { redirect_uri: registered }));
      expect(location?.startsWith(start), location).toBe(true);
    }
  });

  it('in the fragment', async () => {
    const { clientId } = await addOwnClient(pages);
    const { visitor } = await pages.signedIn();
    const answer = await visitor.get(authorizePath(clientId, { response_mode: 'fragment' }));
    expect(answer.location).toMatch(/^https:\/\/client\.example\/cb#code=/);
    expect(toldClient(answer)).toMatchObject({ state: 'a state', iss: ISSUER });
  });

  it('by a form that sends itself, or by its button, to the scheme of the redirect URI alone', async () => {
    const { clientId } = await addOwnClient(pages);
    const { visitor } = await pages.signedIn();
    const state = `"><script>alert(1)</script>&amp;'`;
    const answer = await visitor.get(authorizePath(clientId, { response_mode: 'form_post', state }));
    expect(answer.status).toBe(200);
    expect(answer.headers['content-security-policy']).toMatch(/form-action 'self' https:$/);
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    expect(answer.body).toContain(`<form method="post" action="${REDIRECT_URI}"`);
    expect(answer.body).toContain(
      'name="state" value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;&#39;"',
    );
    expect(answer.body).toContain(`name="iss" value="${ISSUER}"`);
    expect(answer.body).not.toContain('<script>');
  });

  it.each(['a b+c%20&=#/?é', '%', '~!*()\'"<>', '😀'])(
    'O9: with its state byte by byte: %j',
    async (state) => {
      const { clientId } = await addOwnClient(pages);
      const { visitor } = await pages.signedIn();
      for (const changes of [{}, { scope: 'admin' }, { response_mode: 'fragment' }])
        expect(toldClient(await visitor.get(authorizePath(clientId, { ...changes, state })))?.['state']).toBe(
          state,
        );
    },
  );

  it('O4 RFC 9207: of every error, with the issuer, and without a state where none was sent', async () => {
    const { clientId } = await addOwnClient(pages);
    const answer = await pages
      .newVisitor()
      .get(authorizePath(clientId, { response_type: 'token', state: undefined }));
    expect(answer.status).toBe(302);
    expect(toldClient(answer)).toEqual({
      error: 'unsupported_response_type',
      error_description: 'The only response type is code.',
      iss: ISSUER,
    });
  });
});

describe('a request that no client can be told of', () => {
  const refusalOf = async (path: string) => pages.newVisitor().get(path);

  it('O4 O33: is shown to the person, by a page that holds nothing of it', async () => {
    const { clientId } = await addOwnClient(pages);
    const disabled = await addOwnClient(pages, { disabled: true });
    for (const path of [
      '/authorize',
      authorizePath('client_unknown'),
      authorizePath(disabled.clientId),
      authorizePath("' OR 1=1--"),
      authorizePath('x\r\nINFO admin logged in'),
      authorizePath('x'.repeat(10_000)),
      authorizePath(clientId, { redirect_uri: 'https://evil.example/marker' }),
      authorizePath(clientId, { redirect_uri: undefined }),
    ]) {
      const answer = await refusalOf(path);
      expect(answer, path).toMatchObject({ status: 400, location: undefined });
      expect(answer.headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'x-frame-options': 'DENY',
        'cache-control': 'no-store',
      });
      expect(answer.body).not.toMatch(/evil|marker|OR 1=1|INFO|xxxx/);
    }
  });

  it.each(['client_id', 'redirect_uri', 'state', 'scope', 'code_challenge'])(
    'O5 RFC 6749 3.1: has %s twice',
    async (name) => {
      const { clientId } = await addOwnClient(pages);
      const { visitor } = await pages.signedIn();
      const twice = `${authorizePath(clientId)}&${name}=openid`;
      expect(await visitor.get(twice)).toMatchObject({ status: 400, location: undefined });
    },
  );

  it('O5: has a body besides its query, or a hundred parameters', async () => {
    const { clientId } = await addOwnClient(pages);
    const { visitor } = await pages.signedIn();
    const path = authorizePath(clientId);
    expect(await visitor.request('GET', path, { body: 'state=other' })).toMatchObject({ status: 400 });
    expect(await visitor.request('POST', path, { body: 'state=other' })).toMatchObject({ status: 400 });
    const many = Array.from({ length: 100 }, (_, index) => `p${index}=1`).join('&');
    expect(await visitor.get(`${path}&${many}`)).toMatchObject({ status: 400, location: undefined });
  });
});

describe('a request that is sent as a form', () => {
  const fromClient = { origin: 'https://client.example', 'sec-fetch-site': 'cross-site' };

  it('OIDC Core 3.1.2.1 O10: from another site is sent on from here, where our cookies are', async () => {
    const { clientId } = await addOwnClient(pages);
    const body = authorizeQuery(clientId, { state: 'a b+c%&é', resource: API });
    const answer = await pages.newVisitor().request('POST', '/authorize', { headers: fromClient, body });
    expect(answer.status).toBe(303);
    const { visitor } = await pages.signedIn();
    expect(toldClient(await visitor.get(answer.location ?? ''))).toMatchObject({
      state: 'a b+c%&é',
      code: expect.any(String),
    });
  });

  it('O10: is answered with 303 where our cookies came along, and where it is wrong', async () => {
    const { clientId } = await addOwnClient(pages);
    const { visitor } = await pages.signedIn();
    const good = await visitor.request('POST', '/authorize', { body: authorizeQuery(clientId) });
    expect(good.status).toBe(303);
    expect(toldClient(good)).toHaveProperty('code');
    const body = authorizeQuery(clientId, { scope: 'admin' });
    const wrong = await pages.newVisitor().request('POST', '/authorize', { headers: fromClient, body });
    expect(wrong.status).toBe(303);
    expect(toldClient(wrong)).toMatchObject({ error: 'invalid_scope', state: 'a state' });
  });

  it('O5: is no JSON, and no longer than an address may be', async () => {
    const { clientId } = await addOwnClient(pages);
    const visitor = pages.newVisitor();
    const json = { headers: { 'content-type': 'application/json' }, body: '{}' };
    expect((await visitor.request('POST', '/authorize', json)).status).toBe(415);
    const body = `${authorizeQuery(clientId)}&unknown=${'x'.repeat(8000)}`;
    expect((await visitor.request('POST', '/authorize', { body })).status).toBe(413);
  });
});

describe('limits and silence', () => {
  it('O25: whoever asks for the headers alone gets no code and uses up nothing', async () => {
    const { clientId } = await addOwnClient(pages);
    const { visitor } = await pages.signedIn();
    const events = pages.events.length;
    const head = await visitor.request('HEAD', authorizePath(clientId));
    expect(head).toMatchObject({ status: 200, location: undefined });
    expect((await visitor.request('HEAD', '/authorize/resume?transaction=x')).status).toBe(200);
    expect(pages.events.slice(events).map(({ event }) => event)).not.toContain('oauth_code_issued');
  });

  it('S6 S5: no event holds a code, a state, or anything else that was sent', async () => {
    const { clientId } = await addOwnClient(pages);
    const { visitor } = await pages.signedIn();
    const answer = await visitor.get(
      authorizePath(clientId, { state: 'marker-state', nonce: 'marker-nonce' }),
    );
    await visitor.get(authorizePath('marker-client'));
    await visitor.get(authorizePath(clientId, { scope: 'marker-scope' }));
    const text = JSON.stringify(pages.events);
    expect(text).not.toContain(toldClient(answer)?.['code']);
    expect(text).not.toContain('marker');
    expect(pages.events).toContainEqual(expect.objectContaining({ event: 'oauth_code_issued' }));
  });

  it('S18: one network asks 600 times in a minute, and others go on', async () => {
    const { clientId } = await addOwnClient(pages);
    const limited = await openAuthorizePages();
    const { clientId: there } = await addOwnClient(limited);
    expect(there).not.toBe(clientId);
    const visitor = limited.newVisitor();
    const path = authorizePath(there, { prompt: 'none' });
    for (let count = 0; count < 600; count += 1) await visitor.get(path);
    const answer = await visitor.get(path);
    expect(answer).toMatchObject({ status: 429, headers: { 'retry-after': expect.stringMatching(/^\d+$/) } });
    limited.clock.advance(61);
    expect((await visitor.get(path)).status).toBe(302);
    await limited.close();
  });
});
