import type { Parser } from './value-parsers.js';

/**
 * One segment of a path that every reader spells alike: nothing that could be percent-encoded, and no dot at the front,
 * where `.well-known` and steps upwards have theirs.
 */
const PATH = /^(?:\/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*){1,8}$/;

/**
 * The issuer as it will stand in `iss`: scheme, host and path, without a slash at the end. It is compared byte by byte by
 * every verifier, so another spelling of the same URL is refused rather than rewritten; only slashes at the end go.
 */
export const parseIssuer: Parser<string> = (text) => {
  const bare = text.replace(/\/{1,8}$/, '');
  if (!URL.canParse(bare)) return { problem: 'must be a URL such as https://sign-in.example.com' };
  const url = new URL(bare);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return { problem: 'must begin with https:// or http://' };
  if (url.username !== '' || url.password !== '') return { problem: 'must hold no user name or password' };
  if (bare === url.origin) return { value: bare };
  if (bare === url.origin + url.pathname) {
    return PATH.test(url.pathname)
      ? { value: bare }
      : { problem: 'must have a path of letters, digits, "-", "_", "." and "~" between single slashes' };
  }
  return { problem: `must be written as ${url.origin}, or with a path, without query or fragment` };
};
