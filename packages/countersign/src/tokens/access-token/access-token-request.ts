/** What a token says: the presets of its generator, and what one call puts in their place. */
import { UsageError } from '../../core/errors.js';
import { aNonEmptyString, integerFrom, numberFrom } from '../../core/option-rules.js';
import type { OptionRules, ValueRule } from '../../core/options.js';
import { checkOptions, describe, optional, required } from '../../core/options.js';
import type { AccessTokenJti } from './access-token-credentials.js';
import { isStringList } from './secret-function.js';

/** What is left out, or undefined, comes from the generator. Null does not: it is refused (row JOAT-4). */
export interface AccessTokenRequest {
  readonly provider?: string | undefined;
  readonly clientId?: string | undefined;
  readonly userId?: string | undefined;
  /** May be empty: a token that allows nothing. */
  readonly scope?: readonly string[] | undefined;
  /** Epoch seconds; fractions are dropped. Default: now. */
  readonly issuedAt?: number | undefined;
  readonly lifetimeSeconds?: number | undefined;
  /** A token id, of which this library keeps no count. Default: none. */
  readonly jti?: Exclude<AccessTokenJti, null> | undefined;
}

/** In the order in which PyJOAT's example token has them, so that the same input gives the same token. */
export interface AccessTokenClaims {
  readonly aud: string;
  readonly iss: string;
  readonly exp: number;
  readonly iat: number;
  readonly scp: readonly string[];
  readonly sub: string;
  readonly jti?: AccessTokenJti;
  readonly [claim: string]: unknown;
}

const TEN_YEARS = 315_360_000;
const LAST_INSTANT = 253_402_300_799;

export const scopeListRule: ValueRule = (value) =>
  isStringList(value) ? undefined : `must be a list of strings, not ${describe(value)}`;

export const lifetimeRule = integerFrom(1, TEN_YEARS, 'seconds');

type CompleteRequest = {
  readonly [Name in Exclude<keyof AccessTokenRequest, 'jti'>]-?: NonNullable<AccessTokenRequest[Name]>;
} & Pick<AccessTokenRequest, 'jti'>;

/** The order of the problems is that of the original's errors (row JOAT-4). */
const rules: OptionRules<CompleteRequest> = {
  provider: required(aNonEmptyString),
  clientId: required(aNonEmptyString),
  userId: required(aNonEmptyString),
  scope: required(scopeListRule),
  issuedAt: required(numberFrom(0, LAST_INSTANT, 'seconds since 1970')),
  lifetimeSeconds: required(lifetimeRule),
  jti: optional((value) =>
    ['string', 'boolean'].includes(typeof value) || Number.isFinite(value)
      ? undefined
      : `must be a string, a number, true or false, not ${describe(value)}`,
  ),
};

/**
 * The claims of one token.
 *
 * @throws {UsageError} `invalid_options` with every problem found: no provider, no client, no user, no list of
 * scopes, an instant or a lifetime that is none, in this order (row JOAT-4).
 */
export function claimsOf(
  presets: AccessTokenRequest,
  request: AccessTokenRequest,
  now: number,
): AccessTokenClaims {
  const complete = merge({ issuedAt: now, ...presets }, request);
  const { provider, clientId, userId, scope, issuedAt, lifetimeSeconds, jti } = complete;
  const iat = Math.floor(issuedAt);
  const claims = {
    aud: clientId,
    iss: provider,
    exp: iat + lifetimeSeconds,
    iat,
    scp: scope,
    sub: userId,
  };
  return jti === undefined ? claims : { ...claims, jti };
}

function merge(presets: AccessTokenRequest, request: AccessTokenRequest): CompleteRequest {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    throw new UsageError('invalid_options', 'issue', [`an object is needed, not ${describe(request)}`]);
  }
  const given = Object.entries(request).filter(([, value]) => value !== undefined);
  const complete = { ...presets, ...Object.fromEntries(given) };
  return checkOptions('issue', complete as CompleteRequest, rules);
}
