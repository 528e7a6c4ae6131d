/** What protects pages: headers of every answer of a page route (M11, O26) and the guard of their forms (O25). */
import type { HttpRequest } from './exchange.js';
import type { HttpHeaders } from './respond.js';

/**
 * Content-Security-Policy of a page: nothing but our own style sheet, scripts and images.
 * @param formActionSources where the page's forms may lead besides here. Chrome holds a redirect after a POST to
 *   `form-action` as well, so a page whose form ends at an app names the scheme of the app's redirect URL.
 */
export function contentSecurityPolicy({
  formActionSources = [],
}: {
  formActionSources?: readonly string[];
} = {}): string {
  return [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ["form-action 'self'", ...formActionSources].join(' '),
  ].join('; ');
}

/**
 * Headers that the request handler puts on every answer of a page route; a route overrides one by setting it.
 * @param issuer the configured issuer URL; with https, browsers are told to stay there.
 */
export function pageSecurityHeaders(issuer: string): HttpHeaders {
  return Object.freeze({
    'content-security-policy': contentSecurityPolicy(),
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    ...(new URL(issuer).protocol === 'https:' ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  });
}

/**
 * Whether a form was sent by one of our own pages.
 *
 * `Origin: null` alone is refused, but our pages send it themselves: under `Referrer-Policy: no-referrer` browsers
 * put `null` into the Origin of a form (Fetch, "append a request Origin header"). `Sec-Fetch-Site`, which no script
 * can set and which says `cross-site` for a sandboxed frame, tells those from foreign ones.
 */
export function isSameOriginPost(request: HttpRequest, issuerOrigin: string): boolean {
  const origin = request.header('origin');
  const site = request.header('sec-fetch-site');
  if (site === undefined) return origin === issuerOrigin;
  if (site !== 'same-origin' && site !== 'none') return false;
  return origin === undefined || origin === 'null' || origin === issuerOrigin;
}
