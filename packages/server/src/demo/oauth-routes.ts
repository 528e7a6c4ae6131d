/** The demo as an application that speaks OpenID Connect, with the authority as its provider. Development only. */
import type { Clock } from 'countersign';
import type { HttpRequest, HttpResponse, Route, RouteHandler } from '../http/exchange.js';
import { contentSecurityPolicy } from '../http/page-security.js';
import { page, seeOther } from '../http/respond.js';
import { DEMO_CLIENT_ID, demoClientUrl, demoOauthUrl } from './demo-client.js';
import { renderDemoProblem } from './demo-pages.js';
import { createDemoSessions } from './demo-sessions.js';
import { renderOauthAccount, renderOauthHome } from './oauth-pages.js';
import {
  createRelyingParty,
  RelyingPartyError,
  type SignedInUser,
  type SignInAttempt,
} from './relying-party.js';
import { underOneName } from './under-one-name.js';

type OauthSession =
  | { readonly kind: 'waiting'; readonly attempt: SignInAttempt }
  | { readonly kind: 'signed-in'; readonly user: SignedInUser };

/**
 * @param options.issuer the authority's URL
 * @param options.mailbox whether mails end up in the development mailbox; else people look into their own
 * @param options.fetch how the demo reaches the authority; default: the global one
 */
export function demoOauthRoutes(options: {
  issuer: string;
  mailbox: boolean;
  fetch?: typeof globalThis.fetch;
  clock?: Clock;
}): Route[] {
  const { issuer, mailbox, fetch = globalThis.fetch, clock } = options;
  const mailboxUrl = mailbox ? `${issuer}/mailbox` : null;
  const url = demoOauthUrl(issuer);
  const sessions = createDemoSessions<OauthSession>(issuer, 'demo-oauth-session');
  const relyingParty = createRelyingParty({
    ...{ issuer, fetch, clock, clientId: DEMO_CLIENT_ID },
    redirectUri: `${url}/callback`,
    postLogoutRedirectUri: url,
  });

  const redirect = (location: string, cookie?: string) =>
    seeOther(location, cookie === undefined ? {} : { 'set-cookie': [cookie] });

  async function showHome(request: HttpRequest): Promise<HttpResponse> {
    const session = sessions.find(request);
    if (session?.kind !== 'signed-in') return page(200, renderOauthHome({ mailboxUrl }));
    // Its form leads over here to the authority, which is another origin.
    const policy = contentSecurityPolicy({ formActionSources: [new URL(issuer).origin] });
    return page(200, renderOauthAccount(session.user), { 'content-security-policy': policy });
  }

  async function begin(request: HttpRequest): Promise<HttpResponse> {
    const { location, attempt } = relyingParty.begin();
    return redirect(location, sessions.start(request, { kind: 'waiting', attempt }));
  }

  async function finish(request: HttpRequest): Promise<HttpResponse> {
    const session = sessions.find(request);
    if (session?.kind !== 'waiting') return redirect(url);
    // Whatever comes of it, an attempt is good once.
    sessions.end(request);
    const user = await relyingParty.finish(request.query, session.attempt);
    return redirect(url, sessions.start(request, { kind: 'signed-in', user }));
  }

  async function logOut(request: HttpRequest): Promise<HttpResponse> {
    const session = sessions.find(request);
    const cookie = sessions.end(request);
    if (session?.kind !== 'signed-in') return redirect(url, cookie);
    return redirect(relyingParty.logoutLocation(session.user.idToken), cookie);
  }

  const routes = [
    route('GET', '/demo/oauth', showHome),
    route('GET', '/demo/oauth/start', begin),
    route('GET', '/demo/oauth/callback', finish),
    // Its own pages are of another origin than the authority's; browsers leave its cookie out where others send the form.
    { ...route('POST', '/demo/oauth/log-out', logOut), anyOrigin: true as const },
  ];
  return underOneName(routes, { home: demoClientUrl(issuer), other: issuer });
}

/** What goes wrong at the authority, or on the way there, becomes a page that says so. */
function route(method: Route['method'], pattern: string, handle: RouteHandler): Route {
  return {
    method,
    pattern,
    kind: 'page',
    async handle(request, parameters) {
      try {
        return await handle(request, parameters);
      } catch (error) {
        if (!(error instanceof RelyingPartyError)) throw error;
        return page(401, renderDemoProblem({ message: error.message, startOver: '/demo/oauth' }));
      }
    },
  };
}
