/** Tokens that are bound to a key of their holder (`cnf`; RFC 7800). The one place where the gate reads that claim. */
import { TokenError } from '../core/errors.js';
import { readKeyBinding } from '../dpop/key-binding.js';
import type { JwtClaims } from '../jwt/jwt-claims.js';

/**
 * The key that the token is bound to (RFC 9449 section 6.1); undefined for bearer tokens.
 *
 * @param checksPossession whether the gate will ask for a proof: where nobody does, a bound token must not pass as a
 * bearer token
 * @throws {TokenError} `proof_of_possession_missing`; `claim_invalid` for bindings that no proof here can meet.
 */
export function readBinding(
  claims: JwtClaims,
  checksPossession: boolean,
): { readonly jkt: string } | undefined {
  if (claims['cnf'] === undefined || !Object.hasOwn(claims, 'cnf')) return undefined;
  if (!checksPossession) {
    throw new TokenError('proof_of_possession_missing', 'the token is bound to a key; no proof is checked');
  }
  const jkt = readKeyBinding(claims);
  return jkt === null ? undefined : Object.freeze({ jkt });
}
