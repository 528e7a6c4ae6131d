import { createSignInClient } from 'countersign/sign-in';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand, startAuthorityProcess, temporaryFolder } from '../support/authority-process.js';
import { freePort } from '../support/free-port.js';
import { type MailCatcher, startMailCatcher } from '../support/mail-catcher.js';
import { PageClient } from '../support/page-client.js';

const REDIRECT_URL = 'http://127.0.0.1:9/signed-in';
const ROUNDS = 6;
const PEOPLE = 8;

describe('S11: kill -9 during redemption and refresh', () => {
  const folder = temporaryFolder();
  let mail: MailCatcher;
  let appId: string;
  let port: number;

  const start = () =>
    startAuthorityProcess({
      dataFolder: folder.path,
      port,
      environment: {
        COUNTERSIGN_SMTP_URL: mail.smtpUrl,
        COUNTERSIGN_MAIL_FROM: 'no-reply@auth.example',
        COUNTERSIGN_MAILS_PER_IP: '1000/1h',
      },
    });

  beforeAll(async () => {
    mail = await startMailCatcher();
    port = await freePort();
    const authority = await start();
    const created = runCommand(
      ['apps', 'create', '--name', 'Kill', '--redirect-url', REDIRECT_URL, '--allow-refresh', '--json'],
      { COUNTERSIGN_DATA_FOLDER: folder.path },
    );
    appId = JSON.parse(created).id;
    await authority.stop();
  });

  afterAll(async () => {
    await mail?.close();
    folder.remove();
  });

  it('S11: no consumed link works again, refresh tokens that were handed out do, nobody is locked out', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const authority = await start();
      const client = createSignInClient({ appId, baseUrl: authority.url });
      const addresses = Array.from({ length: PEOPLE }, (_, index) => `round${round}-${index}@example.com`);
      await Promise.all(addresses.map((address) => client.startSignIn(address)));
      const links = await Promise.all(addresses.map(async (address) => (await mail.take(address)).link));

      // Redeem and refresh at once; the process dies when some of them have been answered.
      const refreshTokens: string[] = [];
      const finished = new Set<string>();
      let killing: Promise<void> | undefined;
      await Promise.allSettled(
        links.map(async (link) => {
          const answer = await new PageClient().finishWithLink(link);
          const location = answer.headers.get('location');
          if (location === null) return;
          finished.add(link);
          const refreshToken = new URL(location).searchParams.get('refreshToken') ?? '';
          refreshTokens.push(refreshToken);
          if (finished.size > round % PEOPLE) killing ??= authority.kill();
          await client.refreshIdToken(refreshToken);
        }),
      );
      await (killing ?? authority.kill());

      const restarted = await start();
      const afterwards = createSignInClient({ appId, baseUrl: restarted.url });
      for (const refreshToken of refreshTokens) {
        const idToken = await afterwards.refreshIdToken(refreshToken);
        expect((await afterwards.verifyIdToken(idToken)).email).toMatch(/^round/);
      }
      for (const link of finished) {
        const again = await new PageClient().finishWithLink(link);
        expect(again.headers.get('location') ?? '').not.toContain('idToken');
      }
      // Whoever got no answer asks again and gets in.
      const [address = ''] = addresses.filter((_, index) => !finished.has(links[index] ?? ''));
      if (address !== '') {
        await afterwards.startSignIn(address);
        const answer = await new PageClient().finishWithLink((await mail.take(address)).link);
        expect(answer.headers.get('location')).toContain('idToken=');
      }
      await restarted.stop();
    }
  });
}, 120_000);
