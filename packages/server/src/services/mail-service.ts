import { randomUUID } from 'node:crypto';
import type { App } from '../domain/app.js';
import type { QueuedMail } from '../domain/sign-in.js';
import { createMailWorker, type MailWorker, type MailWorkerOptions } from './mail-worker.js';
import { sealMail } from './sealed-mail.js';
import { renderSignInMail } from './sign-in-mail.js';

export type { MailTransport, OutgoingMail } from './mail-transport.js';

export interface MailService extends MailWorker {
  /** Renders the sign-in mail of the app and seals it for the queue. Does no I/O. */
  prepareSignInMail(
    app: App,
    details: { to: string; emailKey: string; link: string; code: string; nowSeconds: number },
  ): QueuedMail;
  /** True while the queue has room; a full queue is answered with 503 before anything is stored. */
  hasRoom(): Promise<boolean>;
}

export interface MailServiceOptions extends MailWorkerOptions {
  /** Mails that may wait, all apps together. Default 10,000. */
  readonly maxWaiting?: number;
}

/**
 * Sign-in mails leave from a queue in the store, never from the request that asked for one: the answer takes the same
 * time whoever is asked for, and a mail outlives a mail server that is down and a process that is killed (M19).
 */
export function createMailService(options: MailServiceOptions): MailService {
  const { store, vault, maxWaiting = 10_000 } = options;
  const worker = createMailWorker(options);
  return Object.freeze({
    ...worker,
    prepareSignInMail(app: App, details: Parameters<MailService['prepareSignInMail']>[1]): QueuedMail {
      const id = randomUUID();
      const longestSeconds = Math.max(app.linkLifetimeSeconds, app.codeLifetimeSeconds);
      return {
        id,
        appId: app.id,
        replaceKey: `sign-in ${app.id} ${details.emailKey}`,
        sealed: sealMail(vault, id, renderSignInMail(app, details)),
        createdAt: details.nowSeconds,
        nextAttemptAt: details.nowSeconds,
        expiresAt: details.nowSeconds + longestSeconds,
        attempts: 0,
      };
    },
    hasRoom: async () => (await store.mail.count()) < maxWaiting,
  });
}
