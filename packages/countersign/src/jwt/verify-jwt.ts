/** Verification of signed JWT (RFC 7519 section 7.2). */
import type { Clock } from '../core/clock.js';
import { systemClock } from '../core/clock.js';
import { aFunction } from '../core/option-rules.js';
import type { OptionRules } from '../core/options.js';
import { checkOptions, optional } from '../core/options.js';
import { decodeUtf8 } from '../core/strict-json.js';
import type { CompactVerifierOptions, VerifiedCompact } from '../jws/compact-verifier.js';
import {
  compactVerifierRules,
  createCompactVerifier,
  findAlgorithmProblems,
} from '../jws/compact-verifier.js';
import type { JwsHeader } from '../jws/jws-header.js';
import type { VerificationKey } from '../keys/key.js';
import type { ClaimRules, ClaimRulesOptions } from './claim-rules.js';
import { claimRulesRules, createClaimRules } from './claim-rules.js';
import { createClaimsReader } from './claims-reader.js';
import type { JwtClaims } from './jwt-claims.js';

/** Policy is required; `null` is the only way to switch a check off. */
export interface JwtVerifierOptions extends CompactVerifierOptions, ClaimRulesOptions {
  readonly clock?: Clock | undefined;
}

/** A token that passed every check. Frozen, the header and the claims through and through. */
export interface VerifiedJwt {
  readonly header: JwsHeader;
  readonly claims: JwtClaims;
  /** The key that the signature holds under. */
  readonly key: VerificationKey;
}

export interface JwtVerifier {
  /**
   * Checks with keys that are at hand. Where a key would have to be fetched first, this throws `key_not_found`:
   * use {@link JwtVerifier.verifyAsync} with such sources.
   *
   * @throws {TokenError} in this order: structure (`token_too_large`, `malformed_token`,
   * `unsupported_critical_header`, `algorithm_not_allowed`, `unexpected_token_type`), key (`key_not_found`),
   * signature (`bad_signature`), claims (`malformed_token`, `claim_missing`, `claim_invalid`, `token_expired`,
   * `token_not_yet_valid`, `lifetime_too_long`, `token_too_old`, `issuer_mismatch`, `audience_mismatch`).
   */
  verify(token: string): VerifiedJwt;
  /**
   * Checks, fetching the key where need be, and in the thread pool where that pays.
   *
   * @throws {TokenError} as {@link JwtVerifier.verify}.
   * @throws {UnavailableError} `key_source_unavailable` when the key cannot be fetched now.
   */
  verifyAsync(token: string): Promise<VerifiedJwt>;
}

export interface JwtCheck {
  /** As {@link JwtVerifier.verify}. @param nowSeconds as the clock has just told, for who asked it already */
  now(token: string, nowSeconds?: number): VerifiedJwt;
  /** As {@link JwtVerifier.verifyAsync}. */
  later(token: string): Promise<VerifiedJwt>;
}

const rules: OptionRules<JwtVerifierOptions> = {
  ...compactVerifierRules,
  ...claimRulesRules,
  clock: optional(aFunction),
};

/**
 * A verifier of signed JWT: structure, key, signature, then claims.
 * Does not check: `jti` (neither its form nor whether it was seen before), revocation, and claims outside of
 * RFC 7519 beyond their presence where `requiredClaims` names them.
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createJwtVerifier(options: JwtVerifierOptions): JwtVerifier {
  const check = createJwtCheck(options);
  return Object.freeze({
    verify: (token: string) => Object.freeze(check.now(token)),
    verifyAsync: async (token: string) => Object.freeze(await check.later(token)),
  });
}

/**
 * What verifiers are made of. For layers above: of what it gives only the header and the claims are frozen.
 *
 * @throws {UsageError} as {@link createJwtVerifier}.
 */
export function createJwtCheck(options: JwtVerifierOptions): JwtCheck {
  const checked = checkOptions('createJwtVerifier', options, rules, findAlgorithmProblems);
  const clock = checked.clock ?? systemClock;
  const compact = createCompactVerifier(checked, decodeUtf8);
  const reader = createClaimsReader();
  const checkClaims: ClaimRules = createClaimRules(checked);

  const finish = ({ header, payload, key }: VerifiedCompact<string>, nowSeconds: number): VerifiedJwt => {
    const claims = reader.read(payload);
    checkClaims(claims, nowSeconds, reader.isFamiliar());
    reader.learn(claims);
    return { header, claims, key };
  };
  return {
    now: (token, nowSeconds) => finish(compact.verify(token), nowSeconds ?? clock()),
    later: async (token) => finish(await compact.verifyAsync(token), clock()),
  };
}
