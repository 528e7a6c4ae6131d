/** The URL of a request as proofs name it (RFC 9449 section 4.3, step 9). */

/** RFC 3986 section 3: scheme, authority and path; the rest does not count. A user name is no part of a target. */
const HTTP_URL = /^(https?):\/\/([a-z0-9._~!$&'()*+,;=:%[\]-]+)(\/[^?#]*)?(?:[?#]|$)/i;

/**
 * The form in which two URLs compare: without query and fragment, scheme and host in lower case, without a default
 * port, an empty path as `/`. The path stays byte for byte: `/a` and `/a/`, `/A` and `/a`, `%2F` and `%2f` differ, and
 * dots are not resolved, so that what an application tells apart is never the same here (row O23).
 *
 * @returns undefined unless the text is an absolute http or https URL without a user name
 */
export function normaliseTarget(url: string): string | undefined {
  const [, scheme, authority, path = '/'] = HTTP_URL.exec(url) ?? [];
  if (scheme === undefined || authority === undefined) return undefined;
  const origin = originOf(`${scheme}://${authority}`);
  return origin === undefined ? undefined : `${origin}${path}`;
}

function originOf(text: string): string | undefined {
  try {
    return new URL(text).origin;
  } catch {
    return undefined;
  }
}
