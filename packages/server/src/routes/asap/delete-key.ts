import { readBearer } from '../../http/bearer.js';
import type { Route } from '../../http/exchange.js';
import { noContent } from '../../http/respond.js';
import type { AsapServices } from './asap-services.js';
import { keyIdOf } from './key-id-of.js';

/** Revokes the key for good: 204, also if it was revoked before, so that whoever got no answer can ask again. */
export function deleteKeyRoute({ keys, publishers }: AsapServices): Route {
  return {
    method: 'DELETE',
    pattern: '/asap/*kid',
    kind: 'api',
    async handle(request, parameters) {
      const kid = keyIdOf(request, parameters);
      await publishers.authorize(readBearer(request.header('authorization')), kid);
      await keys.revoke(kid);
      return noContent();
    },
  };
}
