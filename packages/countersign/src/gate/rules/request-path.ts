/**
 * The path of a request in one reading only (row C16): whatever another reader might take for another path is denied,
 * never put right.
 */

/** Of the absolute form of a request target (RFC 9112 section 3.2.2), everything before the path. */
const ORIGIN = /^https?:\/\/[^/?#\\]*/i;

/** Printable ASCII without backslash, which some take for a slash; `;` and `#`, after which some stop reading. */
const PLAIN_PATH = /^\/[!"$-:<-[\]-~]*$/;

/** A slash, a backslash, a semicolon or a control character that came encoded; or what would be one decoded again. */
const HIDDEN = /[\p{Cc}/\\;]|%(?:2[5ef]|3b|5c|00)/iu;

/**
 * The segments of the path of a request target, each decoded once. A slash at the end gives an empty last segment.
 * Undefined for a path that is denied: without a slash at its beginning, undecodable, with an empty segment before its
 * end, with `.`, `..`, a backslash, `;`, `#`, NUL or another control character, plain or encoded, with an encoded
 * slash, or encoded twice. The query is left out.
 */
export function readPathSegments(url: string): readonly string[] | undefined {
  const target = withoutOrigin(url);
  const query = target.indexOf('?');
  const path = query < 0 ? target : target.slice(0, query);
  if (!PLAIN_PATH.test(path)) return undefined;
  const segments = path.slice(1).split('/');
  if (segments.indexOf('') !== -1 && segments.indexOf('') < segments.length - 1) return undefined;
  const decoded = segments.map(decodeSegment);
  return decoded.every((segment) => segment !== undefined) ? decoded : undefined;
}

/** Whether a segment, decoded, may stand in a path. */
export function isPathSegment(segment: string): boolean {
  return segment !== '.' && segment !== '..' && !HIDDEN.test(segment);
}

/** A request target from its path on, as it came. `http://host` alone asks for `/`; what has no path is left as it is. */
export function withoutOrigin(url: string): string {
  if (url.startsWith('/')) return url;
  const [origin] = ORIGIN.exec(url) ?? [];
  if (origin === undefined) return url;
  const rest = url.slice(origin.length);
  return rest === '' || rest.startsWith('?') ? `/${rest}` : rest;
}

function decodeSegment(segment: string): string | undefined {
  try {
    const decoded = segment.includes('%') ? decodeURIComponent(segment) : segment;
    return isPathSegment(decoded) ? decoded : undefined;
  } catch {
    return undefined;
  }
}
