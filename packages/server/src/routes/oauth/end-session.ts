/** RP-Initiated Logout 1.0, and the person's own log-out page. */
import type { Clock } from 'countersign';
import type { LoginSession } from '../../domain/oauth/grant.js';
import { OauthError } from '../../domain/oauth/oauth-error.js';
import type { HttpRequest, HttpResponse, Route } from '../../http/exchange.js';
import { readForm } from '../../http/read-form.js';
import { page, seeOther } from '../../http/respond.js';
import { sameSecret } from '../../http/same-secret.js';
import { single } from '../../http/single.js';
import { withQuery } from '../../http/with-query.js';
import { renderLoggedOutPage, renderLogoutPage, renderLogoutProblemPage } from '../../pages/index.js';
import type { Parameters } from '../../services/oauth/oauth-services.js';
import type { LoginSessions } from '../../services/oauth/sessions/login-sessions.js';
import {
  type LogoutRequest,
  type LogoutService,
  meansSession,
  OWN_LOGOUT,
} from '../../services/oauth/sessions/logout-service.js';
import { createLogoutTickets, type LogoutTickets } from '../../services/oauth/sessions/logout-tickets.js';
import type { Vault } from '../../services/vault.js';
import { createSessionCookie, type SessionCookie } from '../login/session-cookie.js';
import { mayLeadTo } from '../pages/sign-in-door.js';
import { readFormParameters, toParameters } from './read-parameters.js';

export interface EndSessionServices {
  readonly logout: LogoutService;
  readonly loginSessions: Pick<LoginSessions, 'find' | 'end'>;
  readonly vault: Pick<Vault, 'mac'>;
  readonly clock: Clock;
  /** Without a slash at its end. */
  readonly issuer: string;
}

interface EndSessionContext extends EndSessionServices {
  readonly tickets: LogoutTickets;
  readonly cookie: SessionCookie;
}

/** `/end_session` for clients, and `/logout`, whose button ends the session. */
export function endSessionRoutes(services: EndSessionServices): readonly Route[] {
  const context: EndSessionContext = {
    ...services,
    tickets: createLogoutTickets(services),
    cookie: createSessionCookie(services.issuer),
  };
  return [endSession(context), postEndSession(context), showLogout(context), logOut(context)];
}

function endSession(context: EndSessionContext): Route {
  return {
    method: 'GET',
    pattern: '/end_session',
    kind: 'page',
    handle: (request) =>
      unlessWrong(async () => {
        const judged = await context.logout.judge(toParameters(request.query));
        return answer(context, request, judged);
      }),
  };
}

/**
 * Clients send the form from their own sites, and then browsers leave out our cookies. So what was judged is looked at
 * once more from here, as a link would be.
 */
function postEndSession({ logout, tickets, issuer }: EndSessionContext): Route {
  return {
    method: 'POST',
    pattern: '/end_session',
    kind: 'page',
    anyOrigin: true,
    handle: (request) =>
      unlessWrong(async () => {
        const parameters: Parameters = await readFormParameters(request);
        const ticket = tickets.write(await logout.judge(parameters));
        return seeOther(`${issuer}/logout?request=${ticket}`);
      }),
  };
}

function showLogout(context: EndSessionContext): Route {
  return {
    method: 'GET',
    pattern: '/logout',
    kind: 'page',
    async handle(request) {
      const judged = context.tickets.read(single(request.query, 'request') ?? '');
      return answer(context, request, judged ?? OWN_LOGOUT);
    },
  };
}

/** The button. It works for the session and the request of its page; a form that is merely sent gets the page again. */
function logOut(context: EndSessionContext): Route {
  const { tickets, loginSessions, cookie } = context;
  return {
    method: 'POST',
    pattern: '/logout',
    kind: 'page',
    async handle(request) {
      const form = await readForm(request);
      const ticket = form.get('request') ?? '';
      const judged = tickets.read(ticket) ?? OWN_LOGOUT;
      const session = await loginSessions.find(cookie.read(request));
      if (session === undefined) return loggedOut(context, request, judged);
      const isPressed =
        form.get('action') === 'logout' &&
        sameSecret(form.get('nonce') ?? '', tickets.nonce(session.sessionId, ticket));
      if (!isPressed) return confirmPage(context, judged, session);
      await loginSessions.end(session.sessionId);
      return loggedOut(context, request, judged);
    },
  };
}

/** Ends the session at once where the client has shown that it means this one; else its person is asked (row O28). */
async function answer(
  context: EndSessionContext,
  request: HttpRequest,
  judged: LogoutRequest,
): Promise<HttpResponse> {
  const { loginSessions, cookie } = context;
  const session = await loginSessions.find(cookie.read(request));
  if (session === undefined) return loggedOut(context, request, judged);
  if (!meansSession(judged, session) || isOnlyLooking(request)) return confirmPage(context, judged, session);
  await loginSessions.end(session.sessionId);
  return loggedOut(context, request, judged);
}

/** Programs that look at links, and browsers that load ahead. */
function isOnlyLooking(request: HttpRequest): boolean {
  return request.method !== 'GET' || request.header('sec-purpose') !== undefined;
}

function confirmPage(
  { tickets }: EndSessionContext,
  judged: LogoutRequest,
  { email, sessionId }: LoginSession,
): HttpResponse {
  const { clientName, redirectUri } = judged;
  // Anew: the page may stay open for as long as any.
  const ticket = tickets.write(judged);
  const markup = renderLogoutPage({ clientName, email, ticket, nonce: tickets.nonce(sessionId, ticket) });
  return page(200, markup, redirectUri === null ? {} : mayLeadTo(redirectUri));
}

function loggedOut(
  { cookie }: EndSessionContext,
  request: HttpRequest,
  { redirectUri, state, clientName }: LogoutRequest,
): HttpResponse {
  const headers = { 'set-cookie': [cookie.clear()], 'cache-control': 'no-store' };
  if (redirectUri === null) return page(200, renderLoggedOutPage({ clientName }), headers);
  const location =
    state === null ? redirectUri : withQuery(redirectUri, new URLSearchParams({ state }).toString());
  // After a form 303, so that nobody sends the form on (row O10).
  return { status: request.method === 'POST' ? 303 : 302, headers: { ...headers, location }, body: null };
}

/** A person is told: where the request is wrong, so may be the address to return to. */
async function unlessWrong(work: () => Promise<HttpResponse>): Promise<HttpResponse> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OauthError) return page(400, renderLogoutProblemPage());
    throw error;
  }
}
