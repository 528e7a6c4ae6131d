import type { DpopNonces } from 'countersign/dpop';
import type { Route } from '../../http/exchange.js';

/**
 * The route, with a nonce for the next proof in every answer to a request that came with one (RFC 9449 section 8.2). For
 * /token, /par and /userinfo.
 */
export function withDpopNonce(route: Route, nonces: Pick<DpopNonces, 'issue'>): Route {
  return {
    ...route,
    async handle(request, parameters) {
      const response = await route.handle(request, parameters);
      if (request.header('dpop') === undefined) return response;
      return { ...response, headers: { 'dpop-nonce': nonces.issue(), ...response.headers } };
    },
  };
}
