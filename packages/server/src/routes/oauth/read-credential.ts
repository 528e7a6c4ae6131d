import type { HttpRequest } from '../../http/exchange.js';
import { isMediaType } from '../../http/media-type.js';

/** An access token in the one place where it may be; `malformed`: in another one, twice, or in no readable form. */
export type Credential =
  | { readonly scheme: 'bearer' | 'dpop'; readonly token: string }
  | 'missing'
  | 'malformed';

/** RFC 9110 section 11.1. */
const SCHEME = /^([\w!#$%&'*+.^`|~-]+)(?: +|$)/;
/** RFC 6750 section 2.1, `b64token`. */
const TOKEN = /^[\w.~+/-]+=*$/;
/** Two fields that were joined on their way: `Basic YTpi, Bearer a.b.c`. */
const MERGED = /,[ \t]*(?:bearer|dpop)[ \t]/i;

/** Of the header field alone: neither queries nor forms are a place for a token here (RFC 6750 section 2). */
export async function readCredential(request: HttpRequest): Promise<Credential> {
  if (request.query.has('access_token') || (await hasTokenInForm(request))) return 'malformed';
  const value = request.header('authorization');
  if (value === undefined) return 'missing';
  const [start, name] = SCHEME.exec(value) ?? [];
  if (start === undefined) return 'malformed';
  const scheme = name?.toLowerCase();
  if (scheme !== 'bearer' && scheme !== 'dpop') return MERGED.test(value) ? 'malformed' : 'missing';
  const token = value.slice(start.length);
  return TOKEN.test(token) ? { scheme, token } : 'malformed';
}

async function hasTokenInForm(request: HttpRequest): Promise<boolean> {
  if (request.method !== 'POST') return false;
  if (!isMediaType(request.header('content-type'), 'application/x-www-form-urlencoded')) return false;
  const form = new URLSearchParams(new TextDecoder().decode(await request.readBody()));
  return form.has('access_token');
}
