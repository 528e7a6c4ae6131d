/** What somebody who is logged in can see and do. */
import { SignInError } from 'countersign/sign-in';
import type { HttpRequest, HttpResponse, Route } from '../http/exchange.js';
import { page } from '../http/respond.js';
import { type DemoContext, demoRoute, redirectTo } from './demo-context.js';
import { renderDemoAccount } from './demo-pages.js';
import type { SignedInSession } from './demo-sessions.js';
import { signedIn } from './signed-in.js';

/** A route for people who are logged in; everybody else is led to the front page. */
function accountRoute(
  context: DemoContext,
  [method, pattern]: readonly [Route['method'], string],
  handle: (session: SignedInSession, request: HttpRequest) => Promise<HttpResponse>,
): Route {
  return demoRoute(method, pattern, async (request) => {
    const session = context.sessions.find(request);
    return session?.kind === 'signed-in' ? handle(session, request) : redirectTo(context, '/demo');
  });
}

export function showAccount(context: DemoContext): Route {
  return accountRoute(context, ['GET', '/demo/account'], async ({ person, refreshToken }) =>
    page(200, renderDemoAccount({ person, canRefresh: refreshToken !== null })),
  );
}

export function refresh(context: DemoContext): Route {
  return accountRoute(context, ['POST', '/demo/refresh'], async ({ refreshToken }, request) => {
    if (refreshToken === null) return redirectTo(context, '/demo/account');
    const idToken = await context.client.refreshIdToken(refreshToken);
    return signedIn(context, request, { idToken, refreshToken });
  });
}

/** Ends the session whatever the authority says; a token that it does not know any more needs no deleting. */
async function logOut(
  context: DemoContext,
  request: HttpRequest,
  deleteTokens: () => Promise<void>,
): Promise<HttpResponse> {
  const cookie = context.sessions.end(request);
  try {
    await deleteTokens();
  } catch (error) {
    const isGone =
      error instanceof SignInError && (error.reason === 'unauthorized' || error.reason === 'not_found');
    if (!isGone) throw error;
  }
  return redirectTo(context, '/demo', cookie);
}

export function logOutHere(context: DemoContext): Route {
  return accountRoute(context, ['POST', '/demo/log-out'], ({ idToken, refreshToken }, request) =>
    logOut(context, request, async () => {
      if (refreshToken !== null) await context.client.deleteRefreshToken(idToken, refreshToken);
    }),
  );
}

export function logOutEverywhere(context: DemoContext): Route {
  return accountRoute(context, ['POST', '/demo/log-out-everywhere'], ({ idToken }, request) =>
    logOut(context, request, () => context.client.deleteAllRefreshTokens(idToken)),
  );
}
