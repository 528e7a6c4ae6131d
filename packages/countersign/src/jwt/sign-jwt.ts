/** Signing of JWT (RFC 7519 section 7.1). */

import { encodeBase64url } from '../core/base64url.js';
import type { Clock } from '../core/clock.js';
import { systemClock } from '../core/clock.js';
import { UsageError } from '../core/errors.js';
import {
  aBoolean,
  aFunction,
  aNonEmptyString,
  nullOr,
  numberFrom,
  stringOrStrings,
} from '../core/option-rules.js';
import type { OptionRules } from '../core/options.js';
import { checkOptions, describe, optional, required } from '../core/options.js';
import { utf8BytesOf } from '../jws/scratch.js';
import { signingKeyRule } from '../jws/sign-jws.js';
import { signCompact, signCompactAsync } from '../jws/signature.js';
import type { SigningKey } from '../keys/key.js';
import { materialOf } from '../keys/key.js';
import type { ClaimsToSign } from './jwt-claims.js';
import { serializeClaims } from './serialize-claims.js';

export interface JwtSignerOptions {
  readonly key: SigningKey;
  /** `typ` of the header; null leaves it out. Default `JWT`. */
  readonly type?: string | null | undefined;
  /** `iss`, where the claims have none. */
  readonly issuer?: string | undefined;
  /** `aud`, where the claims have none. */
  readonly audience?: string | readonly string[] | undefined;
  /** `exp` is this long after `iat`, where the claims have none. Without it each token must bring its `exp`. */
  readonly lifetimeSeconds?: number | undefined;
  /** Signs tokens without `exp`, which are good for ever. */
  readonly unsafeAllowMissingExpiry?: boolean | undefined;
  readonly clock?: Clock | undefined;
}

export interface JwtSigner {
  /**
   * A compact JWT. `iat` is the present second, rounded down; `iss`, `aud` and `exp` come from the options; what
   * `claims` holds comes last and prevails.
   *
   * @throws {UsageError} `invalid_claims` for what JSON cannot say (undefined, NaN, dates ...; row J29), for `exp`,
   * `nbf` or `iat` that is no finite number, and for a missing `exp`.
   */
  sign(claims: ClaimsToSign): string;
  /** The same, signed in the thread pool; an HMAC at once. */
  signAsync(claims: ClaimsToSign): Promise<string>;
}

const rules: OptionRules<JwtSignerOptions> = {
  key: required(signingKeyRule),
  type: optional(nullOr(aNonEmptyString)),
  issuer: optional(aNonEmptyString),
  audience: optional(stringOrStrings),
  lifetimeSeconds: optional(numberFrom(1, 315_360_000, 'seconds')),
  unsafeAllowMissingExpiry: optional(aBoolean),
  clock: optional(aFunction),
};

/**
 * A signer of JWT. The header holds exactly `alg`, `typ` and `kid` in that order, the latter two where present
 * (row JAM-20).
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createJwtSigner(options: JwtSignerOptions): JwtSigner {
  const checked = checkOptions('createJwtSigner', options, rules);
  const material = materialOf(checked.key);
  const typ = checked.type === undefined ? 'JWT' : (checked.type ?? undefined);
  const header = { alg: material.row.headerName, typ, kid: checked.key.kid };
  const prefix = `${encodeBase64url(JSON.stringify(header))}.`;
  const complete = createDefaults(checked);

  const payloadOf = (claims: ClaimsToSign) => utf8BytesOf(serializeClaims(complete(claims)));
  return Object.freeze({
    sign: (claims: ClaimsToSign) => signCompact(material, prefix, payloadOf(claims)),
    signAsync: async (claims: ClaimsToSign) => signCompactAsync(material, prefix, payloadOf(claims)),
  });
}

/** Adds what the options say to a copy of the claims, which prevail. */
function createDefaults(options: JwtSignerOptions): (claims: ClaimsToSign) => ClaimsToSign {
  const clock = options.clock ?? systemClock;
  const { lifetimeSeconds } = options;
  const mayLackExpiry = options.unsafeAllowMissingExpiry === true;
  const fixed: Record<string, unknown> = {};
  if (options.issuer !== undefined) fixed['iss'] = options.issuer;
  if (options.audience !== undefined) fixed['aud'] = options.audience;
  return (claims) => {
    if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) {
      throw invalidClaims(`claims must be an object, not ${describe(claims)}`);
    }
    const all: Record<string, unknown> = {};
    copyMembers(fixed, all);
    all['iat'] = Math.floor(clock());
    copyMembers(claims, all);
    if (!Object.hasOwn(all, 'exp')) {
      if (lifetimeSeconds !== undefined) all['exp'] = Number(all['iat']) + lifetimeSeconds;
      else if (!mayLackExpiry)
        throw invalidClaims('exp is missing: give it, or lifetimeSeconds to the signer');
    }
    return all;
  };
}

/** Member by member: an object made by spreading or Object.assign takes ten times as long to build and to write. */
function copyMembers(from: Readonly<Record<string, unknown>>, to: Record<string, unknown>): void {
  for (const name of Object.keys(from)) {
    if (name === '__proto__') throw invalidClaims('"__proto__" is no name for a claim');
    to[name] = from[name];
  }
}

function invalidClaims(problem: string): UsageError {
  return new UsageError('invalid_claims', 'sign', [problem]);
}
