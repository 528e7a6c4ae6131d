/** What an authority lets a stranger learn, and by what it tells strangers apart: over a socket, with nothing replaced but mail and clock. */
import { expect, it } from 'vitest';
import { startAuthority } from '../support/started-authority.js';

type Headers = Readonly<Record<string, string>>;

const ask = (url: string, email: string, headers: Headers = {}) =>
  fetch(`${url}/authenticate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ email }),
  });

const askOnPage = (url: string, email: string) =>
  fetch(`${url}/sign-in`, {
    method: 'POST',
    headers: { origin: new URL(url).origin },
    body: new URLSearchParams({ email }),
    redirect: 'manual',
  });

/** All that a stranger sees of an answer, with what is random or his own taken out. */
async function seen(answer: Response, email: string) {
  const withoutSecrets = (text: string) =>
    text.replaceAll(/[\w-]{43}/g, 'secret').replaceAll(email, 'address');
  const headers = [...answer.headers].filter(([name]) => name !== 'date');
  return {
    status: answer.status,
    headers: headers.map(([name, value]) => [name, name === 'content-length' ? '' : withoutSecrets(value)]),
    body: withoutSecrets(await answer.text()),
  };
}

it('M5: whoever asks sees the same for known and unknown addresses: API, pages, waiting, limits', async () => {
  const { url, createApp, nextMail } = await startAuthority();
  const app = await createApp();
  const appUrl = `${url}/${app.id}`;

  const started = (await (await ask(appUrl, 'known@example.com')).json()) as { requestId: string };
  const code = /^\d{6}$/m.exec((await nextMail()).text)?.[0];
  const finished = await fetch(`${appUrl}/code`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...started, code }),
  });
  expect(finished.status).toBe(200);
  await ask(appUrl, 'stranger@example.com');

  const views = [];
  for (const email of ['known@example.com', 'stranger@example.com']) {
    const byApi = await seen(await ask(appUrl, email), email);
    const sent = await askOnPage(appUrl, email);
    const cookie = sent.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
    const waiting = await fetch(`${appUrl}/check-mail`, { headers: { cookie } });
    const limited = [await ask(appUrl, email), await askOnPage(appUrl, email)];
    views.push({
      byApi,
      byPage: await seen(sent, email),
      waiting: await seen(waiting, email),
      limited: await Promise.all(limited.map((answer) => seen(answer, email))),
    });
  }
  expect(views[0]?.byApi.status).toBe(200);
  expect(views[0]?.byPage.status).toBe(303);
  expect(views[0]?.waiting.body).toContain('>address</bdi>');
  expect(views[0]?.limited.map(({ status }) => status)).toEqual([429, 429]);
  expect(views[1]).toEqual(views[0]);
});

it('M6, S16: X-Forwarded-For buys nobody more mails where no proxy is trusted', async () => {
  const { url, createApp } = await startAuthority({ mailsPerIp: '2/1h' });
  const appUrl = `${url}/${(await createApp()).id}`;
  const statuses: number[] = [];
  for (const [index, spoofed] of ['198.51.100.1', '198.51.100.2, 127.0.0.1', '::1'].entries()) {
    const headers = { 'x-forwarded-for': spoofed, forwarded: `for=${spoofed}`, 'x-real-ip': spoofed };
    statuses.push((await ask(appUrl, `p${index}@example.com`, headers)).status);
  }
  expect(statuses).toEqual([200, 200, 429]);
});

it('M6, S16: behind a trusted proxy clients are counted by the address that it saw, whatever they wrote before it', async () => {
  const { url, createApp } = await startAuthority({ mailsPerIp: '2/1h', trustedProxies: '127.0.0.1,::1' });
  const appUrl = `${url}/${(await createApp()).id}`;
  const statuses: number[] = [];
  for (const [index, seenByProxy] of [
    '198.51.100.1, 203.0.113.7',
    '198.51.100.2, 203.0.113.7',
    '198.51.100.3, 203.0.113.7',
    '203.0.113.7, 203.0.113.8',
  ].entries()) {
    const headers = { 'x-forwarded-for': seenByProxy };
    statuses.push((await ask(appUrl, `p${index}@example.com`, headers)).status);
  }
  expect(statuses).toEqual([200, 200, 429, 200]);
});
