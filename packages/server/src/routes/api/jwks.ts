import { matchesEtag } from '../../http/etag.js';
import type { Route } from '../../http/exchange.js';
import { pathParameter } from '../../http/router.js';
import { KEY_SET_MAX_AGE_SECONDS } from '../../services/key-rotation.js';
import type { ApiServices } from './api-services.js';

/** The app's public keys (RFC 7517), current first because an original client reads only `keys[0]` (JAM-5, JAM-20). */
export function jwksRoute({ apps, tokens }: Pick<ApiServices, 'apps' | 'tokens'>): Route {
  return {
    method: 'GET',
    pattern: '/:appId/.well-known/jwks.json',
    kind: 'api',
    async handle(request, parameters) {
      const app = await apps.require(pathParameter(parameters, 'appId'));
      const { json, etag } = await tokens.publicKeySet(app);
      const headers = { etag, 'cache-control': `public, max-age=${KEY_SET_MAX_AGE_SECONDS}` };
      if (matchesEtag(request.header('if-none-match'), etag)) return { status: 304, headers, body: null };
      return { status: 200, headers: { ...headers, 'content-type': 'application/json' }, body: json };
    },
  };
}
