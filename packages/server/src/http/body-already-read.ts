import type { Logger } from '../domain/logger.js';
import { Refusal } from '../domain/refusal.js';

/**
 * A surrounding server took the body before the authority could. What its parser made of it is of no use here: it has
 * dropped what must be refused, such as parameters that were sent twice. Said in the log and to the caller, because it is
 * a mistake of whoever mounts the authority and shows at the first form.
 */
export function refuseReadBody(logger: Logger): Refusal {
  const advice =
    'Something read the body before the authority did. Mount the authority before every body parser, or keep parsers off its path.';
  logger.error('body_already_read', { advice });
  return new Refusal('internal_error', { message: advice });
}
