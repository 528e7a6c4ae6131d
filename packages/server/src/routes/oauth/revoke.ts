import type { Route } from '../../http/exchange.js';
import type { TokenRevocation } from '../../services/oauth/revocation.js';
import { readClientCall } from './client-call.js';
import { NEVER_STORED, oauthRoute } from './oauth-route.js';

/** Ends a token (RFC 7009): 200 without a body, for known, unknown and expired ones alike. */
export function revokeRoute({ revocation }: { readonly revocation: TokenRevocation }): Route {
  return oauthRoute('POST', '/revoke', async (request) => {
    await revocation.revoke(await readClientCall(request));
    return { status: 200, headers: NEVER_STORED, body: null };
  });
}
