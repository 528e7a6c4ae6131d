import type { Route } from '../../http/exchange.js';
import { json } from '../../http/respond.js';
import type { PushedRequests } from '../../services/oauth/authorize/pushed-requests.js';
import { readClientCall } from './client-call.js';
import { NEVER_STORED, oauthRoute } from './oauth-route.js';
import { readProofs } from './read-proofs.js';

/** Authorization requests pushed ahead: 201 with the members of RFC 9126 section 2.2. */
export function parRoute({ pushedRequests }: { readonly pushedRequests: PushedRequests }): Route {
  return oauthRoute('POST', '/par', async (request) => {
    const { requestUri, expiresIn } = await pushedRequests.push({
      ...(await readClientCall(request)),
      proofs: readProofs(request),
    });
    return json(201, { request_uri: requestUri, expires_in: expiresIn }, NEVER_STORED);
  });
}
