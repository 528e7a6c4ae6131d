import { createQueueWorker, type QueueWorker, type SetTimer } from '../../queue-worker.js';
import { createLogoutDeliverer, type LogoutDeliveryOptions } from './logout-delivery.js';

export interface LogoutWorkerOptions extends LogoutDeliveryOptions {
  /** For tests: in place of `setTimeout`. */
  readonly setTimer?: SetTimer;
}

/** A client that does not answer holds a place for seconds: there must be others. */
const CONCURRENCY = 16;

/** Tells clients of logouts (OpenID Connect Back-Channel Logout 1.0): tries again with growing pauses, for a day. */
export function createLogoutWorker(options: LogoutWorkerOptions): QueueWorker {
  const { store, clock, logger, setTimer } = options;
  const { deliver, cancel } = createLogoutDeliverer(options);
  return createQueueWorker({
    name: 'logout',
    queue: store.oauth.logoutDeliveries,
    deliver,
    close: cancel,
    concurrency: CONCURRENCY,
    clock,
    logger,
    ...(setTimer === undefined ? {} : { setTimer }),
  });
}
