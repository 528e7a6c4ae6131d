/** Rules for the one URL an app's tokens are sent to (rows O3, M9). */
import { isLoopbackHost } from './loopback-host.js';

const MAX_CHARACTERS = 2048;
/** Scheme and two slashes must be written out: `https:evil` and `https:///evil` parse to hosts that nobody meant. */
const WRITTEN_OUT = /^https?:\/\/[^/]/i;
/** Also an empty one, which parsing drops. */
const USER_INFO = /^https?:\/\/[^/?#]*@/i;
/** What URL parsing drops or rewrites in silence, and so what is read is not what is stored. */
const REWRITTEN_BY_PARSING = /[\p{Cc}\p{Z}\\]/u;

/** The URL in its normal form, or what is wrong with it ("must be ..."). */
export function parseRedirectUrl(
  input: unknown,
): { readonly href: string; readonly problem?: undefined } | { readonly problem: string } {
  if (typeof input !== 'string') return { problem: 'must be a string' };
  if (input.length > MAX_CHARACTERS) return { problem: `must be at most ${MAX_CHARACTERS} characters long` };
  if (REWRITTEN_BY_PARSING.test(input) || !input.isWellFormed()) {
    return { problem: 'must not hold spaces, control characters or backslashes' };
  }
  if (!WRITTEN_OUT.test(input) || !URL.canParse(input)) {
    return { problem: 'must be an absolute URL that begins with https:// (or http:// on localhost)' };
  }
  const url = new URL(input);
  const problem = problemOf(url, input);
  return problem === undefined ? { href: url.href } : { problem };
}

function problemOf(url: URL, input: string): string | undefined {
  // Plain http is for a developer's own machine. Asked after parsing, so that every spelling of a host is one.
  if (url.protocol !== 'https:' && !isLoopbackHost(url.hostname)) {
    return 'must be https; plain http is allowed on this machine only (localhost, 127.0.0.1, [::1])';
  }
  if (USER_INFO.test(input)) return 'must not hold a user name or password';
  if (input.includes('#')) return 'must not have a fragment (#...)';
  if (input.includes('*')) return 'must not hold a wildcard (*): tokens go to one URL';
  if (url.href.length > MAX_CHARACTERS) return `must be at most ${MAX_CHARACTERS} characters long`;
  return undefined;
}
