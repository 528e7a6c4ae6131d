/** What a parsed access token gives: the credentials, or why there are none. */
import type { TokenErrorCode } from '../../core/errors.js';
import { TokenError } from '../../core/errors.js';
import type { JwtClaims } from '../../jwt/jwt-claims.js';
import { isStringList } from './secret-function.js';

/** What may stand in `jti`: any JSON scalar. */
export type AccessTokenJti = string | number | boolean | null;

/** Everything here was verified. Frozen. */
export interface AccessTokenCredentials {
  /** `iss`. */
  readonly provider: string;
  /** `aud`. */
  readonly clientId: string;
  /** `sub`. */
  readonly userId: string;
  /** `scp`. May be empty. */
  readonly authorizedScope: readonly string[];
  /** Not there at all where the token has none (row JOAT-7). */
  readonly jti?: AccessTokenJti;
}

export interface ValidAccessToken {
  readonly outcome: 'valid';
  readonly credentials: AccessTokenCredentials;
  /** All claims of the token. */
  readonly claims: JwtClaims;
}

export interface RefusedAccessToken {
  readonly outcome: 'refused';
  readonly reason: TokenErrorCode;
  /** The same for programs that throw: status, OAuth error, public text. */
  readonly error: TokenError;
}

export type ParsedAccessToken = ValidAccessToken | RefusedAccessToken;

/** The credentials, or null for whatever reason: what PyJOAT's `parse_token` gives (row JOAT-8). */
export function credentialsOrNull(parsed: ParsedAccessToken): AccessTokenCredentials | null {
  return parsed.outcome === 'valid' ? parsed.credentials : null;
}

/**
 * The credentials in verified claims, of which `iss`, `aud`, `sub` and `scp` are there.
 *
 * @throws {TokenError} `claim_invalid` for several audiences, a `scp` that is no list of strings, a `jti` that is an
 * object or a list, and empty names (row C13).
 */
export function toCredentials(claims: JwtClaims): AccessTokenCredentials {
  const { jti, ...credentials } = readCredentials(claims);
  return Object.freeze(jti === undefined ? credentials : { ...credentials, jti });
}

/** The same, with a `jti` of undefined where the token has none, and for the caller to freeze. */
export function readCredentials(claims: JwtClaims) {
  const { scp, jti } = claims;
  const hasJti = Object.hasOwn(claims, 'jti');
  if (!isStringList(scp)) throw invalid('scp', 'a list of strings');
  if (hasJti && !isJti(jti)) throw invalid('jti', 'a string, a number, true, false or null');
  return {
    provider: nonEmpty('iss', claims.iss),
    clientId: nonEmpty('aud', claims.aud),
    userId: nonEmpty('sub', claims.sub),
    authorizedScope: scp,
    jti: hasJti ? (jti as AccessTokenJti) : undefined,
  };
}

function isJti(value: unknown): value is AccessTokenJti {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function nonEmpty(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(name, 'one non-empty string');
}

function invalid(name: string, wanted: string): TokenError {
  return new TokenError('claim_invalid', `the claim ${name} must be ${wanted}`);
}
