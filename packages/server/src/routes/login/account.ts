import type { HttpRequest, HttpResponse, Route } from '../../http/exchange.js';
import { page, seeOther } from '../../http/respond.js';
import { single } from '../../http/single.js';
import { renderAccountPage } from '../../pages/index.js';
import type { LoginSessions } from '../../services/oauth/sessions/login-sessions.js';
import { OWN_LOGOUT } from '../../services/oauth/sessions/logout-service.js';
import type { LogoutTickets } from '../../services/oauth/sessions/logout-tickets.js';
import { readDestination, writeDestination } from './destination.js';
import { createSessionCookie } from './session-cookie.js';

export interface AccountServices {
  readonly loginSessions: Pick<LoginSessions, 'find'>;
  readonly tickets: Pick<LogoutTickets, 'write' | 'nonce'>;
  readonly issuer: string;
}

export function accountRoutes({ loginSessions, tickets, issuer }: AccountServices): readonly Route[] {
  const cookie = createSessionCookie(issuer);
  const sessionOf = (request: HttpRequest) => loginSessions.find(cookie.read(request));
  return [
    { method: 'GET', pattern: '/login', kind: 'page', handle: enter },
    { method: 'GET', pattern: '/login/account', kind: 'page', handle: showAccount },
  ];

  /** Where others send people who have to sign in, whoever is signed in already; without a wish, the account page. */
  async function enter(request: HttpRequest): Promise<HttpResponse> {
    const destination = readDestination({ get: (name) => single(request.query, name) });
    if (destination === undefined) return seeOther(`${issuer}/login/account`);
    return seeOther(`${issuer}/login/sign-in?${new URLSearchParams(writeDestination(destination))}`);
  }

  /** Who is signed in here, and the way out. */
  async function showAccount(request: HttpRequest): Promise<HttpResponse> {
    const session = await sessionOf(request);
    if (session === undefined) return seeOther(`${issuer}/login/sign-in?return=account`);
    const ticket = tickets.write(OWN_LOGOUT);
    const nonce = tickets.nonce(session.sessionId, ticket);
    return page(
      200,
      renderAccountPage({ email: session.email, signedInAt: session.authenticatedAt, ticket, nonce }),
    );
  }
}
