import type { Route } from '../../http/exchange.js';
import { noContent } from '../../http/respond.js';
import { pathParameter } from '../../http/router.js';
import type { ApiServices } from './api-services.js';
import { authenticatePerson } from './authenticate-person.js';

/** Forgets every refresh token that the person has for the app: 204 (JAM-11). */
export function deleteAllRefreshTokensRoute({ apps, tokens }: Pick<ApiServices, 'apps' | 'tokens'>): Route {
  return {
    method: 'DELETE',
    pattern: '/:appId/user/refresh',
    kind: 'api',
    async handle(request, parameters) {
      const app = await apps.require(pathParameter(parameters, 'appId'));
      await tokens.deleteAllRefreshTokens(app, await authenticatePerson(request, app, tokens));
      return noContent();
    },
  };
}
