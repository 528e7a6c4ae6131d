import type { Route } from '../http/exchange.js';
import { single } from '../http/single.js';
import { type DemoContext, demoRoute } from './demo-context.js';
import { signedIn } from './signed-in.js';

/** The demo's redirect URL: the authority sends the tokens here, in the query. */
export function callback(context: DemoContext): Route {
  return demoRoute('GET', '/demo/callback', async (request) =>
    signedIn(context, request, {
      idToken: single(request.query, 'idToken') ?? '',
      refreshToken: single(request.query, 'refreshToken') ?? null,
    }),
  );
}
