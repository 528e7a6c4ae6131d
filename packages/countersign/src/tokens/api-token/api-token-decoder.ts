/** Decoding of API tokens. Pure: what is said of a token depends on it, the keys and the clock alone (row POL-23). */
import type { Clock } from '../../core/clock.js';
import { TokenError } from '../../core/errors.js';
import {
  aBoolean,
  aFunction,
  integerFrom,
  nullOr,
  numberFrom,
  stringOrStrings,
} from '../../core/option-rules.js';
import type { OptionRules } from '../../core/options.js';
import { checkOptions, optional, required } from '../../core/options.js';
import type { Key } from '../../keys/key.js';
import { isKey } from '../../keys/key.js';
import type { KeySource } from '../../keys/key-source.js';
import { isKeySource } from '../../keys/key-source.js';
import type { ApiTokenAlgorithm } from './api-token-algorithms.js';
import { apiTokenAlgorithmNames, DEFAULT_ALGORITHMS } from './api-token-algorithms.js';
import type { ApiTokenKeyRing } from './api-token-key-ring.js';
import { createApiTokenKeyRing, isKeyRing } from './api-token-key-ring.js';
import type { ApiTokenOutcome } from './api-token-outcome.js';
import type { Policy } from './define-policy.js';
import { policyRule } from './define-policy.js';
import { createApiTokenJudge } from './judge-api-token.js';
import type { PolicyDefinition } from './policy-definition.js';
import { createSignatureCheck } from './signature-check.js';
import type { WireProfile } from './wire-profiles.js';
import { WIRE_PROFILES } from './wire-profiles.js';

export interface ApiTokenDecoderOptions<Definition extends PolicyDefinition = PolicyDefinition> {
  readonly policy: Policy<Definition>;
  /** Public keys, a ring of them that may change, or where to find them by their ids. */
  readonly keys: Key<'public'> | readonly Key<'public'>[] | ApiTokenKeyRing | KeySource;
  /**
   * The names of this service: a token must be meant for one of them. With null tokens that name any audience are
   * refused (RFC 7519 section 4.1.3), as the original does.
   */
  readonly audience: string | readonly string[] | null;
  /** Default: RS256 alone. */
  readonly algorithms?: readonly ApiTokenAlgorithm[] | undefined;
  /** Whether a token must still be what the policy allows. Default false: signing it was enough. */
  readonly recheckPolicy?: boolean | undefined;
  /**
   * Takes tokens of issuers that the policy does not know, with the kind null, as the original does. Default false:
   * where one key signs tokens of several kinds, those of the others are refused by their issuer (row J28).
   */
  readonly unsafeAllowUnknownIssuers?: boolean | undefined;
  /** The profiles that are accepted. Default: both. */
  readonly profiles?: readonly WireProfile[] | undefined;
  /** How far clocks may differ. Default 0. */
  readonly toleranceSeconds?: number | undefined;
  /** Longest token that is looked at, in bytes. Default 16384. */
  readonly maxTokenBytes?: number | undefined;
  readonly clock?: Clock | undefined;
}

export interface ApiTokenDecoder<Definition extends PolicyDefinition = PolicyDefinition> {
  /**
   * What the token is worth, with keys that are at hand; throws nothing. Where a key would have to be fetched first,
   * the reason is `key_not_found`: use {@link ApiTokenDecoder.decodeAsync} with such sources.
   */
  decode(token: string): ApiTokenOutcome<Definition>;
  /**
   * The same, fetching the key where need be, and in the thread pool where that pays.
   *
   * @throws {UnavailableError} `key_source_unavailable` when the key cannot be fetched now.
   */
  decodeAsync(token: string): Promise<ApiTokenOutcome<Definition>>;
}

export const apiTokenDecoderRules: OptionRules<ApiTokenDecoderOptions> = {
  policy: required(policyRule),
  keys: required((value) =>
    isPublicKey(value) ||
    (Array.isArray(value) && value.every(isPublicKey)) ||
    isKeyRing(value) ||
    isKeySource(value)
      ? undefined
      : 'must be public keys made by importPublicKey or generateKeyPair, a key ring, or a key source',
  ),
  audience: required(nullOr(stringOrStrings)),
  algorithms: optional(apiTokenAlgorithmNames),
  recheckPolicy: optional(aBoolean),
  unsafeAllowUnknownIssuers: optional(aBoolean),
  profiles: optional((value) =>
    Array.isArray(value) && value.length > 0 && value.every((name) => WIRE_PROFILES.includes(name))
      ? undefined
      : 'must be a non-empty array of "native" and "api_jwt"',
  ),
  toleranceSeconds: optional(numberFrom(0, 86_400, 'seconds')),
  maxTokenBytes: optional(integerFrom(64, 1_048_576, 'bytes')),
  clock: optional(aFunction),
};

/**
 * A decoder of API tokens: structure, key, signature, times, audience, extras, and the policy where that is asked for.
 * Does not check: `jti` against replay or revocation.
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createApiTokenDecoder<Definition extends PolicyDefinition>(
  options: ApiTokenDecoderOptions<Definition>,
): ApiTokenDecoder<Definition> {
  const checked = checkOptions<ApiTokenDecoderOptions>(
    'createApiTokenDecoder',
    options,
    apiTokenDecoderRules,
    findApiTokenKeyProblems,
  );
  const { keys, maxTokenBytes } = checked;
  const judge = createApiTokenJudge(checked);
  const checkSignature = createSignatureCheck({
    keys: isKeyRing(keys) || isKeySource(keys) ? keys : createApiTokenKeyRing(keys),
    algorithms: algorithmsOf(checked),
    maxTokenBytes,
  });

  const decoder: ApiTokenDecoder = {
    decode(token) {
      try {
        return judge(checkSignature.now(token)).outcome;
      } catch (error) {
        return toBad(error);
      }
    },
    async decodeAsync(token) {
      try {
        return judge(await checkSignature.later(token)).outcome;
      } catch (error) {
        return toBad(error);
      }
    },
  };
  return Object.freeze(decoder) as ApiTokenDecoder<Definition>;
}

function toBad(error: unknown): ApiTokenOutcome {
  if (!(error instanceof TokenError) || error.code === 'token_expired') throw error;
  return Object.freeze({ outcome: 'bad', reason: error.code, detail: error.message });
}

function isPublicKey(value: unknown): value is Key<'public'> {
  return isKey(value) && value.kind === 'public';
}

function algorithmsOf({
  algorithms,
}: Pick<ApiTokenDecoderOptions, 'algorithms'>): readonly ApiTokenAlgorithm[] {
  return [...(algorithms ?? DEFAULT_ALGORITHMS)];
}

/** A key that no token could be checked with is a mistake. */
export function findApiTokenKeyProblems(
  options: Pick<ApiTokenDecoderOptions, 'keys' | 'algorithms'>,
): string[] {
  const { keys } = options;
  if (isKeySource(keys)) return [];
  const list = isKeyRing(keys) ? keys.keys : Array.isArray(keys) ? keys : [keys as Key<'public'>];
  const allowed = algorithmsOf(options);
  const others = new Set(
    list.map(({ algorithm }) => algorithm).filter((name) => !allowed.some((each) => each === name)),
  );
  return [...others].map(
    (name) => `keys holds a key for ${name}, but algorithms has only ${allowed.join(', ')}`,
  );
}
