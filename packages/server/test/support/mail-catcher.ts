import type { AddressInfo } from 'node:net';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';

export interface CaughtMail {
  readonly from: string;
  /** Every RCPT TO of the envelope. */
  readonly recipients: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The link of the mail. */
  readonly link: string;
  /** The typed code of the mail. */
  readonly code: string;
  readonly raw: string;
}

export interface MailCatcher {
  readonly smtpUrl: string;
  readonly mails: readonly CaughtMail[];
  /** The first mail to this address that was not taken yet. */
  take(address: string): Promise<CaughtMail>;
  close(): Promise<void>;
}

/** A real SMTP server on loopback that keeps what it is given. */
export async function startMailCatcher(): Promise<MailCatcher> {
  const mails: CaughtMail[] = [];
  const taken = new Set<CaughtMail>();
  const arrivals = new EventTarget();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    async onData(stream, session, done) {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      mails.push(await readMail(Buffer.concat(chunks), session.envelope));
      done();
      arrivals.dispatchEvent(new Event('mail'));
    },
  });
  server.on('error', () => {
    // A client that is killed in the middle of a session is part of some tests.
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;

  const next = (address: string) =>
    mails.find((mail) => !taken.has(mail) && mail.recipients.includes(address));
  return {
    smtpUrl: `smtp://127.0.0.1:${port}`,
    mails,
    async take(address) {
      for (;;) {
        const mail = next(address);
        if (mail !== undefined) {
          taken.add(mail);
          return mail;
        }
        await new Promise((resolve) => arrivals.addEventListener('mail', resolve, { once: true }));
      }
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

type Envelope = { mailFrom: false | { address: string }; rcptTo: readonly { address: string }[] };

async function readMail(raw: Buffer, envelope: Envelope): Promise<CaughtMail> {
  const parsed = await PostalMime.parse(raw);
  const text = parsed.text ?? '';
  return {
    from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
    recipients: envelope.rcptTo.map((recipient) => recipient.address),
    subject: parsed.subject ?? '',
    text,
    html: parsed.html ?? '',
    link: /https?:\/\/\S+\/link\?code=[\w-]+/.exec(text)?.[0] ?? '',
    code: /\b\d{6}\b/.exec(text.replace(/https?:\/\/\S+/g, ''))?.[0] ?? '',
    raw: raw.toString('latin1'),
  };
}
