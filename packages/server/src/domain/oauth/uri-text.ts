/** What every URI of a client must be, whatever it is for. URIs are kept, sent and compared as they were written. */

const MAX_CHARACTERS = 2048;
/** RFC 3986 section 2: everything else must be percent-encoded. No white space, no backslash, no control character. */
const URI_CHARACTERS = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/;
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:./;

/** What is wrong with it ("must be ..."), or undefined. Never repeats the text. */
export function findUriTextProblem(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must be a string';
  if (value.length > MAX_CHARACTERS) return `must be at most ${MAX_CHARACTERS} characters long`;
  if (!URI_CHARACTERS.test(value))
    return 'must hold the characters of a URI only, the others percent-encoded';
  if (!ABSOLUTE.test(value) || !URL.canParse(value)) return 'must be an absolute URI';
  if (value.includes('#')) return 'must not have a fragment (#...)';
  return undefined;
}

/**
 * For URIs that are compared as text or that somebody is sent to: one spelling only, so that whoever reads the URI with
 * other rules than ours reads the same. A path of nothing but a slash may be left out.
 */
export function findSpellingProblem(uri: string): string | undefined {
  const { href, username, password } = new URL(uri);
  if (username !== '' || password !== '') return 'must not hold a user name or password';
  if (uri.includes('*')) return 'must not hold a wildcard (*): it is compared as it stands';
  return href === uri || href === `${uri}/`
    ? undefined
    : 'must be written in its normal form: scheme and host in lower case, no default port, no "." or ".." segments, numbers of an address in full';
}

/** An identifier of a resource server (RFC 8707 section 2): an absolute URI, compared as text, `urn:` and others too. */
export function findAudienceProblem(value: unknown): string | undefined {
  return findUriTextProblem(value);
}

/** Where the authority itself sends requests: https; plain http on this machine only, for development. */
export function findRequestUriProblem(value: unknown): string | undefined {
  const problem = findUriTextProblem(value);
  if (problem !== undefined) return problem;
  const uri = value as string;
  if (!uri.startsWith('https://') && !/^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/?]|$)/.test(uri))
    return 'must begin with https:// (or http://localhost for development)';
  return findSpellingProblem(uri);
}
