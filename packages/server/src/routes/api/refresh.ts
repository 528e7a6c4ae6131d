import type { Route } from '../../http/exchange.js';
import { readJson, requireString } from '../../http/read-json.js';
import { json } from '../../http/respond.js';
import { pathParameter } from '../../http/router.js';
import type { ApiServices } from './api-services.js';

/** A new ID token: `{ "refreshToken" }` -> 200 `{ "idToken" }`. The refresh token stays as it is (JAM-9). */
export function refreshRoute({ apps, tokens }: Pick<ApiServices, 'apps' | 'tokens'>): Route {
  return {
    method: 'POST',
    pattern: '/:appId/refresh',
    kind: 'api',
    async handle(request, parameters) {
      const app = await apps.require(pathParameter(parameters, 'appId'));
      const refreshToken = requireString(await readJson(request), 'refreshToken');
      const { idToken } = await tokens.refresh(app, refreshToken);
      return json(200, { idToken });
    },
  };
}
