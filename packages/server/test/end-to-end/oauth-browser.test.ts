import { createRemoteJWKSet, jwtVerify } from 'jose';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthorityProcess, temporaryFolder } from '../support/authority-process.js';
import { findBrowser, launchBrowser } from '../support/browser.js';
import { type MailCatcher, startMailCatcher } from '../support/mail-catcher.js';
import { type RelyingParty, startRelyingParty } from '../support/relying-party.js';
import { type RunningClient, registerClient, startAuthorities } from '../support/running-oauth.js';

const browserPath = findBrowser();

/** Real mail, a real browser, the real server, and a relying party by openid-client, on another site. */
describe.skipIf(browserPath === undefined)(
  'logging in to an application, end to end',
  () => {
    const folder = temporaryFolder();
    let mail: MailCatcher;
    let party: RelyingParty;
    let client: RunningClient;
    let authority: AuthorityProcess | undefined;
    let issuer: string;
    let browser: Browser;
    let logouts = 0;

    beforeAll(async () => {
      mail = await startMailCatcher();
      party = await startRelyingParty();
      [authority] = await startAuthorities(1, { dataFolder: folder.path, mail });
      issuer = authority?.url ?? '';
      client = registerClient(
        folder.path,
        ...['--no-skip-consent', '--redirect-uri', party.redirectUri],
        ...['--post-logout-redirect-uri', party.postLogoutRedirectUri],
        ...['--backchannel-logout-uri', party.backchannelLogoutUri],
      );
      await party.join(issuer, client.id, client.secret ?? '');
      browser = await launchBrowser(browserPath ?? '');
    });

    afterAll(async () => {
      await browser?.close();
      await authority?.stop();
      await party?.close();
      await mail?.close();
      folder.remove();
    });

    /** From the application's own page to the one that says where the mail went. */
    async function askForMail(page: Page, email: string): Promise<void> {
      await page.goto(party.url);
      await page.goto(`${party.url}/login`);
      await page.getByRole('heading', { name: 'Log in to Paper Boats' }).waitFor();
      await page.getByLabel(/e-mail/i).fill(email);
      await page.getByRole('button', { name: 'Send me a link' }).click();
      await page.getByText(email).first().waitFor();
    }

    async function openLink(page: Page, email: string): Promise<void> {
      await page.goto((await mail.take(email)).link);
      await page.getByRole('button', { name: 'Log in now' }).click();
    }

    async function typeCode(page: Page, email: string): Promise<void> {
      await page.getByLabel(/code/i).fill((await mail.take(email)).code);
      await page.keyboard.press('Enter');
    }

    async function allow(page: Page, email: string): Promise<void> {
      await page.getByRole('heading', { name: 'Allow Paper Boats?' }).waitFor();
      expect(await page.textContent('main')).toContain(email);
      await page.getByRole('button', { name: 'Allow', exact: true }).click();
      await page.waitForURL(`${party.redirectUri}?**`);
    }

    /** No page of the authority is between the application and the application. */
    async function logInAgain(page: Page, query = ''): Promise<void> {
      await page.goto(`${party.url}/login${query}`);
      expect(page.url()).toMatch(party.redirectUri);
    }

    async function expectLogoutToken(subject: unknown, sessionId: unknown): Promise<void> {
      await expect.poll(() => party.logoutTokens.length).toBe(++logouts);
      const keys = createRemoteJWKSet(new URL(`${issuer}/jwks.json`));
      const { payload } = await jwtVerify(party.logoutTokens.at(-1) ?? '', keys, {
        ...{ issuer, audience: client.id, typ: 'logout+jwt' },
        requiredClaims: ['exp', 'iat', 'jti', 'events'],
      });
      expect(payload).toMatchObject({ sub: subject, sid: sessionId });
      expect(payload).not.toHaveProperty('nonce');
    }

    async function tellWholeStory(
      context: BrowserContext,
      email: string,
      prove: (page: Page, email: string) => Promise<void>,
    ): Promise<void> {
      const before = party.arrivals.length;
      const page = await context.newPage();
      await askForMail(page, email);
      // The mail program opens another tab.
      const going = prove === openLink ? await context.newPage() : page;
      await prove(going, email);
      await allow(going, email);
      await logInAgain(going);
      await logInAgain(going, '?prompt=none');
      const logins = party.arrivals.slice(before);
      expect(logins).toHaveLength(3);
      const [first] = logins;
      for (const login of logins) {
        expect(login).toMatchObject({ subject: first?.subject, sessionId: first?.sessionId, email });
        expect(login).toMatchObject({ parameters: ['code', 'state', 'iss'], referer: undefined });
      }

      await going.goto(`${party.url}/logout`);
      expect(going.url()).toBe(`${party.postLogoutRedirectUri}?state=and+thanks`);
      await expectLogoutToken(first?.subject, first?.sessionId);
      await logInAgain(going, '?prompt=none');
      expect(party.arrivals.at(-1)).toMatchObject({
        error: 'login_required',
        parameters: expect.arrayContaining(['state', 'iss']),
      });
      await going.goto(`${party.url}/login`);
      await going.getByRole('heading', { name: 'Log in to Paper Boats' }).waitFor();
      await context.close();
    }

    it.each([
      { how: 'by the link of the mail', prove: openLink, javaScriptEnabled: true },
      { how: 'by the link of the mail, without script', prove: openLink, javaScriptEnabled: false },
      { how: 'by the typed code', prove: typeCode, javaScriptEnabled: true },
      { how: 'by the typed code, without script', prove: typeCode, javaScriptEnabled: false },
    ])('O9 O28: in, consent, in again unasked, out, told of it, and out for good: $how', async (told) => {
      const context = await browser.newContext({ javaScriptEnabled: told.javaScriptEnabled });
      const email = `${told.how.replace(/\W+/g, '-')}@example.com`;
      await tellWholeStory(context, email, told.prove);
    });
  },
  60_000,
);
