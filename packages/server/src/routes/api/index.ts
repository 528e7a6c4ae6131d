/**
 * The JSON API that apps and the original clients call: one endpoint a file. Each finds the app, reads its input,
 * calls a service and answers. No SQL, no cryptography.
 */
import type { Route } from '../../http/exchange.js';
import type { ApiServices } from './api-services.js';
import { authenticateRoute } from './authenticate.js';
import { codeRoute } from './code.js';
import { deleteAllRefreshTokensRoute } from './delete-all-refresh-tokens.js';
import { deleteRefreshTokenRoute } from './delete-refresh-token.js';
import { exchangeRoute } from './exchange.js';
import { jwksRoute } from './jwks.js';
import { refreshRoute } from './refresh.js';
import { verifyRoute } from './verify.js';

export function apiRoutes(services: ApiServices): readonly Route[] {
  return [
    authenticateRoute(services),
    codeRoute(services),
    exchangeRoute(services),
    verifyRoute(services),
    refreshRoute(services),
    deleteRefreshTokenRoute(services),
    deleteAllRefreshTokensRoute(services),
    jwksRoute(services),
  ];
}
