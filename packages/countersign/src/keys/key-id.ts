/**
 * Key ids that are paths, as ASAP names its keys: `<issuer>/<name of the key>`. What passes here may become part of a
 * URL or of a file name; whatever makes one asks here first.
 */

/** Long enough for a host name and a file name, short enough for any file system and any log line. */
const MAX_KEY_ID_LENGTH = 512;
const MAX_SEGMENT_LENGTH = 255;
const SEGMENT = /^[A-Za-z0-9_.+-]+$/;

export type ParsedKeyId =
  | { readonly ok: true; readonly keyId: string; readonly segments: readonly string[] }
  /** `problem` completes a sentence about the key id: "must not hold an empty segment". */
  | { readonly ok: false; readonly problem: string };

/**
 * Reads a key id: one or more segments of ASCII letters, digits and `_ . + -`, joined by single slashes, no segment
 * being `.` and none holding `..`; at most 512 characters, 255 in a segment (rows ASAP-6 and A3).
 * Stricter than the Python original, which also takes a final line feed, a lone `.`, and letters outside of ASCII
 * (row ASAP-7). Any value may be given: what is no string is a problem like any other.
 */
export function parseKeyId(value: unknown): ParsedKeyId {
  if (typeof value !== 'string' || value === '') return { ok: false, problem: 'must be a non-empty string' };
  if (value.length > MAX_KEY_ID_LENGTH) {
    return { ok: false, problem: `must not be longer than ${MAX_KEY_ID_LENGTH} characters` };
  }
  const segments = value.split('/');
  const problem = segments.map(findSegmentProblem).find((found) => found !== undefined);
  return problem === undefined ? { ok: true, keyId: value, segments } : { ok: false, problem };
}

/**
 * What keeps a value from being an issuer, or undefined. An issuer is one segment of a key id. Never several: the
 * issuer `a` owns every key id under `a/`, so it could sign as the issuer `a/b` (row A2).
 */
export function findIssuerProblem(value: unknown): string | undefined {
  if (typeof value === 'string' && value.includes('/')) return 'must not hold a slash';
  const parsed = parseKeyId(value);
  return parsed.ok ? undefined : parsed.problem;
}

/** Whether the key is the issuer's own: its id is the issuer, or lies under it (rows ASAP-21 and A1). */
export function isKeyIdOwnedBy(keyId: string, issuer: string): boolean {
  return keyId === issuer || keyId.startsWith(`${issuer}/`);
}

function findSegmentProblem(segment: string): string | undefined {
  if (segment === '') return 'must not begin or end with a slash, nor hold two in a row';
  if (segment.length > MAX_SEGMENT_LENGTH) {
    return `must not hold a segment longer than ${MAX_SEGMENT_LENGTH} characters`;
  }
  if (!SEGMENT.test(segment)) return 'must consist of ASCII letters, digits, "_", ".", "+", "-" and "/"';
  return segment === '.' || segment.includes('..') ? 'must not hold "." as a segment, nor ".."' : undefined;
}
