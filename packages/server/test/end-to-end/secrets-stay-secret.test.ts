import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSignInClient } from 'countersign/sign-in';
import { expect, it, onTestFinished } from 'vitest';
import { runCommand, startAuthorityProcess, temporaryFolder } from '../support/authority-process.js';
import { startMailCatcher } from '../support/mail-catcher.js';
import {
  connectDevices,
  manageClients,
  misplaceSecrets,
  pushRequests,
  type Round,
  tradeAssertions,
  useCodesAndTokens,
  useKeys,
} from '../support/oauth-secrets.js';
import { PageClient } from '../support/page-client.js';
import { startAuthorities } from '../support/running-oauth.js';
import { SecretLedger } from '../support/secret-ledger.js';

it('S6 M11 M14: no secret of a whole sign-in is in the log or in the data folder', async () => {
  const folder = temporaryFolder();
  const mail = await startMailCatcher();
  const environment = { COUNTERSIGN_DATA_FOLDER: folder.path };
  const authority = await startAuthorityProcess({
    dataFolder: folder.path,
    environment: {
      COUNTERSIGN_SMTP_URL: mail.smtpUrl,
      COUNTERSIGN_MAIL_FROM: 'no-reply@auth.example',
      COUNTERSIGN_LOG_LEVEL: 'debug',
    },
  });
  const settings = ['--name', 'Scan', '--redirect-url', 'http://127.0.0.1:9/signed-in', '--allow-refresh'];
  const appId: string = JSON.parse(runCommand(['apps', 'create', ...settings, '--json'], environment)).id;
  const client = createSignInClient({ appId, baseUrl: authority.url });

  const { requestId } = await client.startSignIn('ada@example.com');
  const caught = await mail.take('ada@example.com');
  const linkSecret = new URL(caught.link).searchParams.get('code') ?? '';
  const answer = await new PageClient().finishWithLink(caught.link);
  const delivered = new URL(answer.headers.get('location') ?? '').searchParams;
  const idToken = delivered.get('idToken') ?? '';
  const refreshToken = delivered.get('refreshToken') ?? '';
  const refreshed = await client.refreshIdToken(refreshToken);
  await client.verifyIdTokenRemotely(refreshed);
  const second = await client.startSignIn('ada@example.com');
  const secondMail = await mail.take('ada@example.com');
  await expect(client.finishWithCode(second.requestId ?? '', '1')).rejects.toThrow();
  await expect(client.refreshIdToken(`${refreshToken.slice(0, -1)}x`)).rejects.toThrow();
  await client.deleteRefreshToken(refreshed, refreshToken);
  await client.deleteAllRefreshTokens(refreshed);

  const secrets = [
    requestId,
    second.requestId,
    linkSecret,
    new URL(secondMail.link).searchParams.get('code'),
    idToken,
    idToken.split('.')[2],
    refreshed,
    refreshToken,
    'PRIVATE KEY',
    '"d":',
  ];
  for (const secret of secrets) expect(secret ?? '').not.toBe('');

  // The log is scanned also for the person; the database keeps the address, and the live mail's code only as a MAC.
  await authority.stop();
  for (const secret of [...secrets, caught.code, 'ada@example.com']) {
    expect(authority.output()).not.toContain(secret);
  }
  for (const name of readdirSync(folder.path).filter((file) => !file.includes('master'))) {
    const bytes = readFileSync(join(folder.path, name), 'latin1');
    for (const secret of secrets) expect(bytes.includes(secret ?? ''), `${name} holds a secret`).toBe(false);
  }
  await mail.close();
  folder.remove();
});

/** Signs in by a link, and keeps what only that browser and its mail may know. */
async function signInKeeping(
  ledger: SecretLedger,
  issuer: string,
  mail: Awaited<ReturnType<typeof startMailCatcher>>,
): Promise<PageClient> {
  const browser = new PageClient(issuer);
  await browser.post(`${issuer}/login/sign-in`, { email: 'ada@example.com', return: 'account' });
  for (const [name, value] of browser.cookies) if (!name.endsWith('return')) ledger.keep(name, value);
  const { link } = await mail.take('ada@example.com');
  ledger.keep('secret of the link', new URL(link).searchParams.get('code') ?? undefined);
  const page = await browser.openLink(link);
  await browser.post(page.url, { ...page.fields, action: 'confirm' });
  ledger.keep('session cookie', browser.cookies.get('countersign-session'));
  return browser;
}

it('S6 O33: no secret of OAuth is in the log, in the data folder, or in what anybody is told of an error', async () => {
  const folder = temporaryFolder();
  const mail = await startMailCatcher();
  const ledger = new SecretLedger();
  const adminToken = ledger.keep('admin token', randomBytes(32).toString('base64url'));
  const environment = { COUNTERSIGN_LOG_LEVEL: 'debug', COUNTERSIGN_ADMIN_TOKEN: adminToken };
  const [authority] = await startAuthorities(1, { dataFolder: folder.path, mail, environment });
  const issuer = authority?.url ?? '';
  onTestFinished(async () => {
    await authority?.stop();
    await mail.close();
    folder.remove();
  });
  const browser = await signInKeeping(ledger, issuer, mail);
  const round: Round = { ledger, issuer, dataFolder: folder.path, browser, adminToken };
  for (const act of [
    useCodesAndTokens,
    pushRequests,
    connectDevices,
    useKeys,
    tradeAssertions,
    manageClients,
  ])
    await act(round);
  await misplaceSecrets(round);
  await browser.post(`${issuer}/logout`, {});
  await authority?.stop();

  const log = authority?.output() ?? '';
  expect(log).toContain('oauth_refresh_token_reused');
  expect(ledger.foundIn(log), 'in the log').toEqual([]);
  expect(log).not.toContain('ada@example.com');
  const files = readdirSync(folder.path).filter((file) => file.startsWith('countersign.db'));
  expect(files).toContain('countersign.db');
  for (const file of files)
    expect(ledger.foundIn(readFileSync(join(folder.path, file), 'latin1')), file).toEqual([]);
  for (const problem of ledger.problems) expect(ledger.foundIn(problem), problem).toEqual([]);
  console.info(`${ledger.names.length} secrets, ${ledger.problems.length} errors`);
}, 60_000);
