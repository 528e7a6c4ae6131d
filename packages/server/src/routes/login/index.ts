/** People sign in to the authority itself, on the same pages by which they sign in to an app. */
import type { Clock } from 'countersign';
import type { App } from '../../domain/app.js';
import type { Route } from '../../http/exchange.js';
import type { SignInTransactions } from '../../services/oauth/oauth-services.js';
import type { LoginSessions } from '../../services/oauth/sessions/login-sessions.js';
import { createLogoutTickets } from '../../services/oauth/sessions/logout-tickets.js';
import { createPersonLogin } from '../../services/oauth/sessions/person-login.js';
import type { SignInService } from '../../services/sign-in-service.js';
import type { Vault } from '../../services/vault.js';
import { createSignInCookies } from '../pages/sign-in-cookies.js';
import { signInRoutes } from '../pages/sign-in-routes.js';
import { accountRoutes } from './account.js';
import { createLoginDoor } from './login-door.js';

export interface LoginServices {
  /** The app of the authority itself (`ensureAuthorityApp`). */
  readonly app: App;
  readonly signIn: SignInService;
  readonly loginSessions: LoginSessions;
  /** What leads people here. */
  readonly authorization: SignInTransactions;
  readonly vault: Pick<Vault, 'mac'>;
  readonly clock: Clock;
  /** Without a slash at its end. */
  readonly issuer: string;
}

/** `/login` and the pages beneath it. */
export function loginRoutes(services: LoginServices): readonly Route[] {
  const { app, signIn, loginSessions, authorization, vault, clock, issuer } = services;
  const cookies = createSignInCookies(issuer);
  const personLogin = createPersonLogin({ app, signIn, loginSessions });
  const door = createLoginDoor({ app, personLogin, loginSessions, authorization, issuer, cookies });
  const tickets = createLogoutTickets({ vault, clock });
  return [
    ...accountRoutes({ loginSessions, tickets, issuer }),
    ...signInRoutes({ door, signIn, vault, clock, cookies }),
  ];
}
