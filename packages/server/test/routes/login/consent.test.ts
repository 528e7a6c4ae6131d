import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  API,
  type AuthorizePages,
  askingClient,
  authorizePath,
  BROWSER_COOKIE,
  type Changes,
  codeOf,
  openAuthorizePages,
  REDIRECT_URI,
  SESSION_COOKIE,
  signInAgain,
  toldClient,
  transactionOf,
} from '../../support/authorize-pages.js';
import { hiddenFields, type PageVisitor } from '../../support/page-visitor.js';
import { ISSUER } from '../../support/request-handler.js';

let pages: AuthorizePages;

beforeAll(async () => {
  pages = await openAuthorizePages();
});

afterAll(() => pages.close());

/** The page that a request leads to. */
async function askedFor(visitor: PageVisitor, clientId: string, changes: Changes = {}) {
  const answer = await visitor.get(authorizePath(clientId, changes));
  const page = await visitor.get(answer.location ?? '');
  return {
    transactionId: transactionOf(answer),
    location: answer.location,
    page,
    fields: hiddenFields(page.body),
  };
}

const press = (visitor: PageVisitor, fields: Record<string, string>, action: string) =>
  visitor.post('/consent', { ...fields, action });

describe('the consent page', () => {
  it('says who asks, for what, where it leads, and as whom', async () => {
    const { clientId } = await askingClient(pages);
    const { visitor, session } = await pages.signedIn();
    const scope = 'openid email read offline_access';
    const { page, transactionId } = await askedFor(visitor, clientId, { scope });
    expect(page.status).toBe(200);
    for (const text of [
      'Paper Boats',
      'client.example',
      session.email,
      API,
      '<code>read</code>',
      'e-mail address',
    ])
      expect(page.body).toContain(text);
    expect(page.body).toContain('while you are away, for 90 days at most');
    expect(page.body).toContain(`href="login?transaction=${transactionId}"`);
  });

  it('O26: may lead to the client by its scheme, and nowhere else', async () => {
    const { clientId } = await askingClient(pages);
    const { visitor } = await pages.signedIn();
    const { page } = await askedFor(visitor, clientId);
    expect(page.headers['content-security-policy']).toMatch(/form-action 'self' https:$/);
    expect(page.headers).toMatchObject({ 'x-frame-options': 'DENY', 'cache-control': 'no-store' });
  });

  it('O25: changes nothing when it is looked at', async () => {
    const { clientId } = await askingClient(pages);
    const { visitor } = await pages.signedIn();
    const { fields, location = '' } = await askedFor(visitor, clientId);
    expect(hiddenFields((await visitor.get(location)).body)).toEqual(fields);
    expect((await visitor.request('HEAD', location)).status).toBe(200);
    expect(toldClient(await press(visitor, fields, 'allow'))).toHaveProperty('code');
  });

  it('is for somebody who is signed in, as the request wants it', async () => {
    const { clientId } = await askingClient(pages);
    const { visitor, session } = await pages.signedIn();
    const { fields, location = '', transactionId } = await askedFor(visitor, clientId);
    visitor.cookies.delete(SESSION_COOKIE);
    const login = `/login?transaction=${transactionId}`;
    expect(await visitor.get(location)).toMatchObject({ status: 303, location: login });
    expect(await press(visitor, fields, 'allow')).toMatchObject({ status: 303, location: login });
    await signInAgain(pages, visitor, session);
    expect((await visitor.get(location)).status).toBe(200);
  });
});

describe('allowing', () => {
  it('O10: leads to the client with a code, by 303', async () => {
    const { clientId } = await askingClient(pages);
    const { visitor, session } = await pages.signedIn();
    const { fields } = await askedFor(visitor, clientId, { scope: 'openid read' });
    const answer = await press(visitor, fields, 'allow');
    expect(answer.status).toBe(303);
    expect(toldClient(answer)).toMatchObject({ state: 'a state', iss: ISSUER });
    expect(await codeOf(pages, answer)).toMatchObject({
      access: { scopes: ['openid', 'read'], audiences: [API] },
      authentication: { personId: session.personId },
    });
  });

  it('is remembered, for the person, the client, and what it asked for', async () => {
    const { clientId } = await askingClient(pages);
    const { visitor, session } = await pages.signedIn();
    const { fields } = await askedFor(visitor, clientId, { scope: 'openid read' });
    await press(visitor, fields, 'allow');
    for (const scope of ['openid', 'read', 'read openid'])
      expect(toldClient(await visitor.get(authorizePath(clientId, { scope })))).toHaveProperty('code');
    const silent = await visitor.get(authorizePath(clientId, { scope: 'read', prompt: 'none' }));
    expect(toldClient(silent)).toHaveProperty('code');
    const askedAgain: Changes[] = [
      { scope: 'openid write' },
      { prompt: 'consent' },
      { scope: 'openid offline_access' },
    ];
    for (const changes of askedAgain)
      expect((await visitor.get(authorizePath(clientId, changes))).location).toMatch(/^\/consent\?/);
    const other = await askingClient(pages);
    expect((await visitor.get(authorizePath(other.clientId))).location).toMatch(/^\/consent\?/);
    expect((await (await pages.signedIn()).visitor.get(authorizePath(clientId))).location).toMatch(
      /^\/consent\?/,
    );
    const { authorizations } = pages.store.oauth;
    await authorizations.deleteConsent(session.personId, clientId, pages.clock());
    expect((await visitor.get(authorizePath(clientId))).location).toMatch(/^\/consent\?/);
  });

  it('O25: works once, of many at once too', async () => {
    const { clientId } = await askingClient(pages);
    const { visitor } = await pages.signedIn();
    const { fields } = await askedFor(visitor, clientId);
    const answers = await Promise.all(Array.from({ length: 20 }, () => press(visitor, fields, 'allow')));
    expect(answers.filter((answer) => toldClient(answer)?.['code'] !== undefined)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(19);
  });
});

describe('not allowing', () => {
  it('RFC 6749 4.1.2.1: is told the client, remembered by nobody, and final', async () => {
    const { clientId } = await askingClient(pages);
    const { visitor } = await pages.signedIn();
    const { fields } = await askedFor(visitor, clientId, { response_mode: 'fragment' });
    const answer = await press(visitor, fields, 'deny');
    expect(answer.location?.startsWith(`${REDIRECT_URI}#`)).toBe(true);
    expect(toldClient(answer)).toMatchObject({ error: 'access_denied', state: 'a state', iss: ISSUER });
    expect(await press(visitor, fields, 'allow')).toMatchObject({ status: 400, location: undefined });
    expect((await visitor.get(authorizePath(clientId))).location).toMatch(/^\/consent\?/);
  });
});

describe('O25: a form that is not the pressed button of its page', () => {
  const expectAskedAgain = (answer: { status: number; body: string; location: string | undefined }) => {
    expect(answer).toMatchObject({ status: 200, location: undefined });
    expect(answer.body).toContain('name="action" value="allow"');
  };

  it('shows the page again: without its nonce, with another one, or without a button', async () => {
    const { clientId } = await askingClient(pages);
    const { visitor } = await pages.signedIn();
    const { fields } = await askedFor(visitor, clientId);
    const { nonce: _nonce, ...withoutNonce } = fields;
    for (const [form, action] of [
      [withoutNonce, 'allow'],
      [{ ...fields, nonce: 'A'.repeat(43) }, 'allow'],
      [fields, ''],
      [fields, 'Allow'],
      [fields, 'confirm'],
    ] as const)
      expectAskedAgain(await press(visitor, form, action));
    expect(toldClient(await press(visitor, fields, 'allow'))).toHaveProperty('code');
  });

  it('RFC 9700 4.7: cannot be that of another request, as what was allowed one client is none of another', async () => {
    const [one, two] = [await askingClient(pages), await askingClient(pages)];
    const { visitor } = await pages.signedIn();
    const first = await askedFor(visitor, one.clientId);
    const second = await askedFor(visitor, two.clientId);
    expectAskedAgain(await press(visitor, { ...first.fields, transaction: second.transactionId }, 'allow'));
    expect(await codeOf(pages, await press(visitor, first.fields, 'allow'))).toMatchObject({
      clientId: one.clientId,
    });
  });

  it('cannot be that of another person in the same browser', async () => {
    const { clientId } = await askingClient(pages);
    const { visitor } = await pages.signedIn();
    const { fields } = await askedFor(visitor, clientId);
    const { session } = await pages.signedIn(visitor);
    const answer = await press(visitor, fields, 'allow');
    expectAskedAgain(answer);
    expect(answer.body).toContain(session.email);
  });

  it('cannot be sent by another browser, also by one that the same person uses', async () => {
    const { clientId } = await askingClient(pages);
    const { visitor } = await pages.signedIn();
    const { fields, location = '' } = await askedFor(visitor, clientId);
    const other = pages.newVisitor();
    other.cookies.set(SESSION_COOKIE, visitor.cookies.get(SESSION_COOKIE) ?? '');
    expect(await other.get(location)).toMatchObject({ status: 400, location: undefined });
    expect(await press(other, fields, 'allow')).toMatchObject({ status: 400, location: undefined });
    await askedFor(other, clientId);
    expect(other.cookies.get(BROWSER_COOKIE)).not.toBe(visitor.cookies.get(BROWSER_COOKIE));
    expect(await press(other, fields, 'allow')).toMatchObject({ status: 400, location: undefined });
    expect(toldClient(await press(visitor, fields, 'allow'))).toHaveProperty('code');
  });

  it('cannot come from another site', async () => {
    const { clientId } = await askingClient(pages);
    const { visitor } = await pages.signedIn();
    const { fields } = await askedFor(visitor, clientId);
    const body = new URLSearchParams({ ...fields, action: 'allow' }).toString();
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { origin: ISSUER, 'sec-fetch-site': 'same-site' },
      {},
    ])
      expect((await visitor.request('POST', '/consent', { headers, body })).status).toBe(403);
  });

  it('cannot be a link', async () => {
    const { clientId } = await askingClient(pages);
    const { visitor } = await pages.signedIn();
    const { fields, transactionId } = await askedFor(visitor, clientId);
    const link = `/consent?${new URLSearchParams({ ...fields, action: 'allow' })}&transaction=${transactionId}`;
    expect((await visitor.get(link)).status).toBe(400);
    expectAskedAgain(await visitor.get(`/consent?${new URLSearchParams({ ...fields, action: 'allow' })}`));
  });
});
