import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AuthorityProcess,
  startAuthorityProcess,
  temporaryFolder,
} from '../support/authority-process.js';
import { findBrowser, launchBrowser } from '../support/browser.js';

const browserPath = findBrowser();

describe.skipIf(browserPath === undefined)('the demo, as a newcomer meets it', () => {
  const folder = temporaryFolder();
  let authority: AuthorityProcess;
  let browser: Browser;

  beforeAll(async () => {
    authority = await startAuthorityProcess({ dataFolder: folder.path, args: ['--demo'] });
    browser = await launchBrowser(browserPath ?? '');
  });

  afterAll(async () => {
    await browser?.close();
    await authority?.stop();
    folder.remove();
  });

  it('prints where to go', () => {
    expect(authority.output()).toContain(`${authority.url}/demo`);
    expect(authority.output()).toContain(`${authority.url}/mailbox`);
    expect(authority.output()).toContain(`${authority.url}/healthz`);
  });

  it('leads from an address over the mailbox to the verified claims, and out again', async () => {
    const page = await browser.newPage();
    await page.goto(`${authority.url}/demo`);
    await page.getByLabel(/e-mail/i).fill('ada@example.com');
    await page.getByRole('button').first().click();
    await page
      .getByRole('link', { name: /mailbox/i })
      .first()
      .click();
    await page
      .getByRole('link', { name: /log in to/i })
      .first()
      .click();
    const link = page.getByRole('link', { name: /link\?code=/ }).first();
    await page.goto((await link.getAttribute('href')) ?? '');
    await page.getByRole('button', { name: 'Log in now' }).click();
    await page.waitForURL('**/demo/account');
    expect(await page.textContent('main')).toContain('ada@example.com');
    await page.getByRole('button', { name: /refresh/i }).click();
    expect(await page.textContent('main')).toContain('ada@example.com');
    await page.getByRole('button', { name: /log out everywhere/i }).click();
    await page.waitForURL('**/demo');
    await page.close();
  });

  it('has another app, which speaks OpenID Connect: in by mail and consent, and out of both', async () => {
    const page = await browser.newPage();
    await page.goto(`${authority.url}/demo`);
    await page.getByRole('link', { name: 'this other app' }).click();
    const own = page.url();
    expect(new URL(own).hostname).toBe('127.0.0.1');
    await page.getByRole('link', { name: 'Log in with countersign' }).click();
    await page.getByLabel(/e-mail/i).fill('grace@example.com');
    await page.getByRole('button').first().click();
    await page.waitForURL('**/login/check-mail');
    await page.goto(`${authority.url}/mailbox`);
    await page
      .getByRole('link', { name: /log in to/i })
      .first()
      .click();
    const link = page.getByRole('link', { name: /link\?code=/ }).first();
    await page.goto((await link.getAttribute('href')) ?? '');
    await page.getByRole('button', { name: 'Log in now' }).click();
    await page.getByRole('button', { name: 'Allow', exact: true }).click();
    await page.waitForURL(own);
    expect(await page.textContent('main')).toContain('grace@example.com');
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('link', { name: 'Log in with countersign' }).click();
    await page.waitForURL(/\/login\/sign-in/);
    await page.close();
  });
});
