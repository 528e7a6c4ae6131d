/** The protected header of a JWS (RFC 7515 section 4): parsed strictly, checked once, remembered. */
import { decodeBase64url } from '../core/base64url.js';
import { TokenError } from '../core/errors.js';
import type { JsonObject } from '../core/strict-json.js';
import { parseStrictJsonObject } from '../core/strict-json.js';

/** A header as verified. Members beyond these three are signed but mean nothing to this library. */
export interface JwsHeader {
  readonly alg: string;
  readonly kid?: string;
  readonly typ?: string;
  readonly [member: string]: unknown;
}

/**
 * The header that an encoded first segment holds, frozen through and through.
 * Keys and places that the token brings itself (`jwk`, `jku`, `x5c`, `x5u`) are never looked at (row J24).
 *
 * @throws {TokenError} `malformed_token` unless canonical base64url of a strict JSON object whose `alg` is a string
 * and whose `kid` and `typ`, if any, are strings; `unsupported_critical_header` for `crit` and for `b64`, whatever
 * their values: no extension is supported (RFC 7515 section 4.1.11, RFC 7797 section 6; rows J22 and J23).
 */
export function parseJwsHeader(encoded: string): JwsHeader {
  const bytes = decodeBase64url(encoded);
  if (bytes === undefined) throw new TokenError('malformed_token', 'the header is not canonical base64url');
  const header = parseStrictJsonObject(bytes);
  if (!isJwsHeader(header)) {
    throw new TokenError('malformed_token', 'the header must have a string alg, and kid and typ be strings');
  }
  if (Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64')) {
    throw new TokenError(
      'unsupported_critical_header',
      'the header has crit or b64: no extension is supported',
    );
  }
  return header;
}

/** Own members only: a polluted prototype must not supply an algorithm. */
function isJwsHeader(header: JsonObject): header is JsonObject & JwsHeader {
  const isText = (name: string) => typeof header[name] === 'string' && header[name] !== '';
  return (
    Object.hasOwn(header, 'alg') &&
    isText('alg') &&
    (!Object.hasOwn(header, 'kid') || isText('kid')) &&
    (!Object.hasOwn(header, 'typ') || isText('typ'))
  );
}

/** The media type of a `typ`, in the form in which two of them compare (RFC 7515 section 4.1.9; row J27). */
export function normaliseType(typ: string): string {
  const lower = typ.toLowerCase();
  const short = lower.startsWith('application/') ? lower.slice('application/'.length) : lower;
  return short.includes('/') ? lower : short;
}
