import type { Route } from '../../http/exchange.js';
import { readJson, requireString } from '../../http/read-json.js';
import { json } from '../../http/respond.js';
import { pathParameter } from '../../http/router.js';
import type { ApiServices } from './api-services.js';

/** Says whether an ID token is good: `{ "idToken" }` -> 200 `{}`, 400 if it is none at all, 401 if it is not valid (JAM-8). */
export function verifyRoute({ apps, tokens }: Pick<ApiServices, 'apps' | 'tokens'>): Route {
  return {
    method: 'POST',
    pattern: '/:appId/verify',
    kind: 'api',
    async handle(request, parameters) {
      const app = await apps.require(pathParameter(parameters, 'appId'));
      await tokens.verifyIdToken(app, requireString(await readJson(request), 'idToken'));
      return json(200, {});
    },
  };
}
