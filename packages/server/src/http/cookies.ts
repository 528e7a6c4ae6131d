import type { HttpRequest } from './exchange.js';
import { issuerPathOf } from './own-path.js';

/** Cookies of the pages: HttpOnly, SameSite=Lax, for the whole host (O27). */
export interface Cookies {
  /** Undefined if it is absent or given twice: a planted second one must not win over ours. */
  read(request: HttpRequest, name: string): string | undefined;
  /** Value of a `set-cookie` header. Throws a TypeError if `value` holds more than letters, digits, `-`, `.`, `_`, `~`. */
  set(name: string, value: string, options: { maxAgeSeconds: number }): string;
  /** Value of a `set-cookie` header that makes the browser forget the cookie. */
  clear(name: string): string;
}

/**
 * @param issuer the configured issuer URL. With https, names get the prefix `__Host-`, which no neighbouring host can
 *   set; browsers refuse that prefix over plain http, so that loopback development goes without. The prefix demands
 *   `Path=/`, so every path of the host sees these cookies: with a path in the issuer it is part of their names
 *   (`__Host-start+auth`), so that two authorities on one host do not take each other's.
 */
export function createCookies(issuer: string): Cookies {
  const isSecure = new URL(issuer).protocol === 'https:';
  const prefix = isSecure ? '__Host-' : '';
  const suffix = issuerPathOf(issuer).replaceAll('/', '+');
  const nameOf = (name: string) => `${prefix}${name}${suffix}`;
  const attributes = `; Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  return Object.freeze({
    read: (request: HttpRequest, name: string) => readCookie(request.header('cookie') ?? '', nameOf(name)),
    set(name: string, value: string, { maxAgeSeconds }: { maxAgeSeconds: number }) {
      if (!isPlainText(value))
        throw new TypeError(`the value of cookie ${name} needs characters it cannot hold`);
      return `${nameOf(name)}=${value}${attributes}; Max-Age=${Math.floor(maxAgeSeconds)}`;
    },
    clear: (name: string) => `${nameOf(name)}=${attributes}; Max-Age=0`,
  });
}

/** RFC 6265 section 5.4 order is not trusted: the name must occur once. */
function readCookie(header: string, name: string): string | undefined {
  let found: string | undefined;
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals < 0 || pair.slice(0, equals).trim() !== name) continue;
    if (found !== undefined) return undefined;
    found = pair.slice(equals + 1).trim();
  }
  return found;
}

function isPlainText(value: string): boolean {
  return /^[\w.~-]*$/.test(value);
}
