import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeListener, type NodeListener } from '../../src/http/node-listener.js';
import { type AppBackEnd, startAppBackEnd } from '../support/app-back-end.js';
import {
  type AuthorizePages,
  askingClient,
  authorizePath,
  authorizeQuery,
  type Changes,
  openAuthorizePages,
  SESSION_COOKIE,
} from '../support/authorize-pages.js';
import { findBrowser, launchBrowser } from '../support/browser.js';
import { freePort } from '../support/free-port.js';
import type { TestClient } from '../support/oauth-clients.js';
import { silentLogger } from '../support/recording-logger.js';

const browserPath = findBrowser();

/** What only a browser knows: policies that hold redirects, scripts that send forms, cookies that stay at home. */
describe.skipIf(browserPath === undefined)('the way to consent and back, in a browser', () => {
  let client: AppBackEnd;
  let issuer: string;
  let pages: AuthorizePages;
  let listener: NodeListener;
  let browser: Browser;
  let registered: TestClient;

  beforeAll(async () => {
    client = await startAppBackEnd();
    const port = await freePort();
    // Another site than the client's, though the same machine.
    issuer = `http://localhost:${port}`;
    pages = await openAuthorizePages({ issuer });
    listener = createNodeListener({ handler: pages.pages, logger: silentLogger });
    await listener.listen({ host: 'localhost', port });
    browser = await launchBrowser(browserPath ?? '');
    registered = await askingClient(pages, { redirectUris: [client.redirectUrl] });
  });

  afterAll(async () => {
    await browser?.close();
    await listener?.stop();
    await pages?.close();
    await client?.close();
  });

  /** A browser in which somebody is signed in. */
  async function open(options: { javaScriptEnabled?: boolean } = {}): Promise<[Page, BrowserContext]> {
    const context = await browser.newContext(options);
    const { visitor } = await pages.signedIn();
    const value = visitor.cookies.get(SESSION_COOKIE) ?? '';
    const name = SESSION_COOKIE.replace('__Host-', '');
    await context.addCookies([{ name, value, url: issuer, httpOnly: true, sameSite: 'Lax' }]);
    return [await context.newPage(), context];
  }

  const addressOf = (changes: Changes = {}) =>
    issuer + authorizePath(registered.clientId, { redirect_uri: client.redirectUrl, ...changes });

  it('O25 O26: the pressed button leads to the client, past the policy of the page', async () => {
    const [page, context] = await open();
    await page.goto(addressOf());
    await page.getByRole('button', { name: 'Allow', exact: true }).click();
    await page.waitForURL(`${client.redirectUrl}**`);
    const visit = client.visits.at(-1);
    expect([...(visit?.url.searchParams.keys() ?? [])]).toEqual(['code', 'state', 'iss']);
    expect(visit?.referer).toBeUndefined();
    await page.goto(addressOf({ state: 'remembered' }));
    expect(new URL(page.url()).searchParams.get('state')).toBe('remembered');
    await context.close();
  });

  it('form_post: the answer sends itself, and without script by its button', async () => {
    for (const javaScriptEnabled of [true, false]) {
      const [page, context] = await open({ javaScriptEnabled });
      await page.goto(addressOf({ response_mode: 'form_post', state: `"'<&>é` }));
      await page.getByRole('button', { name: 'Do not allow' }).click();
      if (!javaScriptEnabled) await page.getByRole('button', { name: 'Continue to Paper Boats' }).click();
      await page.waitForURL(client.redirectUrl);
      expect(Object.fromEntries(client.visits.at(-1)?.form ?? [])).toMatchObject({
        error: 'access_denied',
        state: `"'<&>é`,
        iss: issuer,
      });
      await context.close();
    }
  });

  it('OIDC Core 3.1.2.1: a form of the client finds the session, though browsers leave its cookie out at first', async () => {
    const [page, context] = await open();
    await page.goto(client.redirectUrl);
    const fields = [
      ...new URLSearchParams(authorizeQuery(registered.clientId, { redirect_uri: client.redirectUrl })),
    ];
    const inputs = fields.map(([name, value]) => `<input name="${name}" value="${value}">`).join('');
    await page.setContent(
      `<form method="post" action="${issuer}/authorize">${inputs}<button>Log in</button></form>`,
    );
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('button', { name: 'Allow', exact: true }).click();
    await page.waitForURL(`${client.redirectUrl}?code=**`);
    await context.close();
  });
});
