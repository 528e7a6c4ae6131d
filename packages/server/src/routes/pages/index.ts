/**
 * The pages of the sign-in, one endpoint a file. May import services (types), pages, http and domain; parses, calls a
 * service, answers with a page. The guard against forms from elsewhere is the request handler's, for every route of
 * kind `page`.
 */
import { type Clock, systemClock } from 'countersign';
import type { Route } from '../../http/exchange.js';
import type { AppService } from '../../services/app-service.js';
import type { SignInService } from '../../services/sign-in-service.js';
import type { Vault } from '../../services/vault.js';
import { createAppDoor } from './app-door.js';
import { showAsset } from './assets.js';
import { createSignInCookies } from './sign-in-cookies.js';
import { signInRoutes } from './sign-in-routes.js';

export interface PageServices {
  readonly apps: AppService;
  readonly signIn: SignInService;
  readonly vault: Vault;
  /** Without a slash at its end. */
  readonly issuer: string;
  readonly clock: Clock;
}

export function pageRoutes(
  services: Omit<PageServices, 'clock'> & Partial<Pick<PageServices, 'clock'>>,
): Route[] {
  const { apps, signIn, vault, issuer, clock = systemClock } = services;
  const cookies = createSignInCookies(issuer);
  const door = createAppDoor({ apps, signIn, issuer, cookies });
  return [...signInRoutes({ door, signIn, vault, clock, cookies }), showAsset()];
}
