/** JWK thumbprints (RFC 7638). */
import { createHash } from 'node:crypto';
import { UsageError } from '../core/errors.js';
import type { Jwk } from './jwk.js';

/** The required members of each key type, in lexicographic order (RFC 7638 section 3.2; RFC 8037 section 2). */
const REQUIRED_MEMBERS: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['EC', ['crv', 'kty', 'x', 'y']],
  ['OKP', ['crv', 'kty', 'x']],
  ['RSA', ['e', 'kty', 'n']],
  ['oct', ['k', 'kty']],
]);

/**
 * The SHA-256 thumbprint of a JWK, in base64url: the same for the private and the public half.
 * The members are taken as they are: whether the key is sound is not checked.
 *
 * @throws {UsageError} `invalid_key` when `kty` is unknown or a required member is no string.
 */
export function computeJwkThumbprint(jwk: Jwk): string {
  const members = REQUIRED_MEMBERS.get(jwk.kty);
  if (members === undefined || !members.every((member) => typeof jwk[member] === 'string')) {
    throw new UsageError('invalid_key', 'computeJwkThumbprint', [
      'the JWK lacks kty or a member that its key type requires',
    ]);
  }
  const canonical = JSON.stringify(Object.fromEntries(members.map((member) => [member, jwk[member]])));
  return createHash('sha256').update(canonical).digest('base64url');
}
