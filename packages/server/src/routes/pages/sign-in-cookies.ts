import type { App } from '../../domain/app.js';
import { type Cookies, createCookies } from '../../http/cookies.js';
import type { HttpRequest } from '../../http/exchange.js';

/** A cookie that each app has its own of, so that two sign-ins in one browser do not disturb each other. */
export interface AppCookie {
  read(request: HttpRequest, app: App): string | undefined;
  set(app: App, value: string): string;
  clear(app: App): string;
}

/** What a browser keeps of a sign-in under way. */
export interface SignInCookies {
  /** Holds the request id: this browser asked for a sign-in. */
  readonly start: AppCookie;
  /** Holds the secret of the link that was opened, so that no address bar does (M11). */
  readonly link: AppCookie;
  /** `set-cookie` values that end the sign-in in this browser. */
  clear(app: App): readonly string[];
}

export function createSignInCookies(issuer: string): SignInCookies {
  const cookies = createCookies(issuer);
  const [start, link] = [createAppCookie(cookies, 'start'), createAppCookie(cookies, 'link')];
  return Object.freeze({ start, link, clear: (app: App) => [start.clear(app), link.clear(app)] });
}

/** Lives as long as a sign-in can be finished. */
export function createAppCookie(cookies: Cookies, kind: string): AppCookie {
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
