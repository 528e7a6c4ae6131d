/**
 * Readers of single claims, for tokens whose signature held: each gives a value of the right form or refuses the token.
 * Own members only, never what a prototype holds (row C14). Any layer from jwt up may import them.
 */
import { TokenError } from '../core/errors.js';
import { rememberLatest } from '../core/remember-latest.js';
import type { JwtClaims } from './jwt-claims.js';
import { missingScopes, parseScope, parseScopeList } from './scope.js';

const NONE: readonly string[] = Object.freeze([]);

/** The claim as it is; undefined where there is none. */
export function ownClaim(claims: JwtClaims, name: string): unknown {
  const value = claims[name];
  return value === undefined || Object.hasOwn(claims, name) ? value : undefined;
}

/** @throws {TokenError} `claim_invalid` for anything but a non-empty string (row C13). */
export function textClaim(claims: JwtClaims, name: string): string {
  return textIn(ownClaim(claims, name), name);
}

/** The same for the value of a claim that is known to be there. */
export function textIn(value: unknown, name: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw invalidClaim(name, 'a non-empty string');
}

/** The same for a claim that may be missing. */
export function optionalTextClaim(claims: JwtClaims, name: string): string | undefined {
  const value = ownClaim(claims, name);
  return value === undefined ? undefined : textIn(value, name);
}

const MAX_TOKEN_ID_LENGTH = 1024;

/** `jti`, short enough to be kept. @throws {TokenError} `claim_invalid` */
export function tokenIdClaim(claims: JwtClaims): string {
  return tokenIdIn(ownClaim(claims, 'jti'));
}

/** The same for the value of a claim that is known to be there. */
export function tokenIdIn(value: unknown): string {
  const jti = textIn(value, 'jti');
  if (jti.length <= MAX_TOKEN_ID_LENGTH) return jti;
  throw invalidClaim('jti', `at most ${MAX_TOKEN_ID_LENGTH} characters`);
}

/** Epoch seconds. @throws {TokenError} `claim_invalid` for anything but a finite number (row C2). */
export function instantClaim(claims: JwtClaims, name: string): number {
  return instantIn(ownClaim(claims, name), name);
}

/** The same for the value of a claim that is known to be there. */
export function instantIn(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw invalidClaim(name, 'a finite number');
}

/** The same for a claim that may be missing. */
export function optionalInstantClaim(claims: JwtClaims, name: string): number | undefined {
  const value = ownClaim(claims, name);
  return value === undefined ? undefined : instantIn(value, name);
}

/** `aud` as a list, frozen; empty where the token has none. Its form was checked by the claim rules. */
export function audienceClaim(claims: JwtClaims): readonly string[] {
  return audienceIn(ownClaim(claims, 'aud') as JwtClaims['aud']);
}

/** The same for the value of a claim that is a member of the token itself. */
export function audienceIn(aud: JwtClaims['aud']): readonly string[] {
  if (aud === undefined) return NONE;
  return typeof aud === 'string' ? listOfOne(aud) : Object.freeze(aud);
}

const listOfOne = rememberLatest((text): readonly string[] => Object.freeze([text]));

/** `amr` (OpenID Connect Core section 2). @throws {TokenError} `claim_invalid` for anything but a list of strings. */
export function methodsClaim(claims: JwtClaims): readonly string[] | undefined {
  const amr = ownClaim(claims, 'amr');
  if (amr === undefined) return undefined;
  const isList = Array.isArray(amr) && amr.every((item): item is string => typeof item === 'string');
  if (!isList) throw invalidClaim('amr', 'a list of strings');
  return amr;
}

/** What a `scope` and a `scp` may look like; each gives undefined for what it does not take. */
export interface ScopeForms {
  readonly scope: (value: unknown) => readonly string[] | undefined;
  readonly scp: (value: unknown) => readonly string[] | undefined;
}

/** `scope` as RFC 9068 has it, and `scp` as a list. */
export const STRICT_SCOPES: ScopeForms = Object.freeze({ scope: parseScope, scp: parseScopeList });

/**
 * The scopes of a token, each once; none where it has neither claim. Two claims that disagree are no matter of taste:
 * another reader may believe the other one.
 *
 * @throws {TokenError} `claim_invalid` for a claim of another form (row C15), and for two that disagree.
 */
export function scopeClaims(claims: JwtClaims, forms: ScopeForms = STRICT_SCOPES): readonly string[] {
  const scope = scopesIn(claims, 'scope', forms.scope, 'scopes with one space between two');
  const scp = scopesIn(claims, 'scp', forms.scp, 'a list of scopes');
  if (scope === undefined || scp === undefined) return scope ?? scp ?? NONE;
  if (scope.length === scp.length && missingScopes(scp, scope).length === 0) return scope;
  throw invalidClaim('scp', 'missing, or the scopes of the claim scope');
}

function scopesIn(
  claims: JwtClaims,
  name: keyof ScopeForms,
  parse: ScopeForms['scope'],
  wanted: string,
): readonly string[] | undefined {
  const value = ownClaim(claims, name);
  if (value === undefined) return undefined;
  const scopes = parse(value);
  if (scopes === undefined) throw invalidClaim(name, wanted);
  return scopes;
}

export function invalidClaim(name: string, wanted: string): TokenError {
  return new TokenError('claim_invalid', `the claim ${name} must be ${wanted}`);
}
