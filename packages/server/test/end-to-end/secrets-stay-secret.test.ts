import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSignInClient } from 'countersign/sign-in';
import { expect, it } from 'vitest';
import { runCommand, startAuthorityProcess, temporaryFolder } from '../support/authority-process.js';
import { startMailCatcher } from '../support/mail-catcher.js';
import { PageClient } from '../support/page-client.js';

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
