import { UsageError } from 'countersign';
import { createTransport, type NodemailerError } from 'nodemailer';
import { parseEmailAddress } from '../domain/email-address.js';
import { parseMailSender } from '../domain/mail-sender.js';
import { parseSmtpUrl, type SmtpServer } from '../domain/smtp-url.js';
import { type MailTransport, MailTransportError, type OutgoingMail } from './mail-transport.js';

export interface SmtpTransportOptions {
  /** See `parseSmtpUrl`. Secret: it may hold a password. */
  readonly smtpUrl: string;
  /** `Example <no-reply@example.com>`: header `From`, and its address the envelope sender. */
  readonly from: string;
  /** Bound on one hand-over as a whole; less than the lease of a queued mail. Default 45,000. */
  readonly timeoutMs?: number;
}

/** Connections kept to the mail server; the mail service sends as many mails at once. */
const MAX_CONNECTIONS = 4;
const CONNECTION_TIMEOUT_MS = 10_000;
const SOCKET_TIMEOUT_MS = 20_000;
const IDLE_TIMEOUT_MS = 30_000;

/**
 * Hands mails to an SMTP server over a few kept connections. The envelope is written out with exactly one recipient,
 * and no address ever goes through the address parser of the mail library (M12: CVE-2025-13033, GHSA-mm7p-fcc7-pg87);
 * files and URLs are never read into a mail. Opens no connection before the first mail.
 * `send` rejects with `MailTransportError` and nothing else.
 * Throws UsageError `invalid_options`.
 */
export function createSmtpTransport(options: SmtpTransportOptions): MailTransport {
  const url = parseSmtpUrl(options.smtpUrl);
  const from = parseMailSender(options.from);
  if (url.problem !== undefined || from.problem !== undefined) {
    const problems = Object.entries({ smtpUrl: url.problem, from: from.problem });
    throw new UsageError(
      'invalid_options',
      'createSmtpTransport',
      problems.flatMap(([name, problem]) => (problem === undefined ? [] : [`${name} ${problem}`])),
    );
  }
  const { sender } = from;
  const transporter = createTransport(poolOptions(url.server));
  const timeoutMs = options.timeoutMs ?? 45_000;

  async function send(mail: OutgoingMail): Promise<void> {
    assertOneRecipient(mail);
    try {
      await transporter.sendMail({
        from: sender,
        to: { name: '', address: mail.to },
        envelope: { from: sender.address, to: [mail.to] },
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        // RFC 3834 section 5: no absence note is to answer this.
        headers: { 'Auto-Submitted': 'auto-generated' },
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      throw toTransportError(error);
    }
  }
  return Object.freeze({ send, close: () => transporter.close({ force: true }) });
}

function poolOptions(server: SmtpServer) {
  return {
    pool: true,
    host: server.host,
    port: server.port,
    secure: server.implicitTls,
    requireTLS: server.startTls === 'required',
    ignoreTLS: server.startTls === 'never',
    maxConnections: MAX_CONNECTIONS,
    // The queue tries again; a second try of the pool's own would only make its lease run out.
    maxRequeues: 0,
    idleTimeout: IDLE_TIMEOUT_MS,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    greetingTimeout: CONNECTION_TIMEOUT_MS,
    dnsTimeout: CONNECTION_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
    maxRecipients: 1,
    ...(server.clientName === null ? {} : { name: server.clientName }),
    ...(server.tlsServerName === null ? {} : { tls: { servername: server.tlsServerName } }),
    ...(server.credentials === null
      ? {}
      : { auth: { user: server.credentials.user, pass: server.credentials.password } }),
  } as const;
}

/** The sign-in service has parsed the address already; here it is the last thing between a caller and an SMTP command. */
function assertOneRecipient(mail: OutgoingMail): void {
  const parsed = parseEmailAddress(mail.to);
  if (parsed.problem !== undefined || parsed.address !== mail.to || /[\r\n\0]/.test(mail.subject))
    throw new MailTransportError(
      'The mail has no single canonical recipient, or a subject of several lines',
      {
        permanent: true,
        code: 'EENVELOPE',
      },
    );
}

/** Refusals of the mail itself are permanent; a refused password or a missing STARTTLS is for the operator to mend. */
function toTransportError(error: unknown): MailTransportError {
  const { code = 'EUNKNOWN', originalCode, responseCode, permanent } = error as NodemailerError;
  const isAboutTheMail = (code === 'EENVELOPE' || code === 'EMESSAGE') && responseCode !== 530;
  return new MailTransportError('The mail server did not take the mail', {
    permanent: isAboutTheMail && permanent === true,
    code: originalCode ?? code,
    replyCode: responseCode,
  });
}
