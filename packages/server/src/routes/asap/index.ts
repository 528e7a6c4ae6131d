/**
 * The ASAP key repository: public keys of services by their key id, read by everybody, changed by administrators and by
 * the service that the key id begins with. One endpoint a file.
 */
import type { Route } from '../../http/exchange.js';
import type { AsapServices } from './asap-services.js';
import { deleteKeyRoute } from './delete-key.js';
import { getKeyRoute } from './get-key.js';
import { putKeyRoute } from './put-key.js';

export function asapRoutes(services: AsapServices): readonly Route[] {
  return [getKeyRoute(services), putKeyRoute(services), deleteKeyRoute(services)];
}
