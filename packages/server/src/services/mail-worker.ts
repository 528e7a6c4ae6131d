import type { QueuedMail } from '../domain/sign-in.js';
import { createMailDelivery, type MailDeliveryOptions } from './mail-delivery.js';

/** Calls back once after the delay; gives a function that cancels. */
export type SetTimer = (callback: () => void, delaySeconds: number) => () => void;

/** Mails sent at once; the SMTP transport keeps as many connections. */
const CONCURRENCY = 4;
/** A worker that dies leaves its mails to others after this; a transport must give up earlier. */
const LEASE_SECONDS = 60;
/** How often the queue is looked at when nobody wakes the worker: for retries and for mails of other processes. */
const POLL_SECONDS = 2;

export interface MailWorker {
  /** Says that a mail was queued, so that it leaves at once rather than at the next poll. */
  wake(): void;
  /** Starts the worker that empties the queue. */
  start(): void;
  /** Waits for the mails being sent, then stops and closes the transport; what is left stays in the queue. */
  stop(): Promise<void>;
}

export interface MailWorkerOptions extends MailDeliveryOptions {
  /** For tests: in place of `setTimeout`. */
  readonly setTimer?: SetTimer;
}

/**
 * Empties the queue: claims due mails under a lease, sends a few at a time, tries again with growing pauses until the
 * mail expires, drops what is refused for good. Delivery is at least once: a process that dies between sending and
 * forgetting leaves a mail to be sent again. Nothing is ever thrown out of it; events carry ids and codes, never an
 * address or a text.
 */
export function createMailWorker(options: MailWorkerOptions): MailWorker {
  const { store, clock, logger, transport } = options;
  const setTimer = options.setTimer ?? setUnrefTimer;
  const deliver = createMailDelivery(options);
  const inFlight = new Set<Promise<void>>();
  let isRunning = false;
  let isStoreDown = false;
  let cancelPoll = () => {};
  /** The claim under way, and whether somebody asked for another one meanwhile. */
  let filling: Promise<void> | undefined;
  let isAskedAgain = false;

  function fill(): void {
    isAskedAgain = true;
    filling ??= claimWhileAsked().finally(() => {
      filling = undefined;
      if (!isRunning) return;
      if (isAskedAgain && inFlight.size < CONCURRENCY) fill();
      else cancelPoll = setTimer(fill, POLL_SECONDS);
    });
  }

  async function claimWhileAsked(): Promise<void> {
    cancelPoll();
    while (isAskedAgain && isRunning && inFlight.size < CONCURRENCY) {
      isAskedAgain = false;
      for (const mail of await claim(CONCURRENCY - inFlight.size)) {
        const delivery = guardStore(() => (isRunning ? deliver(mail) : giveBack(mail))).then(() => {
          inFlight.delete(delivery);
          if (isRunning) fill();
        });
        inFlight.add(delivery);
      }
    }
  }

  async function claim(limit: number): Promise<readonly QueuedMail[]> {
    let claimed: readonly QueuedMail[] = [];
    await guardStore(async () => {
      claimed = await store.mail.claimDue({ nowSeconds: clock(), leaseSeconds: LEASE_SECONDS, limit });
    });
    return claimed;
  }

  const giveBack = (mail: QueuedMail): Promise<void> => store.mail.retryAt(mail.id, clock());

  /** A store that cannot answer is said once, not at every poll; the lease brings back what was under way. */
  async function guardStore(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      if (isStoreDown) logger.info('mail_queue_available');
      isStoreDown = false;
    } catch (error) {
      if (!isStoreDown) logger.error('mail_queue_unavailable', { error });
      isStoreDown = true;
    }
  }

  return {
    wake: () => {
      if (isRunning) fill();
    },
    start: () => {
      isRunning = true;
      fill();
    },
    stop: async () => {
      isRunning = false;
      await filling;
      await Promise.all(inFlight);
      cancelPoll();
      transport.close();
    },
  };
}

/** The process may end while it waits: nothing is lost, the queue is in the store. */
function setUnrefTimer(callback: () => void, delaySeconds: number): () => void {
  const timer = setTimeout(callback, delaySeconds * 1000).unref();
  return () => clearTimeout(timer);
}
