/** The mailbox of development mode: mails are kept in the store and shown on a page instead of being sent. */
import { randomUUID } from 'node:crypto';
import type { Clock } from 'countersign';
import type { KeptMail } from '../domain/sign-in.js';
import type { Store } from '../domain/stores.js';
import type { MailTransport, OutgoingMail } from './mail-transport.js';
import { openMail, sealMail } from './sealed-mail.js';
import type { Vault } from './vault.js';

/** Older mails are dropped. */
const KEPT_MAILS = 50;

export interface Mailbox {
  /** Newest first. */
  list(): Promise<readonly { id: string; to: string; subject: string; createdAt: number }[]>;
  find(id: string): Promise<(OutgoingMail & { readonly createdAt: number }) | undefined>;
}

/** Puts every mail into the mailbox. */
export function createMailboxTransport(options: {
  readonly store: Pick<Store, 'mail'>;
  readonly vault: Vault;
  readonly clock: Clock;
}): MailTransport {
  const { store, vault, clock } = options;
  return Object.freeze({
    async send(mail: OutgoingMail): Promise<void> {
      const id = randomUUID();
      await store.mail.keep(
        { id, sealed: sealMail(vault, contextOf(id), mail), createdAt: clock() },
        KEPT_MAILS,
      );
    },
    close: () => undefined,
  });
}

/** Reads the mailbox. Mails sealed under another master key are left out. */
export function createMailbox(options: {
  readonly store: Pick<Store, 'mail'>;
  readonly vault: Vault;
}): Mailbox {
  const open = (kept: KeptMail) => openMail(options.vault, contextOf(kept.id), kept.sealed);
  return Object.freeze({
    async list() {
      const kept = await options.store.mail.listKept(KEPT_MAILS);
      return kept.flatMap((one) => {
        const mail = open(one);
        return mail === undefined
          ? []
          : [{ id: one.id, to: mail.to, subject: mail.subject, createdAt: one.createdAt }];
      });
    },
    async find(id: string) {
      const kept = (await options.store.mail.listKept(KEPT_MAILS)).find((one) => one.id === id);
      const mail = kept && open(kept);
      return mail && kept ? { ...mail, createdAt: kept.createdAt } : undefined;
    },
  });
}

/** Keeps a queued mail from being taken for a kept one. */
function contextOf(id: string): string {
  return `mailbox ${id}`;
}
