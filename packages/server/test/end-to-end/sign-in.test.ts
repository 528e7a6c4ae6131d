import { createSignInClient } from 'countersign/sign-in';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppBackEnd, startAppBackEnd } from '../support/app-back-end.js';
import {
  type AuthorityProcess,
  runCommand,
  startAuthorityProcess,
  temporaryFolder,
} from '../support/authority-process.js';
import { findBrowser, launchBrowser } from '../support/browser.js';
import { type MailCatcher, startMailCatcher } from '../support/mail-catcher.js';

const browserPath = findBrowser();

/** Real mail, a real browser, the real server: `countersign serve` in its own process, SMTP on loopback, Chromium. */
describe.skipIf(browserPath === undefined)('signing in by e-mail, end to end', () => {
  const folder = temporaryFolder();
  let mail: MailCatcher;
  let backEnd: AppBackEnd;
  let authority: AuthorityProcess;
  let browser: Browser;
  let appId: string;

  beforeAll(async () => {
    mail = await startMailCatcher();
    backEnd = await startAppBackEnd();
    authority = await startAuthorityProcess({
      dataFolder: folder.path,
      environment: { COUNTERSIGN_SMTP_URL: mail.smtpUrl, COUNTERSIGN_MAIL_FROM: 'no-reply@auth.example' },
    });
    const settings = ['--name', 'Paper Boats', '--redirect-url', backEnd.redirectUrl, '--allow-refresh'];
    appId = JSON.parse(
      runCommand(['apps', 'create', ...settings, '--json'], { COUNTERSIGN_DATA_FOLDER: folder.path }),
    ).id;
    browser = await launchBrowser(browserPath ?? '');
  });

  afterAll(async () => {
    await browser?.close();
    await authority?.stop();
    await backEnd?.close();
    await mail?.close();
    folder.remove();
  });

  it('JAM-2 JAM-6 JAM-9 JAM-10 JAM-11: mail, link, tokens, verification, refresh, both deletions', async () => {
    const client = createSignInClient({ appId, baseUrl: authority.url });
    await client.startSignIn('ada@example.com');
    const caught = await mail.take('ada@example.com');
    expect(caught.subject).toBe('Log in to Paper Boats');

    const page = await browser.newPage();
    await page.goto(caught.link);
    expect(page.url()).not.toContain('code=');
    expect(await page.textContent('main')).toContain('ada@example.com');
    await page.getByRole('button', { name: 'Log in now' }).click();
    await page.waitForURL(`${backEnd.redirectUrl}**`);

    const visit = backEnd.visits.at(-1);
    expect(visit?.referer).toBeUndefined();
    const idToken = visit?.url.searchParams.get('idToken') ?? '';
    const refreshToken = visit?.url.searchParams.get('refreshToken') ?? '';

    const person = await client.verifyIdToken(idToken);
    expect(person.email).toBe('ada@example.com');
    await client.verifyIdTokenRemotely(idToken);

    const refreshed = await client.refreshIdToken(refreshToken);
    expect((await client.verifyIdToken(refreshed)).email).toBe('ada@example.com');

    await client.deleteRefreshToken(refreshed, refreshToken);
    await expect(client.refreshIdToken(refreshToken)).rejects.toMatchObject({ reason: 'unauthorized' });
    await client.deleteAllRefreshTokens(refreshed);
    await page.close();
  });

  it('finishes with the typed code on the hosted pages, without script', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${authority.url}/${appId}/sign-in`);
    await page.getByLabel(/e-mail/i).fill('grace@example.com');
    await page.getByRole('button').first().click();
    const caught = await mail.take('grace@example.com');
    await page.getByLabel(/code/i).fill('000000' === caught.code ? '000001' : '000000');
    await page.keyboard.press('Enter');
    await page
      .getByText(/not right|wrong|no longer valid/i)
      .first()
      .waitFor();
    await page.getByLabel(/code/i).fill(caught.code);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${backEnd.redirectUrl}**`);

    const client = createSignInClient({ appId, baseUrl: authority.url });
    const idToken = new URL(page.url()).searchParams.get('idToken') ?? '';
    expect((await client.verifyIdToken(idToken)).email).toBe('grace@example.com');

    await page.goto(caught.link);
    expect(await page.textContent('main')).not.toContain('grace@example.com');
    await context.close();
  });

  it.each([
    ['fragment', (url: URL) => new URLSearchParams(url.hash.slice(1)).get('idToken')],
    ['form_post', () => backEnd.visits.at(-1)?.form.get('idToken') ?? null],
    ['code', null],
  ] as const)('delivers by %s', async (delivery, readIdToken) => {
    const environment = { COUNTERSIGN_DATA_FOLDER: folder.path };
    const created = runCommand(
      [
        'apps',
        'create',
        '--name',
        delivery,
        '--redirect-url',
        backEnd.redirectUrl,
        '--delivery',
        delivery,
        '--json',
      ],
      environment,
    );
    const client = createSignInClient({ appId: JSON.parse(created).id, baseUrl: authority.url });
    const address = `${delivery}@example.com`;
    await client.startSignIn(address);
    const { link } = await mail.take(address);
    const page = await browser.newPage();
    await page.goto(link);
    await page.getByRole('button', { name: 'Log in now' }).click();
    await page.waitForURL(`${backEnd.redirectUrl}**`);
    const arrived = new URL(page.url());
    expect(arrived.searchParams.get('idToken')).toBeNull();
    const idToken =
      readIdToken === null
        ? (await client.exchangeCode(arrived.searchParams.get('code') ?? '')).idToken
        : (readIdToken(arrived) ?? '');
    expect((await client.verifyIdToken(idToken)).email).toBe(address);
    await page.close();
  });
});
