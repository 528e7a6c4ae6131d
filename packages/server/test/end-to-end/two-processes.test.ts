import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AuthorityProcess,
  runCommand,
  startAuthorityProcess,
  temporaryFolder,
} from '../support/authority-process.js';
import { freePort } from '../support/free-port.js';
import { type MailCatcher, startMailCatcher } from '../support/mail-catcher.js';
import { PageClient } from '../support/page-client.js';

const REDIRECT_URL = 'http://127.0.0.1:9/signed-in';

describe('two processes on one data folder', () => {
  const folder = temporaryFolder();
  const processes: AuthorityProcess[] = [];
  let mail: MailCatcher;
  let appId: string;

  beforeAll(async () => {
    mail = await startMailCatcher();
    const issuer = `http://localhost:${await freePort()}`;
    for (const port of [Number(new URL(issuer).port), await freePort()]) {
      processes.push(
        await startAuthorityProcess({
          dataFolder: folder.path,
          port,
          issuer,
          environment: {
            COUNTERSIGN_SMTP_URL: mail.smtpUrl,
            COUNTERSIGN_MAIL_FROM: 'no-reply@auth.example',
            COUNTERSIGN_ALLOWED_HOSTS: `localhost:${port}`,
            COUNTERSIGN_MAILS_PER_IP: '1000/1h',
          },
        }),
      );
    }
    const created = runCommand(
      ['apps', 'create', '--name', 'Race', '--redirect-url', REDIRECT_URL, '--allow-refresh', '--json'],
      { COUNTERSIGN_DATA_FOLDER: folder.path },
    );
    appId = JSON.parse(created).id;
  });

  afterAll(async () => {
    for (const authority of processes) await authority.stop();
    await mail?.close();
    folder.remove();
  });

  async function startSignIn(address: string): Promise<{ requestId: string; link: string; code: string }> {
    const answer = await fetch(`${processes[0]?.url}/${appId}/authenticate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: address }),
    });
    const { requestId } = (await answer.json()) as { requestId: string };
    return { requestId, ...(await mail.take(address)) };
  }

  const origin = (index: number) => processes[index % 2]?.url ?? '';

  it('M4: of 50 parallel posts of one link over two processes exactly one signs in', async () => {
    const { link } = await startSignIn('link@example.com');
    const pages = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const client = new PageClient(origin(0));
        return { client, page: await client.openLink(link, origin(index)) };
      }),
    );
    const answers = await Promise.all(
      pages.map(({ client, page }, index) =>
        client.post(origin(index) + new URL(page.url).pathname, { ...page.fields, action: 'confirm' }),
      ),
    );
    const winners = answers.filter((answer) => answer.headers.get('location')?.startsWith(REDIRECT_URL));
    expect(winners).toHaveLength(1);
    const losers = new Set(answers.filter((answer) => answer !== winners[0]).map((answer) => answer.status));
    expect([...losers]).toEqual([410]);
  });

  it('M7: of 100 parallel guesses over two processes at most five are compared', async () => {
    const { requestId, code } = await startSignIn('code@example.com');
    const guess = (value: string, index: number) =>
      fetch(`${origin(index)}/${appId}/code`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ requestId, code: value }),
      });
    const wrong = Array.from({ length: 100 }, (_, index) => String((Number(code) + 1 + index) % 1_000_000));
    const answers = await Promise.all(wrong.map((value, index) => guess(value.padStart(6, '0'), index)));
    expect(answers.every((answer) => answer.status === 401)).toBe(true);
    expect((await guess(code, 0)).status).toBe(401);
  });
});
