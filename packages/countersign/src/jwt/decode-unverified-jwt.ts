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

const DEFAULT_MAX_TOKEN_BYTES = 16_384;

/**
 * The header and the claims of a compact JWT, with nothing checked but that they can be read in one way only. For
 * display, and for choosing a verifier; never for deciding what somebody may do.
 *
 * @param options.maxTokenBytes the longest token that is looked at. Default 16384
 * @throws {TokenError} `token_too_large`, `malformed_token`.
 */
export function decodeUnverifiedJwt(
  token: string,
  options: { readonly maxTokenBytes?: number | undefined } = {},
): UnverifiedJwt {
  const { maxTokenBytes = DEFAULT_MAX_TOKEN_BYTES } = options;
  if (typeof token !== 'string') throw malformed();
  if (token.length > maxTokenBytes) {
    throw new TokenError('token_too_large', `the token is longer than ${maxTokenBytes} bytes`);
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
