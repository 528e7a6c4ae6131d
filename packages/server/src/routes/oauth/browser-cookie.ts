import { createCookies } from '../../http/cookies.js';
import type { HttpRequest } from '../../http/exchange.js';
import { TRANSACTION_LIFETIME_SECONDS } from '../../services/oauth/authorize/authorization-service.js';

/** Ties authorization requests to the browser that began them (rows M10 and O25). */
export interface BrowserCookie {
  read(request: HttpRequest): string | undefined;
  set(browser: string): string;
}

const NAME = 'countersign-browser';

/** @param issuer with https the cookie is `__Host-countersign-browser` */
export function createBrowserCookie(issuer: string): BrowserCookie {
  const cookies = createCookies(issuer);
  return Object.freeze({
    read: (request: HttpRequest) => cookies.read(request, NAME),
    set: (browser: string) => cookies.set(NAME, browser, { maxAgeSeconds: TRANSACTION_LIFETIME_SECONDS }),
  });
}
