import { createCookies } from '../../http/cookies.js';
import type { HttpRequest } from '../../http/exchange.js';

/** The secret of a login session in its browser (row O27). */
export interface SessionCookie {
  read(request: HttpRequest): string | undefined;
  set(secret: string, maxAgeSeconds: number): string;
  clear(): string;
}

const NAME = 'countersign-session';

/** @param issuer with https the cookie is `__Host-countersign-session` */
export function createSessionCookie(issuer: string): SessionCookie {
  const cookies = createCookies(issuer);
  return Object.freeze({
    read: (request: HttpRequest) => cookies.read(request, NAME),
    set: (secret: string, maxAgeSeconds: number) => cookies.set(NAME, secret, { maxAgeSeconds }),
    clear: () => cookies.clear(NAME),
  });
}
