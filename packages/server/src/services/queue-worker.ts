import type { Clock } from 'countersign';
import type { Logger } from '../domain/logger.js';

/** Calls back once after the delay; gives a function that cancels. */
export type SetTimer = (callback: () => void, delaySeconds: number) => () => void;

const DEFAULT_CONCURRENCY = 4;
/** A worker that dies leaves its jobs to others after this; whoever delivers must give up earlier. */
const LEASE_SECONDS = 60;
/** How often the queue is looked at when nobody wakes the worker: for retries and for jobs of other processes. */
const POLL_SECONDS = 2;
/** How long `stop` waits for the jobs under way before they are cut off and go back into the queue. */
const STOP_SECONDS = 10;

export interface QueueWorker {
  /** Says that a job was queued, so that it is done at once rather than at the next poll. */
  wake(): void;
  /** Starts the worker that empties the queue. */
  start(): void;
  /** Waits some seconds for the jobs under way; what is left stays in the queue. */
  stop(): Promise<void>;
}

export interface QueueWorkerOptions<Job extends { readonly id: string }> {
  /** In the names of events: `mail_queue_unavailable`. */
  readonly name: string;
  readonly queue: {
    claimDue(claim: { nowSeconds: number; leaseSeconds: number; limit: number }): Promise<readonly Job[]>;
    retryAt(id: string, nextAttemptAt: number): Promise<void>;
  };
  /** Brings a claimed job to its end, or back into the queue. Rejects only if the store cannot answer. */
  deliver(job: Job): Promise<void>;
  /** Ends what is under way. Called once the worker has stopped, and before that where it would take too long. */
  close(): void;
  /** Jobs under way at once. Default 4. */
  readonly concurrency?: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** For tests: in place of `setTimeout`. */
  readonly setTimer?: SetTimer;
}

/**
 * Empties a queue in the store: claims due jobs under a lease, and delivers a few at a time. Delivery is at least once: a
 * process that dies between delivering and forgetting leaves a job to be done again. Nothing is ever thrown out of it.
 */
export function createQueueWorker<Job extends { readonly id: string }>(
  options: QueueWorkerOptions<Job>,
): QueueWorker {
  const { name, queue, deliver, close, concurrency = DEFAULT_CONCURRENCY, clock, logger } = options;
  const setTimer = options.setTimer ?? setUnrefTimer;
  const guardStore = createStoreGuard(name, logger);
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
      if (isAskedAgain && inFlight.size < concurrency) fill();
      else cancelPoll = setTimer(fill, POLL_SECONDS);
    });
  }

  async function claimWhileAsked(): Promise<void> {
    cancelPoll();
    while (isAskedAgain && isRunning && inFlight.size < concurrency) {
      isAskedAgain = false;
      const limit = concurrency - inFlight.size;
      const claim = { nowSeconds: clock(), leaseSeconds: LEASE_SECONDS, limit };
      const claimed = await guardStore(() => queue.claimDue(claim));
      for (const job of claimed ?? []) launch(job);
    }
  }

  function launch(job: Job): void {
    // What was claimed while `stop` came goes back as it was.
    const work = () => (isRunning ? deliver(job) : queue.retryAt(job.id, clock()));
    const delivery = guardStore(work).then(() => {
      inFlight.delete(delivery);
      if (isRunning) fill();
    });
    inFlight.add(delivery);
  }

  async function stop(): Promise<void> {
    isRunning = false;
    await filling;
    const cancelDeadline = setTimer(close, STOP_SECONDS);
    await Promise.all(inFlight);
    cancelDeadline();
    cancelPoll();
    close();
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
function createStoreGuard(
  name: string,
  logger: Logger,
): <T>(work: () => Promise<T>) => Promise<T | undefined> {
  let isStoreDown = false;
  return async (work) => {
    try {
      const result = await work();
      if (isStoreDown) logger.info(`${name}_queue_available`);
      isStoreDown = false;
      return result;
    } catch (error) {
      if (!isStoreDown) logger.error(`${name}_queue_unavailable`, { error });
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
