/** Verification of ASAP tokens. */
import type { Clock } from '../../core/clock.js';
import {
  aBoolean,
  aFunction,
  integerFrom,
  nullOr,
  numberFrom,
  stringOrStrings,
} from '../../core/option-rules.js';
import type { OptionRules, ValueRule } from '../../core/options.js';
import { checkOptions, optional, required } from '../../core/options.js';
import { compactVerifierRules } from '../../jws/compact-verifier.js';
import { checkReplay, checkReplayAtOnce } from '../../jwt/check-replay.js';
import type { ReplayEntry, ReplayStore } from '../../jwt/replay-store.js';
import { isReplayStore } from '../../jwt/replay-store.js';
import { createJwtVerifier } from '../../jwt/verify-jwt.js';
import type { VerificationKey } from '../../keys/key.js';
import { findIssuerProblem } from '../../keys/key-id.js';
import type { KeySource } from '../../keys/key-source.js';
import { isKeySource } from '../../keys/key-source.js';
import { createStaticKeys } from '../../keys/static-keys.js';
import type { AsapAlgorithm } from './asap-algorithms.js';
import { ASAP_ALGORITHMS, asapAlgorithmNames } from './asap-algorithms.js';
import type { AsapCaller } from './asap-caller.js';
import { toAsapCaller } from './asap-claims.js';
import { withKeyIdRules } from './key-id-rules.js';

export interface AsapVerifierOptions {
  /** Keys with ids, or where to find them. */
  readonly keys: VerificationKey | readonly VerificationKey[] | KeySource;
  /** The names of this service: one of the token's audiences must be one of them, exactly; null accepts any. */
  readonly audience: string | readonly string[] | null;
  /** The services that may come in; null lets in every issuer whose keys can be found. */
  readonly issuers: string | readonly string[] | null;
  /** Whether `sub`, where there is one, must be the issuer. Default true. */
  readonly subjectMustMatchIssuer?: boolean | undefined;
  /**
   * Where tokens are remembered so that none is taken twice; null takes them as often as they come. Verifiers that
   * share a store must have the same `toleranceSeconds`. Default null.
   */
  readonly replay?: ReplayStore | null | undefined;
  /** How far clocks may differ: applied to `exp`, `nbf` and `iat`. Default 0. */
  readonly toleranceSeconds?: number | undefined;
  /** The longest time from `iat` to `exp`, from 1 to 3600. Default 3600. */
  readonly maxLifetimeSeconds?: number | undefined;
  /** Accepted algorithms. Default: the nine of the protocol. */
  readonly algorithms?: readonly AsapAlgorithm[] | undefined;
  /** Longest token that is looked at, in bytes. Default 16384. */
  readonly maxTokenBytes?: number | undefined;
  readonly clock?: Clock | undefined;
}

export interface AsapVerifier {
  /**
   * Checks with keys that are at hand and a replay store that answers at once. Where a key would have to be fetched
   * first, this throws `key_not_found`: use {@link AsapVerifier.verifyAsync} with such sources.
   *
   * @throws {TokenError} in this order: structure (`token_too_large`, `malformed_token`,
   * `unsupported_critical_header`, `algorithm_not_allowed`, `key_id_invalid`), key (`key_not_found`), signature
   * (`bad_signature`), claims (`malformed_token`, `claim_missing`, `claim_invalid`, `token_expired`,
   * `token_not_yet_valid`, `audience_mismatch`, `unexpected_token_type`, `issuer_does_not_own_key`,
   * `subject_mismatch`, `lifetime_too_long`), then `issuer_not_allowed`, and last `token_replayed`.
   * @throws {UnavailableError} `replay_store_full`, `replay_store_unavailable`.
   * @throws {UsageError} `invalid_options` when the replay store answers later.
   */
  verify(token: string): AsapCaller;
  /**
   * Checks, fetching the key where need be.
   *
   * @throws {TokenError} as {@link AsapVerifier.verify}.
   * @throws {UnavailableError} as {@link AsapVerifier.verify}, and `key_source_unavailable`.
   */
  verifyAsync(token: string): Promise<AsapCaller>;
}

export const MAX_LIFETIME_SECONDS = 3600;

/** Claims that must be there, besides `exp` and `jti`. */
export const ASAP_CLAIMS: readonly string[] = Object.freeze(['iat', 'iss', 'aud']);

const issuersRule: ValueRule = (value) => {
  const problem = stringOrStrings(value);
  if (problem !== undefined) return problem;
  const issuers = typeof value === 'string' ? [value] : (value as readonly string[]);
  return issuers.map(findIssuerProblem).find((found) => found !== undefined);
};

export const asapVerifierRules: OptionRules<AsapVerifierOptions> = {
  keys: compactVerifierRules.keys,
  audience: required(nullOr(stringOrStrings)),
  issuers: required(nullOr(issuersRule)),
  subjectMustMatchIssuer: optional(aBoolean),
  replay: optional(
    nullOr((value) =>
      isReplayStore(value) ? undefined : 'must be a replay store: an object with insertOnce',
    ),
  ),
  toleranceSeconds: optional(numberFrom(0, 3600, 'seconds')),
  maxLifetimeSeconds: optional(integerFrom(1, MAX_LIFETIME_SECONDS, 'seconds')),
  algorithms: optional(asapAlgorithmNames),
  maxTokenBytes: compactVerifierRules.maxTokenBytes,
  clock: optional(aFunction),
};

/**
 * A verifier of ASAP tokens: structure, key id, key, signature, claims, who owns the key, who may come in, and last,
 * if asked for, whether the token was used before; so a token that is refused for anything else is not used up
 * (rows ASAP-20, ASAP-26 and A11). The algorithm is judged before a key is fetched.
 * Does not check: revocation of tokens (a key is revoked by taking it out of its repository), and claims that are
 * not named above.
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createAsapVerifier(options: AsapVerifierOptions): AsapVerifier {
  const checked = checkOptions('createAsapVerifier', options, asapVerifierRules);
  const { keys, issuers, replay = null, toleranceSeconds = 0 } = checked;
  const verifier = createJwtVerifier({
    keys: withKeyIdRules(isKeySource(keys) ? keys : createStaticKeys(keys)),
    algorithms: checked.algorithms ?? ASAP_ALGORITHMS,
    type: null,
    issuer: null,
    audience: checked.audience,
    maxAgeSeconds: null,
    toleranceSeconds,
    requiredClaims: ASAP_CLAIMS,
    maxTokenBytes: checked.maxTokenBytes,
    clock: checked.clock,
  });
  const policy = {
    subjectMustMatchIssuer: checked.subjectMustMatchIssuer ?? true,
    maxLifetimeSeconds: checked.maxLifetimeSeconds ?? MAX_LIFETIME_SECONDS,
    issuers: issuers === null ? null : new Set(typeof issuers === 'string' ? [issuers] : issuers),
  };
  const entryOf = ({ issuer, tokenId, expiresAt }: AsapCaller): ReplayEntry => ({
    issuer,
    tokenId,
    expiresAt: expiresAt + toleranceSeconds,
  });

  return Object.freeze({
    verify(token: string): AsapCaller {
      const caller = toAsapCaller(verifier.verify(token), policy);
      if (replay !== null) checkReplayAtOnce(replay, entryOf(caller));
      return caller;
    },
    async verifyAsync(token: string): Promise<AsapCaller> {
      const caller = toAsapCaller(await verifier.verifyAsync(token), policy);
      if (replay !== null) await checkReplay(replay, entryOf(caller));
      return caller;
    },
  });
}
