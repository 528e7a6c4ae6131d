import type { Clock } from 'countersign';
import type { Logger } from '../domain/logger.js';
import type { Store } from '../domain/stores.js';

/** Rows of one kind deleted in one go: few enough that no request waits long for the store (S19). */
const BATCH = 500;
const INTERVAL_MS = 60_000;

export interface PurgeWorker {
  start(): void;
  /** Waits for the purge under way. */
  stop(): Promise<void>;
}

/** Deletes, once a minute, what has expired; goes on at once while there is more. */
export function createPurgeWorker({
  store,
  clock,
  logger,
}: {
  store: Pick<Store, 'purgeExpired'>;
  clock: Clock;
  logger: Logger;
}): PurgeWorker {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let stopped = false;

  async function purge(): Promise<void> {
    try {
      for (let deleted = BATCH; deleted >= BATCH && !stopped; ) {
        deleted = await store.purgeExpired(Math.floor(clock()), BATCH);
        if (deleted > 0) logger.debug('expired_rows_purged', { deleted });
      }
    } catch (error) {
      logger.warn('purge_failed', { error });
    }
  }

  return Object.freeze({
    start() {
      timer = setInterval(() => {
        running = running.then(purge);
      }, INTERVAL_MS);
      timer.unref();
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  });
}
