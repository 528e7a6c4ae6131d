/** Whom a verified access token speaks for (RFC 9068 section 2.2). */
import { TokenError } from '../../core/errors.js';
import type { JwtClaims } from '../../jwt/jwt-claims.js';
import { missingScopes, parseScope, parseScopeList } from '../../jwt/scope.js';
import type { VerifiedJwt } from '../../jwt/verify-jwt.js';

/** Everything here was verified. Frozen. Instants in epoch seconds. */
export interface AccessTokenCaller {
  readonly kind: 'application';
  /** `iss`. */
  readonly issuer: string;
  /** `sub`: the user, or the client itself. Only together with the issuer does it name somebody. */
  readonly subject: string;
  /** `client_id`. */
  readonly clientId: string;
  /** `aud`, always as a list. */
  readonly audience: readonly string[];
  /** From `scope`, or from a `scp` that is a list; each once. Empty where the token has none. */
  readonly scopes: readonly string[];
  /** `jti`. */
  readonly tokenId: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** `auth_time`: when the user last signed in. */
  readonly authTime: number | undefined;
  /** `acr`. */
  readonly acr: string | undefined;
  /** `amr`; undefined where the token does not say. */
  readonly amr: readonly string[] | undefined;
  /** All claims of the token. */
  readonly claims: JwtClaims;
}

const MAX_TOKEN_ID_LENGTH = 1024;

/**
 * The caller of a verified token, of which `iss`, `exp`, `aud`, `sub`, `client_id`, `iat` and `jti` are there.
 *
 * @throws {TokenError} `claim_invalid` for a claim of the profile that is of another form (row C13).
 */
export function toAccessTokenCaller({ claims }: VerifiedJwt): AccessTokenCaller {
  const tokenId = text(claims, 'jti');
  if (tokenId.length > MAX_TOKEN_ID_LENGTH) {
    throw invalid('jti', `at most ${MAX_TOKEN_ID_LENGTH} characters`);
  }
  return Object.freeze({
    kind: 'application',
    issuer: text(claims, 'iss'),
    subject: text(claims, 'sub'),
    clientId: text(claims, 'client_id'),
    audience: audienceOf(claims),
    scopes: scopesOf(claims),
    tokenId,
    issuedAt: instant(claims, 'iat'),
    expiresAt: instant(claims, 'exp'),
    authTime: own(claims, 'auth_time') === undefined ? undefined : instant(claims, 'auth_time'),
    acr: own(claims, 'acr') === undefined ? undefined : text(claims, 'acr'),
    amr: methodsOf(claims),
    claims,
  });
}

/** Two claims that disagree are no matter of taste: another reader may believe the other one. */
function scopesOf(claims: JwtClaims): readonly string[] {
  const scope = scopesIn(claims, 'scope', parseScope, 'scopes with one space between two');
  const scp = scopesIn(claims, 'scp', parseScopeList, 'a list of scopes');
  if (scope === undefined || scp === undefined) return scope ?? scp ?? NONE;
  if (scope.length === scp.length && missingScopes(scp, scope).length === 0) return scope;
  throw invalid('scp', 'missing, or the scopes of the claim scope');
}

const NONE: readonly string[] = Object.freeze([]);

function scopesIn(
  claims: JwtClaims,
  name: string,
  parse: (value: unknown) => readonly string[] | undefined,
  wanted: string,
): readonly string[] | undefined {
  const value = own(claims, name);
  if (value === undefined) return undefined;
  const scopes = parse(value);
  if (scopes === undefined) throw invalid(name, wanted);
  return scopes;
}

function audienceOf({ aud }: JwtClaims): readonly string[] {
  return Object.freeze(typeof aud === 'string' ? [aud] : (aud ?? []));
}

function methodsOf(claims: JwtClaims): readonly string[] | undefined {
  const amr = own(claims, 'amr');
  if (amr === undefined) return undefined;
  const isList = Array.isArray(amr) && amr.every((item): item is string => typeof item === 'string');
  if (!isList) throw invalid('amr', 'a list of strings');
  return amr;
}

function text(claims: JwtClaims, name: string): string {
  const value = own(claims, name);
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(name, 'a non-empty string');
}

function instant(claims: JwtClaims, name: string): number {
  const value = own(claims, name);
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw invalid(name, 'a finite number');
}

/** Never what a prototype holds (row C14). */
function own(claims: JwtClaims, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

function invalid(name: string, wanted: string): TokenError {
  return new TokenError('claim_invalid', `the claim ${name} must be ${wanted}`);
}
