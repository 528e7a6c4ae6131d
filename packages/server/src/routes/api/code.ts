import type { Route } from '../../http/exchange.js';
import { readJson, requireString } from '../../http/read-json.js';
import { pathParameter } from '../../http/router.js';
import type { ApiServices } from './api-services.js';
import { tokensAnswer } from './tokens-answer.js';

/** Finishes a sign-in with the typed code: `{ "requestId", "code" }` -> 200 `{ "idToken", "refreshToken"? }` (M7). */
export function codeRoute({ apps, signIn }: Pick<ApiServices, 'apps' | 'signIn'>): Route {
  return {
    method: 'POST',
    pattern: '/:appId/code',
    kind: 'api',
    async handle(request, parameters) {
      const app = await apps.require(pathParameter(parameters, 'appId'));
      const body = await readJson(request);
      const requestId = requireString(body, 'requestId');
      const { delivery } = await signIn.finishWithCode(app, requestId, requireString(body, 'code'), 'api');
      if (delivery.kind !== 'tokens') throw new TypeError('the api is answered with tokens');
      return tokensAnswer(delivery);
    },
  };
}
