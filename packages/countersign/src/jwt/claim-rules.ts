/** The rules for registered claims (RFC 7519 section 4.1), made from options once and applied to each token. */
import { TokenError } from '../core/errors.js';
import { aBoolean, nullOr, numberFrom, stringOrStrings } from '../core/option-rules.js';
import type { OptionRules } from '../core/options.js';
import { optional, required } from '../core/options.js';
import type { JsonObject } from '../core/strict-json.js';
import type { JwtClaims } from './jwt-claims.js';

export interface ClaimRulesOptions {
  /** Accepted values of `iss`, compared exactly; null accepts any issuer, or none. */
  readonly issuer: string | readonly string[] | null;
  /** Accepted audiences: one of the token's must be one of these, exactly; null accepts any, or none. */
  readonly audience: string | readonly string[] | null;
  /** How old a token may be by its `iat`, which it must then have; null for no bound. */
  readonly maxAgeSeconds: number | null;
  /** How far clocks may differ: applied to `exp`, `nbf`, `iat` and the age. Default 0. */
  readonly toleranceSeconds?: number | undefined;
  /** The longest time from `iat` to `exp`; both must then be present. */
  readonly maxLifetimeSeconds?: number | undefined;
  /** Further claims that must be present and not null. */
  readonly requiredClaims?: readonly string[] | undefined;
  /** Accepts tokens without `exp`, which are good for ever. */
  readonly unsafeAllowMissingExpiry?: boolean | undefined;
}

const TEN_YEARS = 315_360_000;

export const claimRulesRules: OptionRules<ClaimRulesOptions> = {
  issuer: required(nullOr(stringOrStrings)),
  audience: required(nullOr(stringOrStrings)),
  maxAgeSeconds: required(nullOr(numberFrom(1, TEN_YEARS, 'seconds'))),
  toleranceSeconds: optional(numberFrom(0, 86_400, 'seconds')),
  maxLifetimeSeconds: optional(numberFrom(1, TEN_YEARS, 'seconds')),
  requiredClaims: optional((value) =>
    Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '')
      ? undefined
      : 'must be an array of claim names',
  ),
  unsafeAllowMissingExpiry: optional(aBoolean),
};

/**
 * Throws the TokenError that applies, or leaves the claims as typed.
 *
 * @param isFamiliar whether the claims have every member of others that passed, and none is null that was not: then
 * none is missing
 */
export type ClaimRules = (
  claims: JsonObject,
  nowSeconds: number,
  isFamiliar?: boolean,
) => asserts claims is JsonObject & JwtClaims;

/** The options must have passed {@link claimRulesRules}. */
export function createClaimRules(options: ClaimRulesOptions): ClaimRules {
  const issuers = toSet(options.issuer);
  const audiences = toSet(options.audience);
  const requiredClaims = [...(options.requiredClaims ?? [])];
  const checkTimes = createTimeRules(options);
  return (claims, nowSeconds, isFamiliar = false) => {
    const registered = isPrototypePolluted() ? ownMembersOf(claims) : claims;
    checkTimes(registered, nowSeconds);
    checkIssuer(registered['iss'], issuers);
    checkAudience(registered['aud'], audiences);
    const sub = registered['sub'];
    if (sub !== undefined && typeof sub !== 'string') throw invalid('sub', 'a string');
    if (isFamiliar) return;
    for (const name of requiredClaims) {
      if (!Object.hasOwn(claims, name) || claims[name] === null) throw missing(name);
    }
  };
}

/**
 * Each comparison states what must hold, so that a clock that gives NaN refuses every token (row C8).
 * A token is good until just before `exp` (section 4.1.4: "on or after" it must not be accepted; row C3).
 */
function createTimeRules(options: ClaimRulesOptions) {
  const { maxAgeSeconds, maxLifetimeSeconds } = options;
  const tolerance = options.toleranceSeconds ?? 0;
  const mayLackExpiry = options.unsafeAllowMissingExpiry === true && maxLifetimeSeconds === undefined;
  const mayLackIssuedAt = maxAgeSeconds === null && maxLifetimeSeconds === undefined;
  return (claims: JsonObject, nowSeconds: number): void => {
    // A clock that gives null would otherwise tell the year 1970, in which nothing has expired yet (row C8).
    const now = typeof nowSeconds === 'number' ? nowSeconds : Number.NaN;
    const exp = checkDate('exp', claims['exp'], mayLackExpiry);
    const nbf = checkDate('nbf', claims['nbf'], true);
    const iat = checkDate('iat', claims['iat'], mayLackIssuedAt);
    if (exp !== undefined && !(now < exp + tolerance)) {
      throw new TokenError('token_expired', 'exp is not after now');
    }
    if (nbf !== undefined && !(nbf <= now + tolerance)) {
      throw new TokenError('token_not_yet_valid', 'nbf is after now');
    }
    if (iat === undefined) return;
    if (!(iat <= now + tolerance)) throw new TokenError('token_not_yet_valid', 'iat is after now');
    if (exp !== undefined && exp < iat) throw invalid('exp', 'an instant not before iat');
    if (maxLifetimeSeconds !== undefined && exp !== undefined && exp - iat > maxLifetimeSeconds) {
      throw new TokenError('lifetime_too_long', `exp is more than ${maxLifetimeSeconds} seconds after iat`);
    }
    if (maxAgeSeconds !== null && !(now - iat <= maxAgeSeconds + tolerance)) {
      throw new TokenError('token_too_old', `iat is more than ${maxAgeSeconds} seconds ago`);
    }
  };
}

/** A NumericDate (section 2): a number that is finite: 1e400 in JSON reads as Infinity (row C2). */
function checkDate(name: string, value: unknown, mayBeMissing: boolean): number | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (value !== undefined) throw invalid(name, 'a finite number');
  if (!mayBeMissing) throw missing(name);
  return undefined;
}

function checkIssuer(iss: unknown, issuers: ReadonlySet<unknown> | null): void {
  if (iss === undefined) {
    if (issuers === null) return;
    throw missing('iss');
  }
  if (typeof iss !== 'string') throw invalid('iss', 'a string');
  if (issuers !== null && !issuers.has(iss)) {
    throw new TokenError('issuer_mismatch', 'iss is none of the accepted issuers');
  }
}

/** An array must hold strings only: one odd member spoils the claim (section 4.1.3; row C9). */
function checkAudience(aud: unknown, audiences: ReadonlySet<unknown> | null): void {
  if (aud === undefined) {
    if (audiences === null) return;
    throw missing('aud');
  }
  const isList = Array.isArray(aud) && aud.every((item) => typeof item === 'string');
  if (!isList && typeof aud !== 'string') throw invalid('aud', 'a string or an array of strings');
  if (audiences !== null && !(isList ? aud.some((item) => audiences.has(item)) : audiences.has(aud))) {
    throw new TokenError('audience_mismatch', 'aud has none of the accepted audiences');
  }
}

/** Whether a registered claim that a token lacks would be found on the prototype of all objects (row C14). */
function isPrototypePolluted(): boolean {
  const all = Object.prototype;
  return 'exp' in all || 'nbf' in all || 'iat' in all || 'iss' in all || 'aud' in all || 'sub' in all;
}

function ownMembersOf(claims: JsonObject): JsonObject {
  return Object.assign(Object.create(null) as JsonObject, claims);
}

function toSet(values: string | readonly string[] | null): ReadonlySet<unknown> | null {
  if (values === null) return null;
  return new Set(typeof values === 'string' ? [values] : values);
}

function missing(name: string): TokenError {
  return new TokenError('claim_missing', `the claim ${name} is missing`);
}

function invalid(name: string, wanted: string): TokenError {
  return new TokenError('claim_invalid', `the claim ${name} must be ${wanted}`);
}
