import type { Parser } from './value-parsers.js';

/**
 * The issuer as it will stand in `iss`: scheme and host, without a slash at the end. It is compared byte by byte by
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
  return { problem: `must be written as ${url.origin}, with no path, query or fragment` };
};
