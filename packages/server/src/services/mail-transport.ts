/** A mail ready to leave: one recipient, no header from outside. */
export interface OutgoingMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Something that takes a mail for good, or rejects. `permanent` on the error: no retry can help. */
export interface MailTransport {
  send(mail: OutgoingMail): Promise<void>;
  /** Ends every connection, also of mails under way: those reject. Closing again does nothing. */
  close(): void;
}

/**
 * A mail could not be handed over. Carries codes only: what a mail server answers repeats the address, and so must
 * not reach a log.
 */
export class MailTransportError extends Error {
  override readonly name = 'MailTransportError';
  /** The server refused this mail for good: the same mail will be refused again. */
  readonly permanent: boolean;
  /** `ECONNREFUSED`, `EENVELOPE` and the like. */
  readonly code: string;
  /** Reply code of the server (RFC 5321 section 4.2); undefined if none arrived. */
  readonly replyCode: number | undefined;

  constructor(
    message: string,
    details: { permanent: boolean; code: string; replyCode?: number | undefined },
  ) {
    super(message);
    this.permanent = details.permanent;
    this.code = details.code;
    this.replyCode = details.replyCode;
  }
}
