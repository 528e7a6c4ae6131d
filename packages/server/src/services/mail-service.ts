import type { App } from '../domain/app.js';
import type { QueuedMail } from '../domain/sign-in.js';

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
  close(): void;
}

export interface MailService {
  /** Renders the sign-in mail of the app and seals it for the queue. Does no I/O. */
  prepareSignInMail(
    app: App,
    details: { to: string; emailKey: string; link: string; code: string; nowSeconds: number },
  ): QueuedMail;
  /** True while the queue has room; a full queue is answered with 503 before anything is stored. */
  hasRoom(): Promise<boolean>;
  /** Says that a mail was queued, so that it leaves at once rather than at the next poll. */
  wake(): void;
  /** Starts the worker that empties the queue. */
  start(): void;
  /** Waits for the mail being sent, then stops; what is left stays in the queue. */
  stop(): Promise<void>;
}
