import type { Clock } from 'countersign';
import type { Logger } from '../domain/logger.js';
import type { QueuedMail } from '../domain/sign-in.js';
import type { Store } from '../domain/stores.js';
import { type MailTransport, MailTransportError, type OutgoingMail } from './mail-transport.js';
import { openMail } from './sealed-mail.js';
import type { Vault } from './vault.js';

export interface MailDeliveryOptions {
  readonly store: Pick<Store, 'mail'>;
  readonly vault: Vault;
  readonly transport: MailTransport;
  readonly clock: Clock;
  readonly logger: Logger;
}

const RETRY_DELAYS_SECONDS = [5, 15, 60, 120];
/** Spreads retries, so that mails which failed together do not come back together. */
const JITTER = 0.2;

/** Gives what brings one claimed mail to an end, or back into the queue. It rejects only if the store cannot answer. */
export function createMailDelivery(options: MailDeliveryOptions): (queued: QueuedMail) => Promise<void> {
  const { store, transport, clock, logger } = options;
  /** Mails that left while the store could not forget them: not to be sent twice by this process. */
  const sent = new Set<string>();

  async function forget(queued: QueuedMail): Promise<void> {
    await store.mail.remove(queued.id);
    sent.delete(queued.id);
  }

  async function retryOrGiveUp(queued: QueuedMail, error: unknown): Promise<void> {
    const nextAttemptAt = clock() + retryDelaySeconds(queued.attempts);
    const isPermanent = error instanceof MailTransportError && error.permanent;
    const isHopeless = isPermanent || nextAttemptAt >= queued.expiresAt;
    logger.warn(isPermanent ? 'mail_refused' : isHopeless ? 'mail_given_up' : 'mail_delayed', {
      ...describeMail(queued),
      ...describeFailure(error),
    });
    await (isHopeless ? forget(queued) : store.mail.retryAt(queued.id, nextAttemptAt));
  }

  return async (queued) => {
    if (sent.has(queued.id)) return forget(queued);
    const mail = openIfOfUse(queued, options);
    if (mail === undefined) return forget(queued);
    try {
      await transport.send(mail);
    } catch (error) {
      return retryOrGiveUp(queued, error);
    }
    sent.add(queued.id);
    logger.info('mail_sent', describeMail(queued));
    return forget(queued);
  };
}

/** Undefined, and said so, if the mail comes too late or cannot be opened. */
function openIfOfUse(
  queued: QueuedMail,
  { vault, clock, logger }: MailDeliveryOptions,
): OutgoingMail | undefined {
  if (queued.expiresAt <= clock()) {
    logger.warn('mail_expired', describeMail(queued));
    return undefined;
  }
  const mail = openMail(vault, queued.id, queued.sealed);
  if (mail === undefined) logger.error('mail_unreadable', describeMail(queued));
  return mail;
}

/** `attempts` counts from one, because claiming counts. */
function retryDelaySeconds(attempts: number): number {
  const index = Math.min(Math.max(attempts, 1), RETRY_DELAYS_SECONDS.length) - 1;
  return (RETRY_DELAYS_SECONDS[index] ?? 0) * (1 + JITTER * (2 * Math.random() - 1));
}

function describeMail(queued: QueuedMail): Record<string, unknown> {
  return { mail: queued.id, app: queued.appId, attempts: queued.attempts };
}

function describeFailure(error: unknown): Record<string, unknown> {
  if (error instanceof MailTransportError) return { reason: error.code, replyCode: error.replyCode ?? null };
  return { reason: error instanceof Error ? error.name : 'unknown' };
}
