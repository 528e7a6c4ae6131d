import type { Route } from '../../http/exchange.js';
import { json } from '../../http/respond.js';
import type { Introspection } from '../../services/oauth/introspection.js';
import { readClientCall } from './client-call.js';
import { NEVER_STORED, oauthRoute } from './oauth-route.js';

/** What a token is good for (RFC 7662): 200 with `active` and, if it is, what else there is to say. */
export function introspectRoute({ introspection }: { readonly introspection: Introspection }): Route {
  return oauthRoute('POST', '/introspect', async (request) =>
    json(200, await introspection.introspect(await readClientCall(request)), NEVER_STORED),
  );
}
