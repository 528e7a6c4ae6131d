/** Which key a token is bound to. */
import { TokenError } from '../core/errors.js';
import type { JwtClaims } from '../jwt/jwt-claims.js';

const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/;

/**
 * The thumbprint in `cnf` (RFC 9449 section 6.1; RFC 7800 section 3), or null for a token that is bound to no key. A
 * token with one must come with a proof, and never as a bearer token (row O23).
 *
 * @throws {TokenError} `claim_invalid` unless `cnf` is an object with a thumbprint `jkt` and nothing else: a token that
 * is bound in a way that cannot be checked here (to a certificate, say) is not one that whoever holds it may use.
 */
export function readKeyBinding(claims: JwtClaims): string | null {
  if (!Object.hasOwn(claims, 'cnf')) return null;
  const cnf = claims['cnf'];
  const [[name, jkt] = [], ...others] = typeof cnf === 'object' && cnf !== null ? Object.entries(cnf) : [];
  const isSole = name === 'jkt' && others.length === 0;
  if (isSole && typeof jkt === 'string' && THUMBPRINT.test(jkt)) return jkt;
  throw new TokenError(
    'claim_invalid',
    'the claim cnf must be an object with a SHA-256 thumbprint jkt alone',
  );
}
