import type { Route } from '../../http/exchange.js';
import { noContent } from '../../http/respond.js';
import { pathParameter } from '../../http/router.js';
import type { ApiServices } from './api-services.js';
import { authenticatePerson } from './authenticate-person.js';

/** Forgets one refresh token of the person whose ID token is presented: 204 (JAM-10, JAM-12). */
export function deleteRefreshTokenRoute({ apps, tokens }: Pick<ApiServices, 'apps' | 'tokens'>): Route {
  return {
    method: 'DELETE',
    pattern: '/:appId/user/refresh/:refreshToken',
    kind: 'api',
    async handle(request, parameters) {
      const app = await apps.require(pathParameter(parameters, 'appId'));
      const person = await authenticatePerson(request, app, tokens);
      await tokens.deleteRefreshToken(app, person, pathParameter(parameters, 'refreshToken'));
      return noContent();
    },
  };
}
