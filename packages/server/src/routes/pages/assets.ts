import { Refusal } from '../../domain/refusal.js';
import { assetResponse } from '../../http/assets.js';
import type { Route } from '../../http/exchange.js';

/** The stylesheet and the other files of the pages. */
export function showAsset(): Route {
  return {
    method: 'GET',
    pattern: '/assets/:file',
    kind: 'page',
    async handle(request, { file }) {
      const response = assetResponse(request, file);
      if (response === undefined) throw new Refusal('not_found');
      return response;
    },
  };
}
