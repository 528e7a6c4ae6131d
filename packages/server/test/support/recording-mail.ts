import { randomUUID } from 'node:crypto';
import type { App } from '../../src/domain/app.js';
import type { QueuedMail } from '../../src/domain/sign-in.js';
import type { MailService } from '../../src/services/mail-service.js';

/** A sign-in mail before it is put into words. */
export interface PreparedMail {
  readonly appId: string;
  readonly to: string;
  readonly link: string;
  /** The secret in `link`. */
  readonly linkSecret: string;
  readonly code: string;
}

export interface RecordingMail extends MailService {
  /** Oldest first. */
  readonly prepared: readonly PreparedMail[];
  /** The newest. Throws if there is none. */
  last(): PreparedMail;
  /** How often it was said that a mail waits. */
  readonly wakes: number;
  isFull: boolean;
}

/** A mail service that remembers what would be sent, and sends nothing. */
export function createRecordingMail(): RecordingMail {
  const prepared: PreparedMail[] = [];
  let wakes = 0;
  return {
    prepared,
    isFull: false,
    get wakes() {
      return wakes;
    },
    last() {
      const mail = prepared.at(-1);
      if (mail === undefined) throw new Error('no mail was prepared');
      return mail;
    },
    prepareSignInMail(app: App, { to, emailKey, link, code, nowSeconds }): QueuedMail {
      const linkSecret = new URL(link).searchParams.get('code') ?? '';
      prepared.push({ appId: app.id, to, link, linkSecret, code });
      return {
        id: randomUUID(),
        appId: app.id,
        replaceKey: `${app.id} ${emailKey}`,
        sealed: 'sealed',
        createdAt: nowSeconds,
        nextAttemptAt: nowSeconds,
        expiresAt: nowSeconds + app.linkLifetimeSeconds,
        attempts: 0,
      };
    },
    async hasRoom() {
      return !this.isFull;
    },
    wake() {
      wakes++;
    },
    start() {},
    async stop() {},
  };
}
