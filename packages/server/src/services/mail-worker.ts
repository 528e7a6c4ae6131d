import { createMailDelivery, type MailDeliveryOptions } from './mail-delivery.js';
import { createQueueWorker, type QueueWorker, type SetTimer } from './queue-worker.js';

export type { SetTimer } from './queue-worker.js';

/** Its `stop` closes the transport. */
export type MailWorker = QueueWorker;

export interface MailWorkerOptions extends MailDeliveryOptions {
  /** For tests: in place of `setTimeout`. */
  readonly setTimer?: SetTimer;
}

/**
 * Empties the queue of mails: tries again with growing pauses until a mail expires, drops what is refused for good.
 * Events carry ids and codes, never an address or a text.
 */
export function createMailWorker(options: MailWorkerOptions): MailWorker {
  const { store, transport, clock, logger, setTimer } = options;
  return createQueueWorker({
    name: 'mail',
    queue: store.mail,
    deliver: createMailDelivery(options),
    close: () => transport.close(),
    clock,
    logger,
    ...(setTimer === undefined ? {} : { setTimer }),
  });
}
