/**
 * Where the token of a request is: in its Authorization header, or in the cookie that was configured; nowhere else, and
 * in one place only (row C17; RFC 6750 section 2). Verifies nothing.
 */
import type { ValueRule } from '../core/options.js';
import { describe } from '../core/options.js';
import { extractBearerToken } from '../tokens/asap/bearer-token.js';
import type { GateRequest } from './gate-request.js';

/**
 * - `missing`: no credential, or one of another scheme.
 * - `malformed`: two of them, or none that can be read in one way only.
 */
export type Credential =
  | { readonly scheme: 'bearer' | 'dpop'; readonly token: string }
  | 'missing'
  | 'malformed';

export type CredentialReader = (request: GateRequest) => Credential;

export interface CredentialOptions {
  /** Name of the cookie in which a token may come; null for none. Whoever names one must keep other sites from using it. */
  readonly cookie: string | null;
  /** A header that cannot be read counts as none, and exactly one space follows the scheme (row ASAP-30). */
  readonly malformedIsMissing: boolean;
  /** Default false: `DPoP` is a scheme like any other that is not accepted. */
  readonly acceptsDpop?: boolean | undefined;
}

const BEARER = 'Bearer ';
const SPACE = 0x20;

/** RFC 9110 section 11.1: a scheme is a token. */
const SCHEME = /^([\w!#$%&'*+.^`|~-]+)(?: +|$)/;

/** Two fields that were merged on their way: `Basic YTpi, Bearer a.b.c`. */
const MERGED = /,[ \t]*(?:bearer|dpop)[ \t]/i;

/** RFC 6750 section 2.1, `b64token`. */
const NO_TOKEN_CHARACTER = /[^\w.~+/-]/;

/** For options: a cookie name (RFC 6265 section 4.1.1). */
export const aCookieName: ValueRule = (value) =>
  typeof value === 'string' && /^[\w!#$%&'*+.^`|~-]{1,128}$/.test(value)
    ? undefined
    : `must be the name of a cookie, not ${describe(value)}`;

/**
 * Reads credentials. A parameter `access_token` in the query is never a place to take a token from, and the body is
 * never looked at; but a token that came in the query, too, was sent twice, and that is malformed.
 *
 * The characters of a token in the header are not looked at: {@link isTokenText} does, and is called for tokens that were
 * not verified at once, since on long tokens it takes longer than everything here.
 */
export function createCredentialReader(options: CredentialOptions): CredentialReader {
  const { cookie, malformedIsMissing, acceptsDpop = false } = options;
  return (request) => {
    const values = request.headers('authorization');
    const inHeader = malformedIsMissing ? readAsapHeader(values) : readHeader(values, acceptsDpop);
    const inCookie = cookie === null ? 'missing' : readCookie(request.headers('cookie'), cookie);
    const inQuery = countQueryTokens(request.url);
    if (inHeader === 'malformed' || inCookie === 'malformed' || inQuery > 1) return 'malformed';
    const found = inHeader === 'missing' ? inCookie : inHeader;
    if (found === 'missing') return 'missing';
    const isAlone = inQuery === 0 && (inHeader === 'missing' || inCookie === 'missing');
    return isAlone ? found : 'malformed';
  };
}

/** Whether a text is one token by its characters (RFC 6750 section 2.1); else its header is malformed. */
export function isTokenText(token: string): boolean {
  const padding = token.indexOf('=');
  const text = padding < 0 ? token : token.slice(0, padding);
  const isPadded = padding < 0 || /^=+$/.test(token.slice(padding));
  return isPadded && text !== '' && !NO_TOKEN_CHARACTER.test(text);
}

function readHeader(values: readonly string[], acceptsDpop: boolean): Credential {
  const [value] = values;
  if (value === undefined) return 'missing';
  if (values.length > 1) return 'malformed';
  // As nearly all write it. Half as long as startsWith takes.
  if (value.slice(0, BEARER.length) === BEARER) return credential('bearer', value.slice(BEARER.length));
  const [start, name] = SCHEME.exec(value) ?? [];
  if (start === undefined) return 'malformed';
  const scheme = name?.toLowerCase();
  if (scheme === 'bearer' || (scheme === 'dpop' && acceptsDpop))
    return credential(scheme, value.slice(start.length));
  return MERGED.test(value) ? 'malformed' : 'missing';
}

/** @param rest of the header after its scheme and one space */
function credential(scheme: 'bearer' | 'dpop', rest: string): Credential {
  const token = rest.charCodeAt(0) === SPACE ? rest.replace(/^ +/, '') : rest;
  return token === '' ? 'malformed' : { scheme, token };
}

/** What is one token to the original is one here, whatever its characters: its verifier judges it. */
function readAsapHeader(values: readonly string[]): Credential {
  const token = values.length === 1 ? extractBearerToken(values[0]) : undefined;
  return token === undefined ? 'missing' : { scheme: 'bearer', token };
}

/** An empty cookie is what is left of one that was cleared, and no credential. HTTP/2 may send a field for each cookie. */
function readCookie(values: readonly string[], name: string): Credential {
  const tokens = values
    .filter((value) => value.includes(name))
    .flatMap((value) => value.split(';'))
    .map((pair) => [pair.indexOf('='), pair] as const)
    .filter(([equals, pair]) => equals > 0 && pair.slice(0, equals).trim() === name)
    .map(([equals, pair]) => pair.slice(equals + 1).trim());
  const [token = ''] = tokens;
  if (tokens.length > 1) return 'malformed';
  if (token === '') return 'missing';
  return /[ ,\t]/.test(token) ? 'malformed' : { scheme: 'bearer', token };
}

/** Counted as forms are read: `access%5Ftoken` is the same name. */
function countQueryTokens(url: string): number {
  const start = url.indexOf('?');
  if (start < 0) return 0;
  if (!url.includes('access_token', start) && !url.includes('%', start)) return 0;
  return new URLSearchParams(url.slice(start + 1)).getAll('access_token').length;
}
