import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../../src/domain/stores.js';
import {
  API,
  type AuthorizePages,
  addOwnClient,
  authorizePath,
  authorizeQuery,
  openAuthorizePages,
  REDIRECT_URI,
  toldClient,
  transactionOf,
} from '../../support/authorize-pages.js';
import { ISSUER } from '../../support/request-handler.js';

let pages: AuthorizePages;

beforeAll(async () => {
  pages = await openAuthorizePages();
});

afterAll(() => pages.close());

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

describe('a store that cannot answer', () => {
  const down = async () => {
    throw new StoreUnavailableError('database is locked');
  };

  it('S12 RFC 6749 4.1.2.1: is told the client, once there is one that may be told', async () => {
    const broken = await openAuthorizePages({
      authorizations: { insertCode: down, insertTransaction: down },
    });
    const { clientId } = await addOwnClient(broken);
    const { visitor } = await broken.signedIn();
    for (const browser of [visitor, broken.newVisitor()])
      expect(toldClient(await browser.get(authorizePath(clientId)))).toEqual({
        error: 'temporarily_unavailable',
        error_description: 'The service cannot answer right now. Please try again.',
        state: 'a state',
        iss: ISSUER,
      });
    await broken.close();
  });

  it('S12: is told the person by 503 where the request waits, so that it can go on', async () => {
    const broken = await openAuthorizePages({ authorizations: { completeTransaction: down } });
    const { clientId } = await addOwnClient(broken);
    const visitor = broken.newVisitor();
    const transaction = transactionOf(await visitor.get(authorizePath(clientId)));
    await broken.signedIn(visitor);
    const answer = await visitor.get(`/authorize/resume?transaction=${transaction}`);
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' }, location: undefined });
    await broken.close();
  });
});
