/** A look into a JWT that nobody has verified. */
import { decodeBase64url } from '../core/base64url.js';
import { TokenError } from '../core/errors.js';
import type { JsonObject } from '../core/strict-json.js';
import { parseStrictJsonObject } from '../core/strict-json.js';

/** What a token claims. Anyone can have written it. */
export interface UnverifiedJwt {
  readonly unverifiedHeader: Readonly<JsonObject>;
  readonly unverifiedClaims: Readonly<JsonObject>;
}

const MAX_TOKEN_BYTES = 16_384;

/**
 * The header and the claims of a compact JWT of at most 16384 bytes, with nothing checked but that they can be read
 * in one way only. For display, and for choosing a verifier; never for deciding what somebody may do.
 *
 * @throws {TokenError} `token_too_large`, `malformed_token`.
 */
export function decodeUnverifiedJwt(token: string): UnverifiedJwt {
  if (typeof token !== 'string') throw malformed();
  if (token.length > MAX_TOKEN_BYTES) {
    throw new TokenError('token_too_large', `the token is longer than ${MAX_TOKEN_BYTES} bytes`);
  }
  const [header = '', claims = '', signature, ...more] = token.split('.');
  const headerBytes = decodeBase64url(header);
  const claimBytes = decodeBase64url(claims);
  if (headerBytes === undefined || claimBytes === undefined || signature === undefined || more.length > 0) {
    throw malformed();
  }
  return Object.freeze({
    unverifiedHeader: parseStrictJsonObject(headerBytes),
    unverifiedClaims: parseStrictJsonObject(claimBytes),
  });
}

function malformed(): TokenError {
  return new TokenError('malformed_token', 'the token must be three segments of canonical base64url');
}
