/** Tokens that are bound to a key of their holder (`cnf`; RFC 7800). The one place where the gate reads that claim. */
import { TokenError } from '../core/errors.js';
import { ownClaim } from '../jwt/claim-values.js';
import type { JwtClaims } from '../jwt/jwt-claims.js';

/**
 * The thumbprint of the key that the token is bound to (RFC 9449 section 6.1); undefined for bearer tokens.
 *
 * @param checksPossession whether the gate will ask for a proof; a bound token is no bearer token where nobody does
 * @throws {TokenError} `proof_of_possession_missing`; also for bindings other than `jkt`, which nothing here can check.
 */
export function readBinding(
  claims: JwtClaims,
  checksPossession: boolean,
): { readonly jkt: string } | undefined {
  const cnf = ownClaim(claims, 'cnf');
  if (cnf === undefined) return undefined;
  if (!checksPossession) throw missing('the token is bound to a key, and no proof of possession is checked');
  const jkt = typeof cnf === 'object' && cnf !== null ? soleThumbprint(cnf) : undefined;
  if (jkt === undefined) throw missing('cnf must hold one jkt and nothing else');
  return Object.freeze({ jkt });
}

/** 32 bytes in base64url (RFC 7638, SHA-256). */
function soleThumbprint(cnf: object): string | undefined {
  const [[name, jkt] = [], ...others] = Object.entries(cnf);
  if (name !== 'jkt' || others.length > 0) return undefined;
  return typeof jkt === 'string' && /^[\w-]{43}$/.test(jkt) ? jkt : undefined;
}

function missing(message: string): TokenError {
  return new TokenError('proof_of_possession_missing', message);
}
