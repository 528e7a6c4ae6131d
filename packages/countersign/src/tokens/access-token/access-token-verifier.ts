/** Verification of access tokens in the JWT profile (RFC 9068): what a resource server does. */
import type { Clock } from '../../core/clock.js';
import { TokenError } from '../../core/errors.js';
import { aFunction, nullOr, stringOrStrings } from '../../core/option-rules.js';
import type { OptionRules, ValueRule } from '../../core/options.js';
import { checkOptions, optional, required } from '../../core/options.js';
import { compactVerifierRules, findAlgorithmProblems } from '../../jws/compact-verifier.js';
import { claimRulesRules } from '../../jwt/claim-rules.js';
import { missingScopes, parseScope, parseScopeList, scopeOrScopes } from '../../jwt/scope.js';
import type { VerifiedJwt } from '../../jwt/verify-jwt.js';
import { createJwtVerifier } from '../../jwt/verify-jwt.js';
import type { Key } from '../../keys/key.js';
import { isKey } from '../../keys/key.js';
import type { KeySource } from '../../keys/key-source.js';
import { isKeySource } from '../../keys/key-source.js';
import { publicAlgorithmNames } from '../../keys/public-algorithms.js';
import type { AccessTokenAlgorithm } from './access-token-algorithms.js';
import { ACCESS_TOKEN_TYPE } from './access-token-algorithms.js';
import type { AccessTokenCaller } from './access-token-caller.js';
import { toAccessTokenCaller } from './access-token-caller.js';

export interface AccessTokenVerifierOptions {
  /** Public keys of the authorization server, or where to find them. */
  readonly keys: Key<'public'> | readonly Key<'public'>[] | KeySource;
  /** The authorization servers whose tokens are taken, compared exactly with `iss`. */
  readonly issuer: string | readonly string[];
  /** The names of this resource server: one of the token's audiences must be one of them, exactly. */
  readonly audience: string | readonly string[];
  /** The algorithms that are accepted; null for those of the keys. HMAC is none of them. */
  readonly algorithms: readonly AccessTokenAlgorithm[] | null;
  /** Scopes that every token must have, all of them: with one space between two, or a list. Default: none. */
  readonly requiredScopes?: string | readonly string[] | undefined;
  /** How long ago a token may have been issued; null, the default, for no bound but its `exp`. */
  readonly maxAgeSeconds?: number | null | undefined;
  /** The longest time from `iat` to `exp`. Default: no bound. */
  readonly maxLifetimeSeconds?: number | undefined;
  /** How far clocks may differ: applied to `exp`, `nbf`, `iat` and the age. Default 0. */
  readonly toleranceSeconds?: number | undefined;
  /** Longest token that is looked at, in bytes. Default 16384. */
  readonly maxTokenBytes?: number | undefined;
  readonly clock?: Clock | undefined;
}

export interface AccessTokenVerifier {
  /**
   * Checks with keys that are at hand. Where a key would have to be fetched first, this throws `key_not_found`:
   * use {@link AccessTokenVerifier.verifyAsync} with such sources.
   *
   * @throws {TokenError} in this order: structure (`token_too_large`, `malformed_token`,
   * `unsupported_critical_header`, `algorithm_not_allowed`, `unexpected_token_type`), key (`key_not_found`),
   * signature (`bad_signature`), claims (`malformed_token`, `claim_missing`, `claim_invalid`, `token_expired`,
   * `token_not_yet_valid`, `lifetime_too_long`, `token_too_old`, `issuer_mismatch`, `audience_mismatch`), and last
   * `insufficient_scope`.
   */
  verify(token: string): AccessTokenCaller;
  /**
   * Checks, fetching the key where need be, and in the thread pool where that pays.
   *
   * @throws {TokenError} as {@link AccessTokenVerifier.verify}.
   * @throws {UnavailableError} `key_source_unavailable` when the key cannot be fetched now.
   */
  verifyAsync(token: string): Promise<AccessTokenCaller>;
}

/** RFC 9068 section 2.2. */
export const ACCESS_TOKEN_CLAIMS: readonly string[] = Object.freeze([
  'iss',
  'exp',
  'aud',
  'sub',
  'client_id',
  'iat',
  'jti',
]);

/** Who holds a secret to verify with could sign as well. */
const publicKeysRule: ValueRule = (value) => {
  const isPublic = (key: unknown) => isKey(key) && key.kind === 'public';
  return isPublic(value) || isKeySource(value) || (Array.isArray(value) && value.every(isPublic))
    ? undefined
    : 'must be public keys made by importPublicKey or generateKeyPair, or a key source';
};

const rules: OptionRules<AccessTokenVerifierOptions> = {
  keys: required(publicKeysRule),
  issuer: required(stringOrStrings),
  audience: required(stringOrStrings),
  algorithms: required(nullOr(publicAlgorithmNames)),
  requiredScopes: optional(scopeOrScopes),
  maxAgeSeconds: optional(claimRulesRules.maxAgeSeconds.rule),
  maxLifetimeSeconds: claimRulesRules.maxLifetimeSeconds,
  toleranceSeconds: claimRulesRules.toleranceSeconds,
  maxTokenBytes: compactVerifierRules.maxTokenBytes,
  clock: optional(aFunction),
};

function findProblems({ keys, algorithms }: AccessTokenVerifierOptions): readonly string[] {
  const ofKeys = isKeySource(keys) && algorithms === null ? (keys.algorithms ?? []) : [];
  return ofKeys.some((name) => name.startsWith('HS'))
    ? ['algorithms must be named, not null: the key source has keys for HMAC too']
    : findAlgorithmProblems({ keys, algorithms, type: ACCESS_TOKEN_TYPE });
}

/**
 * A verifier of access tokens (RFC 9068 section 4): structure, `typ` `at+jwt`, key, signature, claims, scopes. A token
 * of another kind is refused, whatever key it is signed with (rows J27 and J28; RFC 8725 section 3.12).
 * Does not check: revocation (a token is good until its `exp`), use more than once, proof of possession (`cnf`), and
 * how the user was authenticated.
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createAccessTokenVerifier(options: AccessTokenVerifierOptions): AccessTokenVerifier {
  const checked = checkOptions('createAccessTokenVerifier', options, rules, findProblems);
  const { requiredScopes, maxAgeSeconds = null, ...others } = checked;
  const needed = parseScope(requiredScopes) ?? parseScopeList(requiredScopes) ?? [];
  const verifier = createJwtVerifier({
    ...others,
    maxAgeSeconds,
    type: ACCESS_TOKEN_TYPE,
    requiredClaims: ACCESS_TOKEN_CLAIMS,
  });

  function finish(verified: VerifiedJwt): AccessTokenCaller {
    const caller = toAccessTokenCaller(verified);
    const missing = missingScopes(caller.scopes, needed);
    if (missing.length === 0) return caller;
    throw new TokenError('insufficient_scope', `the token lacks: ${missing.join(' ')}`);
  }
  return Object.freeze({
    verify: (token: string) => finish(verifier.verify(token)),
    verifyAsync: async (token: string) => finish(await verifier.verifyAsync(token)),
  });
}
