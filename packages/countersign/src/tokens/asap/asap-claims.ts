/** What ASAP asks of a token beyond RFC 7519 (ASAP specification, "Claims"); judged after the signature held. */
import { TokenError } from '../../core/errors.js';
import { normaliseType } from '../../jws/jws-header.js';
import type { VerifiedJwt } from '../../jwt/verify-jwt.js';
import { findIssuerProblem, isKeyIdOwnedBy } from '../../keys/key-id.js';
import type { AsapCaller } from './asap-caller.js';

export interface AsapClaimPolicy {
  readonly subjectMustMatchIssuer: boolean;
  readonly maxLifetimeSeconds: number;
  /** Null: any issuer that owns its key. */
  readonly issuers: ReadonlySet<string> | null;
}

/** Far longer than any that is made, short enough to be remembered (row A9). */
const MAX_TOKEN_ID_LENGTH = 1024;

/**
 * The caller that a verified token speaks for. Form, dates and audience were checked before, and `iat`, `exp`, `iss`
 * and `aud` are there. The order of the checks is that of row ASAP-20; whether the issuer may come in is last.
 *
 * @throws {TokenError} `unexpected_token_type`, `claim_missing`, `claim_invalid`, `issuer_does_not_own_key`,
 * `subject_mismatch`, `lifetime_too_long`, `issuer_not_allowed`.
 */
export function toAsapCaller({ header, claims }: VerifiedJwt, policy: AsapClaimPolicy): AsapCaller {
  const { typ, kid = '' } = header;
  // Tokens of other kinds say what they are (row J28); some makers of ASAP tokens leave the type out.
  if (typ !== undefined && normaliseType(typ) !== 'jwt') {
    throw new TokenError('unexpected_token_type', 'the typ of an ASAP token must be JWT, or missing');
  }
  const issuedAt = wholeSeconds('iat', claims.iat);
  const expiresAt = wholeSeconds('exp', claims.exp);
  const issuer = checkIssuer(claims.iss, kid);
  const subject = claims.sub || issuer;
  if (policy.subjectMustMatchIssuer && subject !== issuer) {
    throw new TokenError('subject_mismatch', 'sub must be the issuer');
  }
  const audience = checkAudience(claims.aud);
  if (expiresAt - issuedAt > policy.maxLifetimeSeconds) {
    throw new TokenError(
      'lifetime_too_long',
      `exp is more than ${policy.maxLifetimeSeconds} seconds after iat`,
    );
  }
  const tokenId = checkTokenId(claims['jti']);
  if (policy.issuers !== null && !policy.issuers.has(issuer)) {
    throw new TokenError('issuer_not_allowed', 'iss is none of the accepted issuers');
  }
  return Object.freeze({
    kind: 'service',
    issuer,
    subject,
    audience,
    tokenId,
    keyId: kid,
    issuedAt,
    expiresAt,
    claims,
  });
}

/** Other implementations read whole seconds only (row A5). */
function wholeSeconds(name: string, value: number | undefined): number {
  if (value === undefined) throw new TokenError('claim_missing', `the claim ${name} is missing`);
  if (!Number.isSafeInteger(value)) throw invalid(name, 'a whole number of seconds');
  return value;
}

function checkIssuer(iss: string | undefined, keyId: string): string {
  const problem = findIssuerProblem(iss);
  if (problem !== undefined) throw new TokenError('claim_invalid', `the claim iss ${problem}`);
  const issuer = iss as string;
  if (isKeyIdOwnedBy(keyId, issuer)) return issuer;
  throw new TokenError('issuer_does_not_own_key', 'the kid must be the issuer, or lie under it');
}

function checkAudience(aud: string | readonly string[] | undefined): readonly string[] {
  const audience = typeof aud === 'string' ? [aud] : (aud ?? []);
  if (audience.length === 0 || audience.includes('')) throw invalid('aud', 'no empty string or list');
  return Object.freeze(audience);
}

function checkTokenId(jti: unknown): string {
  if (jti === undefined) throw new TokenError('claim_missing', 'the claim jti is missing');
  if (typeof jti === 'string' && jti !== '' && jti.length <= MAX_TOKEN_ID_LENGTH) return jti;
  throw invalid('jti', `a non-empty string of at most ${MAX_TOKEN_ID_LENGTH} characters`);
}

function invalid(name: string, wanted: string): TokenError {
  return new TokenError('claim_invalid', `the claim ${name} must be ${wanted}`);
}
