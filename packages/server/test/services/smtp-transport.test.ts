import { afterEach, describe, expect, it } from 'vitest';
import { MailTransportError } from '../../src/services/mail-transport.js';
import { renderSignInMail } from '../../src/services/sign-in-mail.js';
import { createSmtpTransport } from '../../src/services/smtp-transport.js';
import { freePort } from '../support/free-port.js';
import { startMailCatcher } from '../support/mail-catcher.js';
import { type ScriptedSmtp, type SmtpScript, startScriptedSmtp } from '../support/scripted-smtp.js';
import { anApp } from '../support/store-rows.js';

const FROM = 'Paper Boats <no-reply@auth.example>';
const MAIL = { to: 'ada@example.com', subject: 'Log in', text: 'text', html: '<p>html</p>' };

let server: ScriptedSmtp | undefined;
let transport: ReturnType<typeof createSmtpTransport> | undefined;

afterEach(async () => {
  transport?.close();
  await server?.close();
  server = undefined;
});

async function transportTo(
  script: SmtpScript,
  options: { url?: (port: number) => string; timeoutMs?: number } = {},
) {
  server = await startScriptedSmtp(script);
  transport = createSmtpTransport({
    smtpUrl: options.url?.(server.port) ?? server.smtpUrl,
    from: FROM,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
  return { server, transport };
}

/** What `send` rejects with. */
async function failureOf(sending: Promise<void>): Promise<MailTransportError> {
  const error: unknown = await sending.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof MailTransportError)) throw new Error(`no MailTransportError but ${String(error)}`);
  return error;
}

describe('a mail on the wire', () => {
  it('M12: has one sender, one recipient and the headers named here, and no other', async () => {
    const { server, transport } = await transportTo({});
    await transport.send(MAIL);
    expect(server.commands.filter((line) => /^(?:MAIL|RCPT|DATA)/.test(line))).toEqual([
      'MAIL FROM:<no-reply@auth.example>',
      'RCPT TO:<ada@example.com>',
      'DATA',
    ]);
    const head = server.messages[0]?.split('\r\n\r\n', 1)[0] ?? '';
    expect(head.match(/^[\w-]+(?=:)/gm)?.toSorted()).toEqual(
      [
        'Auto-Submitted',
        'Content-Type',
        'Date',
        'From',
        'MIME-Version',
        'Message-ID',
        'Subject',
        'To',
      ].toSorted(),
    );
    expect(head).toContain('From: Paper Boats <no-reply@auth.example>');
    expect(head).toContain('To: ada@example.com');
    expect(head).toContain('Auto-Submitted: auto-generated');
  });

  it.each([
    'a@b.example\r\nBcc: x@y.example',
    'a@b.example\nRCPT TO:<x@y.example>',
    'a@b.example,x@y.example',
    'a@b.example;x@y.example',
    '"x@evil.example" @b.example',
    '"x@evil.example x"@b.example',
    '<a@b.example>',
    'a@b.example>',
    'a@b.example> SIZE=1',
    'a@[127.0.0.1]',
    'a@b@c.example',
    'a@b.example\0',
    '=?utf-8?q?x=40evil.example?= <a@b.example>',
    'group: a@b.example, x@y.example;',
    'a(comment)@b.example',
    'ada@Example.com',
  ])('M12: never leaves for %j', async (to) => {
    const { server, transport } = await transportTo({});
    expect((await failureOf(transport.send({ ...MAIL, to }))).permanent).toBe(true);
    expect(server.commands).toEqual([]);
  });

  it('M12: never leaves with a subject of several lines', async () => {
    const { server, transport } = await transportTo({});
    expect((await failureOf(transport.send({ ...MAIL, subject: 'a\r\nBcc: x@y.example' }))).permanent).toBe(
      true,
    );
    expect(server.commands).toEqual([]);
  });

  it('is read by a mail program as it was written', async () => {
    const catcher = await startMailCatcher();
    transport = createSmtpTransport({ smtpUrl: catcher.smtpUrl, from: FROM });
    const link = 'https://auth.example/0b0f0c1e-7a34-4f5e-9f62-0d6a3c1d2e4f/link?code=Zk8xQbqJH1v2oXw7nP0s';
    const mail = renderSignInMail(anApp({ name: 'Bötchen & Söhne 🚤' }), {
      to: 'ada@example.com',
      link,
      code: '204817',
    });
    await transport.send(mail);
    const caught = await catcher.take('ada@example.com');
    expect(caught.from).toBe('no-reply@auth.example');
    expect(caught.recipients).toEqual(['ada@example.com']);
    expect(caught.subject).toBe('Log in to Bötchen & Söhne 🚤');
    expect(caught.text.trim()).toBe(mail.text.trim());
    expect(caught.html.trim()).toBe(mail.html.trim());
    expect(caught.link).toBe(link);
    expect(caught.code).toBe('204817');
    expect(Math.max(...caught.raw.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(998);
    transport.close();
    await catcher.close();
  });

  it('reads neither files nor URLs, whatever its texts hold', async () => {
    const { server, transport } = await transportTo({});
    const html = '<img src="file:///etc/hostname"><img src="data:image/png;base64,AAAA"> /etc/hostname';
    await transport.send({ ...MAIL, html });
    expect(server.messages[0]).toContain('/etc/hostname');
    expect(server.messages[0]).not.toContain('Content-Disposition');
  });

  it('shares a connection with the next mail', async () => {
    const { server, transport } = await transportTo({});
    await transport.send(MAIL);
    await transport.send(MAIL);
    expect(server.commands.filter((line) => line.startsWith('EHLO'))).toHaveLength(1);
    expect(server.messages).toHaveLength(2);
  });
});

describe('what the mail server answers', () => {
  it.each([
    ['a refused recipient', { RCPT: '550 5.1.1 <ada@example.com> unknown' }, true, 550],
    ['a refused sender', { MAIL: '553 5.7.1 not yours' }, true, 553],
    ['a refused message', { '.': '554 5.7.1 spam' }, true, 554],
    ['a busy mailbox', { RCPT: '450 4.2.1 later' }, false, 450],
    ['a full server', { '.': '452 4.3.1 later' }, false, 452],
    ['a server going down', { MAIL: '421 4.3.2 bye' }, false, 421],
    ['a demand for TLS', { MAIL: '530 5.7.0 Must issue a STARTTLS command first' }, false, 530],
    ['a wrong sequence', { MAIL: '503 5.5.1 out of sequence' }, false, 503],
  ] as const)('%s is told apart from what a retry can mend', async (_, replies, permanent, replyCode) => {
    const { transport } = await transportTo({ replies });
    expect(await failureOf(transport.send(MAIL))).toMatchObject({ permanent, replyCode });
  });

  it('a refused password is for the operator to mend: the mail is not dropped', async () => {
    const { transport } = await transportTo(
      { extensions: ['AUTH PLAIN'], replies: { AUTH: '535 5.7.8 no' } },
      { url: (port) => `smtp://user:hunter2@127.0.0.1:${port}` },
    );
    expect(await failureOf(transport.send(MAIL))).toMatchObject({ permanent: false, code: 'EAUTH' });
  });

  it('nobody listening, a greeting and nothing more, a hang in the middle: all within the bound, to be tried again', async () => {
    transport = createSmtpTransport({ smtpUrl: `smtp://127.0.0.1:${await freePort()}`, from: FROM });
    expect(await failureOf(transport.send(MAIL))).toMatchObject({ permanent: false, code: 'ECONNREFUSED' });
    for (const verb of ['MAIL', '.']) {
      const { transport } = await transportTo({ replies: { [verb]: null } }, { timeoutMs: 50 });
      expect(await failureOf(transport.send(MAIL))).toMatchObject({ permanent: false });
      transport.close();
      await server?.close();
    }
  });

  it('S6: is in no error: no address, no password, no text of the server', async () => {
    const { transport } = await transportTo(
      { extensions: ['AUTH PLAIN'], replies: { RCPT: '550 <ada@example.com> unknown' } },
      { url: (port) => `smtp://user:hunter2@127.0.0.1:${port}` },
    );
    const error = await failureOf(transport.send(MAIL));
    const everything = JSON.stringify([error, error.message, error.stack, error.cause]);
    expect(everything).not.toMatch(/ada|hunter2|unknown/);
  });
});

describe('encryption', () => {
  it('that is required and not offered keeps password and mail from going out', async () => {
    const { server, transport } = await transportTo(
      { extensions: ['AUTH PLAIN'] },
      { url: (port) => `smtp://user:hunter2@127.0.0.1:${port}?requireTLS=true` },
    );
    expect((await failureOf(transport.send(MAIL))).permanent).toBe(false);
    expect(server.commands.some((line) => line.startsWith('AUTH'))).toBe(false);
    expect(server.messages).toEqual([]);
  });
});

it('lists every problem of its options, and no password', () => {
  expect(() => createSmtpTransport({ smtpUrl: 'http://user:hunter2@x', from: 'nobody' })).toThrow(
    /^createSmtpTransport: smtpUrl must begin with smtp:\/\/ or smtps:\/\/; from must be an address/,
  );
});
