import type { Clock } from 'countersign';
import type { App } from '../../domain/app.js';
import { type Cookies, createCookies } from '../../http/cookies.js';
import type { HttpRequest } from '../../http/exchange.js';
import { contentSecurityPolicy } from '../../http/page-security.js';
import type { HttpHeaders } from '../../http/respond.js';
import type { AppService } from '../../services/app-service.js';
import type { SignInService } from '../../services/sign-in-service.js';
import type { Vault } from '../../services/vault.js';

export interface PageServices {
  readonly apps: AppService;
  readonly signIn: SignInService;
  readonly vault: Vault;
  /** Without a slash at its end. Every address that a page route redirects to starts with it (M8). */
  readonly issuer: string;
  readonly clock: Clock;
}

/** What all page routes of the sign-in share. */
export interface PageContext extends PageServices {
  readonly startCookie: AppCookie;
  readonly linkCookie: AppCookie;
}

/** A cookie that each app has its own of, so that two sign-ins in one browser do not disturb each other. */
export interface AppCookie {
  read(request: HttpRequest, app: App): string | undefined;
  set(app: App, value: string): string;
  clear(app: App): string;
}

function appCookie(cookies: Cookies, kind: string): AppCookie {
  const name = (app: App) => `${kind}-${app.id}`;
  return Object.freeze({
    read: (request: HttpRequest, app: App) => cookies.read(request, name(app)),
    set: (app: App, value: string) =>
      cookies.set(name(app), value, {
        maxAgeSeconds: Math.max(app.linkLifetimeSeconds, app.codeLifetimeSeconds),
      }),
    clear: (app: App) => cookies.clear(name(app)),
  });
}

export function createPageContext(services: PageServices): PageContext {
  const cookies = createCookies(services.issuer);
  return Object.freeze({
    ...services,
    /** Holds the request id: this browser asked for a sign-in. */
    startCookie: appCookie(cookies, 'start'),
    /** Holds the secret of the link that was opened, so that no address bar does (M11). */
    linkCookie: appCookie(cookies, 'link'),
  });
}

/**
 * Policy for pages whose form ends at the app. Chrome holds every redirect that follows a form to `form-action`, also
 * those that the app answers with itself. Naming only the origin of its redirect URL would stop a person on the way,
 * with the link used up, wherever an app's back end leads on to its front end at another origin. So the scheme of the
 * registered URL is named: https, or http for an app on loopback.
 */
export function mayLeadToApp(app: App): HttpHeaders {
  return {
    'content-security-policy': contentSecurityPolicy({
      formActionSources: [new URL(app.redirectUrl).protocol],
    }),
  };
}
