import type { Route } from '../../http/exchange.js';
import { readJson, requireString } from '../../http/read-json.js';
import { json } from '../../http/respond.js';
import { pathParameter } from '../../http/router.js';
import type { ApiServices } from './api-services.js';

/**
 * Asks for a sign-in mail: `{ "email" }` -> 200 `{ "requestId" }`, the same whether or not anybody has the address (M5).
 * The original clients ignore the body (JAM-2); ours finishes with the request id and the typed code.
 */
export function authenticateRoute({ apps, signIn }: Pick<ApiServices, 'apps' | 'signIn'>): Route {
  return {
    method: 'POST',
    pattern: '/:appId/authenticate',
    kind: 'api',
    async handle(request, parameters) {
      const app = await apps.require(pathParameter(parameters, 'appId'));
      const email = requireString(await readJson(request), 'email');
      const { requestId } = await signIn.start(app, email, {
        clientIp: request.clientIp,
        unverifiedUserAgent: request.header('user-agent'),
      });
      return json(200, { requestId });
    },
  };
}
