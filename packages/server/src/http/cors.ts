/**
 * The JSON API is open to every origin: it knows no cookie, and whoever calls it brings his own secret. Errors carry
 * the same headers, or browsers would hide them from the app that has to react (JAM-18).
 */
import type { HttpResponse } from './exchange.js';
import { type HttpHeaders, noContent } from './respond.js';

/** Headers that the request handler puts on every answer of an API route; a route overrides one by setting it. */
export const apiHeaders: HttpHeaders = Object.freeze({
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'retry-after, www-authenticate, dpop-nonce',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
});

const PREFLIGHT_SECONDS = 24 * 60 * 60;

/** The answer to OPTIONS, for the methods that the path has. */
export function preflight(methods: readonly string[]): HttpResponse {
  return noContent({
    allow: [...methods, 'OPTIONS'].join(', '),
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': 'content-type, authorization, dpop',
    'access-control-max-age': String(PREFLIGHT_SECONDS),
  });
}
