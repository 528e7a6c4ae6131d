/** What the original verifiers ask of an ID token beyond RFC 7519; judged after signature, dates, issuer and audience. */
import { TokenError } from '../../core/errors.js';
import type { JwsHeader } from '../../jws/jws-header.js';
import type { JwtClaims } from '../../jwt/jwt-claims.js';
import type { PersonDetails } from './signed-in-person.js';
import { personFrom } from './signed-in-person.js';

/** Claims that must be there. The Python original demands `nbf` too (JAM-20). */
export const ID_TOKEN_CLAIMS: readonly string[] = Object.freeze([
  'email',
  'sub',
  'jti',
  'token_use',
  'iat',
  'nbf',
]);

/**
 * The person that a verified ID token of the app speaks of.
 *
 * @throws {TokenError} `unexpected_token_type`, `key_not_found`, `malformed_token`, `claim_invalid`.
 */
export function readPerson(
  { header, claims }: { readonly header: JwsHeader; readonly claims: JwtClaims },
  appId: string,
): PersonDetails {
  checkHeader(header);
  const use = claims['token_use'];
  if (use !== 'id') {
    const got = typeof use === 'string' ? JSON.stringify(use.slice(0, 40)) : `a ${typeof use}`;
    throw new TokenError('claim_invalid', `invalid token_use: expected "id" but got ${got}`);
  }
  const person = personFrom(claims, appId);
  if (typeof person === 'string') {
    throw new TokenError('claim_invalid', `the claim ${person} has a form that no ID token has`);
  }
  return person;
}

/** The originals refuse other members, and any other spelling of the type (JAM-19, JAM-20). */
function checkHeader(header: JwsHeader): void {
  if (header.typ !== 'JWT')
    throw new TokenError('unexpected_token_type', 'the typ of an ID token must be JWT');
  if (header.kid === undefined) throw new TokenError('key_not_found', 'an ID token must name its key');
  if (Object.keys(header).length !== 3) {
    throw new TokenError('malformed_token', 'the header of an ID token holds alg, typ and kid only');
  }
}
