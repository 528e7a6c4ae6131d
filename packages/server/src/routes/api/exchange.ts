import type { Route } from '../../http/exchange.js';
import { readJson, requireString } from '../../http/read-json.js';
import { pathParameter } from '../../http/router.js';
import type { ApiServices } from './api-services.js';
import { tokensAnswer } from './tokens-answer.js';

/** Exchanges the one-time code of delivery mode `code`: `{ "code" }` -> 200 `{ "idToken", "refreshToken"? }`. */
export function exchangeRoute({ apps, signIn }: Pick<ApiServices, 'apps' | 'signIn'>): Route {
  return {
    method: 'POST',
    pattern: '/:appId/exchange',
    kind: 'api',
    async handle(request, parameters) {
      const app = await apps.require(pathParameter(parameters, 'appId'));
      const code = requireString(await readJson(request), 'code');
      return tokensAnswer(await signIn.exchangeDeliveryCode(app, code));
    },
  };
}
