/** Where answers of the authorization endpoint may be sent (RFC 9700 section 4.1, RFC 8252; rows O1 to O3). */
import { findSpellingProblem, findUriTextProblem } from './uri-text.js';

/** A server of a native app on the person's own machine (RFC 8252 section 7.3): an address, a port, and the rest. */
const LOOPBACK = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]))(?::([1-9]\d{0,4}))?((?:[/?].*)?)$/;
const MAX_PORT = 65_535;
/** RFC 8252 section 7.1: a domain name of the owner in reverse, so that no two apps mean the same scheme. */
const PRIVATE_USE = /^[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:\//;
/** Members of answers; one of that name in the query would be there twice. */
const ANSWER_PARAMETERS = ['code', 'state', 'iss', 'error', 'error_description', 'error_uri', 'response'];

/** What keeps a URI from being registered ("must be ..."), or undefined. Never repeats the URI. */
export function findRedirectUriProblem(value: unknown): string | undefined {
  const problem = findUriTextProblem(value);
  if (problem !== undefined) return problem;
  const uri = value as string;
  return findSchemeProblem(uri) ?? findSpellingProblem(uri) ?? findQueryProblem(uri);
}

/**
 * Whether the URI that a request names is the registered one: the same text, or the same but for the port of a loopback
 * address, which a native app cannot know beforehand (RFC 8252 section 7.3). Nothing is parsed or decoded, so there is
 * no second way to read either (row O1).
 */
export function matchesRedirectUri(registered: string, sent: string): boolean {
  if (registered === sent) return true;
  const [known, asked] = [LOOPBACK.exec(registered), LOOPBACK.exec(sent)];
  if (known === null || asked === null) return false;
  const port = Number(asked[2] ?? 80);
  return known[1] === asked[1] && known[3] === asked[3] && port <= MAX_PORT;
}

/** Whether any program on the person's machine could get what is sent there (RFC 8252 section 8.6). */
export function isNativeRedirectUri(uri: string): boolean {
  return !uri.startsWith('https://');
}

function findSchemeProblem(uri: string): string | undefined {
  if (uri.startsWith('https://') || LOOPBACK.test(uri) || PRIVATE_USE.test(uri)) return undefined;
  const { protocol, hostname } = new URL(uri);
  if (protocol === 'https:') return 'must begin with https:// in lower case';
  if (protocol !== 'http:')
    return 'must begin with https://, with http:// and a loopback address, or with a scheme of the app that holds a dot (com.example.app:/)';
  return hostname === 'localhost'
    ? 'must name the loopback address itself, http://127.0.0.1 or http://[::1]: localhost may be another machine, and with the address any port is right'
    : 'must be https; plain http is for http://127.0.0.1 and http://[::1] only';
}

function findQueryProblem(uri: string): string | undefined {
  const { searchParams } = new URL(uri);
  return ANSWER_PARAMETERS.some((name) => searchParams.has(name))
    ? `must not hold a parameter that answers have (${ANSWER_PARAMETERS.join(', ')})`
    : undefined;
}
