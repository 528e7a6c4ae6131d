import type { Logger } from '../domain/logger.js';
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
/** How long `stop` waits for a mail server before the mails under way go back into the queue. */
const STOP_SECONDS = 10;

export interface MailWorker {
  /** Says that a mail was queued, so that it leaves at once rather than at the next poll. */
  wake(): void;
  /** Starts the worker that empties the queue. */
  start(): void;
  /** Waits some seconds for the mails being sent and closes the transport; what is left stays in the queue. */
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
  const guardStore = createStoreGuard(logger);
  const inFlight = new Set<Promise<void>>();
  let isRunning = false;
  let cancelPoll = () => {};
  /** The claims under way, and whether somebody asked for another one meanwhile. */
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
      const limit = CONCURRENCY - inFlight.size;
      const claim = { nowSeconds: clock(), leaseSeconds: LEASE_SECONDS, limit };
      const claimed = await guardStore(() => store.mail.claimDue(claim));
      for (const mail of claimed ?? []) launch(mail);
    }
  }

  function launch(mail: QueuedMail): void {
    // What was claimed while `stop` came goes back as it was.
    const work = () => (isRunning ? deliver(mail) : store.mail.retryAt(mail.id, clock()));
    const delivery = guardStore(work).then(() => {
      inFlight.delete(delivery);
      if (isRunning) fill();
    });
    inFlight.add(delivery);
  }

  async function stop(): Promise<void> {
    isRunning = false;
    await filling;
    const cancelDeadline = setTimer(() => transport.close(), STOP_SECONDS);
    await Promise.all(inFlight);
    cancelDeadline();
    cancelPoll();
    transport.close();
  }
  const wake = () => {
    if (isRunning) fill();
  };
  const start = () => {
    isRunning = true;
    fill();
  };
  return { wake, start, stop };
}

/** A store that cannot answer is said once, not at every poll; the lease brings back what was under way. */
function createStoreGuard(logger: Logger): <T>(work: () => Promise<T>) => Promise<T | undefined> {
  let isStoreDown = false;
  return async (work) => {
    try {
      const result = await work();
      if (isStoreDown) logger.info('mail_queue_available');
      isStoreDown = false;
      return result;
    } catch (error) {
      if (!isStoreDown) logger.error('mail_queue_unavailable', { error });
      isStoreDown = true;
      return undefined;
    }
  };
}

/** The process may end while it waits: nothing is lost, the queue is in the store. */
function setUnrefTimer(callback: () => void, delaySeconds: number): () => void {
  const timer = setTimeout(callback, delaySeconds * 1000).unref();
  return () => clearTimeout(timer);
}
