/**
 * One object with the shape of the Python original, for those who come from it, over the encoder and the decoder. Each
 * call replaces one frozen snapshot by another: nothing of one token is left when the next one has been looked at
 * (row POL-23).
 */
import type { Clock } from '../../core/clock.js';
import { systemClock } from '../../core/clock.js';
import { UsageError } from '../../core/errors.js';
import { aFunction, aNonEmptyString, integerFrom, nullOr } from '../../core/option-rules.js';
import type { OptionRules } from '../../core/options.js';
import { checkOptions, describe, optional } from '../../core/options.js';
import { decodeUnverifiedJwt } from '../../jwt/decode-unverified-jwt.js';
import type { ApiJwtKeys, PemKeys } from './api-jwt-keys.js';
import { createApiJwtKeys, pemRules } from './api-jwt-keys.js';
import type { ApiJwtAllowed, ApiJwtVocabulary } from './api-jwt-policy.js';
import { API_JWT_VOCABULARY, toPolicy } from './api-jwt-policy.js';
import type { ApiTokenDecoder } from './api-token-decoder.js';
import { createApiTokenDecoder } from './api-token-decoder.js';
import type { EncodeRequest } from './api-token-encoder.js';
import { createApiTokenEncoder } from './api-token-encoder.js';
import type { ApiTokenOutcome } from './api-token-outcome.js';
import type { Policy } from './define-policy.js';
import { compiledPolicyOf, freezeCopy } from './define-policy.js';
import type { JsonValue, PolicyDefinition } from './policy-definition.js';

export type { ApiJwtAllowed } from './api-jwt-policy.js';

export interface ApiJwtOptions {
  /** PEM: one, several, or a JSON array of several. Default: the public half of the private key. */
  readonly publicKeys?: string | readonly string[] | undefined;
  /** PEM, RSA, not encrypted. Without it nothing can be encoded. */
  readonly privateKey?: string | undefined;
  /** Seconds for which tokens are good. Null and zero stand for 3600. */
  readonly ttl?: number | null | undefined;
  /** Further extras with their defaults; null leaves an extra out of tokens that do not say it. */
  readonly extras?: Readonly<Record<string, JsonValue>> | undefined;
  readonly allowed?: ApiJwtAllowed | undefined;
  /** The audience that tokens must have; null refuses those that have one. Default null. */
  readonly audience?: string | null | undefined;
  readonly clock?: Clock | undefined;
}

/** The name of the key, the seconds until expiry, and extras. */
export interface ApiJwtRequest {
  /** Default `user`. */
  readonly key?: string | undefined;
  /** Seconds from now on; zero and less make a token that has expired. Default: `ttl`. */
  readonly exp?: number | null | undefined;
  readonly [extra: string]: unknown;
}

/** What a token says. After `encode` everything but `exp` is as written in the token; after `decode` it is read. */
export interface ApiJwtUser {
  readonly id: string;
  readonly exp: Date;
  readonly [extra: string]: unknown;
}

export interface ApiJwt {
  /**
   * A token in the profile `api_jwt`; null for a key that is not known.
   *
   * @throws {UsageError} `invalid_options` without a private key; `invalid_claims` as the encoder.
   */
  encode(subject: string, request?: ApiJwtRequest): string | null;
  /** What a good token says; null for any other: the members below tell why. */
  decode(token: string | null | undefined): ApiJwtUser | null;
  /** Whether the last token is good now. */
  readonly isValid: boolean;
  /** Whether the last token can never be good. */
  readonly isBad: boolean;
  /** Whether the last token has expired by now; null where that is not known (row POL-18b). */
  readonly isExpired: boolean | null;
  /** When the last token expires, or expired; null where that is not known. */
  readonly expiry: Date | null;
  /** The last token, good or not. */
  readonly jwt: string | null;
  /** What the last token says; null unless it was good. */
  readonly user: ApiJwtUser | null;
  /**
   * One member of `user`.
   * @throws {UsageError} `invalid_options` for one that is not there.
   */
  get(name: string): unknown;
  /** @throws {UsageError} `invalid_options` for what makes no policy; nothing has changed then. */
  setAllowed(name: string, values: unknown): void;
  /** @throws {UsageError} `invalid_options` for what makes no policy; nothing has changed then. */
  setExtras(name: string, defaultValue: JsonValue): void;
  /** Replaces either half or both. @throws {UsageError} `invalid_options` as {@link createApiJwt}; nothing has changed then. */
  overrideKeys(keys: Pick<ApiJwtOptions, 'publicKeys' | 'privateKey'>): void;
  /** @throws {UsageError} `invalid_options` as {@link createApiJwt}. */
  addPublicKeys(keys: string | readonly string[]): void;
  /** Back to the keys that this was created with. */
  resetKeys(): void;
}

const TEN_YEARS = 315_360_000;
const DEFAULT_TTL_SECONDS = 3600;
const anObject = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? undefined
    : `must be an object, not ${describe(value)}`;

const rules: OptionRules<ApiJwtOptions> = {
  ...pemRules,
  ttl: optional(nullOr(integerFrom(-TEN_YEARS, TEN_YEARS, 'seconds'))),
  extras: optional(anObject),
  allowed: optional(anObject),
  audience: optional(nullOr(aNonEmptyString)),
  clock: optional(aFunction),
};

/** What there is to say of the last token. */
interface Snapshot {
  readonly jwt: string | null;
  readonly outcome: ApiTokenOutcome['outcome'] | 'none';
  readonly user: ApiJwtUser | null;
  readonly expiresAt: number | null;
}

const nothing = (jwt: string | null, outcome: Snapshot['outcome']): Snapshot =>
  Object.freeze({ jwt, outcome, user: null, expiresAt: null });

/**
 * An object as `APIJwt` of the Python original: RS256, the profile `api_jwt`, the same vocabulary.
 *
 * @throws {UsageError} `invalid_options` for options that are wrong, for no keys at all (the original then took a key
 * pair that everybody knows; row POL-28), for keys that cannot be read, and for what makes no policy.
 */
export function createApiJwt(options: ApiJwtOptions): ApiJwt {
  return new ApiJwtObject(checkOptions('createApiJwt', options, rules));
}

class ApiJwtObject implements ApiJwt {
  readonly #keys: ApiJwtKeys;
  readonly #clock: Clock;
  readonly #audience: string | null;
  readonly #ttlSeconds: number;
  #language: Language;
  #last = nothing(null, 'none');

  constructor({
    ttl,
    audience = null,
    clock = systemClock,
    extras = {},
    allowed = {},
    ...pems
  }: ApiJwtOptions) {
    this.#keys = createApiJwtKeys('createApiJwt', pems);
    this.#clock = clock;
    this.#audience = audience;
    this.#ttlSeconds = ttl || DEFAULT_TTL_SECONDS;
    this.#language = this.#learn(API_JWT_VOCABULARY, extras, allowed);
    Object.freeze(this);
  }

  encode(id: string, { key = 'user', exp, ...extras }: ApiJwtRequest = {}): string | null {
    const { policy } = this.#language;
    if (!compiledPolicyOf(policy).issuerByKind.has(key)) {
      this.#last = nothing(null, 'bad');
      return null;
    }
    refuseNamesOfTheEncoder(extras);
    const encoder = createApiTokenEncoder({
      policy,
      key: privateKeyOf(this.#keys),
      profile: 'api_jwt',
      clock: this.#clock,
    });
    const given = { ...asText(policy, extras), kind: key, expiresInSeconds: exp ?? this.#ttlSeconds };
    const jwt = encoder.encode(id, given as EncodeRequest<PolicyDefinition, string>);
    const { unverifiedClaims: claims } = decodeUnverifiedJwt(jwt);
    const expiresAt = Number(claims['exp']);
    const user = Object.freeze({ ...claims, id, exp: toDate(expiresAt) });
    this.#last = Object.freeze({ jwt, outcome: 'valid', user, expiresAt });
    return jwt;
  }

  decode(jwt: string | null | undefined): ApiJwtUser | null {
    this.#last =
      typeof jwt === 'string' ? toSnapshot(jwt, this.#language.decoder.decode(jwt)) : nothing(null, 'bad');
    return this.#last.user;
  }

  get isValid(): boolean {
    return this.#last.outcome === 'valid' && this.isExpired === false;
  }

  get isBad(): boolean {
    return this.#last.outcome === 'bad';
  }

  get isExpired(): boolean | null {
    const { expiresAt } = this.#last;
    return expiresAt === null ? null : !(this.#clock() < expiresAt);
  }

  get expiry(): Date | null {
    const { expiresAt } = this.#last;
    return expiresAt === null ? null : toDate(expiresAt);
  }

  get jwt(): string | null {
    return this.#last.jwt;
  }

  get user(): ApiJwtUser | null {
    return this.#last.user;
  }

  get(name: string): unknown {
    const { user } = this.#last;
    if (user !== null && Object.hasOwn(user, name)) return user[name];
    throw new UsageError('invalid_options', 'get', ['there is no such member of the last token']);
  }

  setAllowed(name: string, values: unknown): void {
    this.#language = this.#learn(this.#language.vocabulary, {}, { [name]: values });
  }

  setExtras(name: string, defaultValue: JsonValue): void {
    this.#language = this.#learn(this.#language.vocabulary, { [name]: defaultValue }, {});
  }

  overrideKeys(keys: PemKeys): void {
    this.#keys.override(keys);
  }

  addPublicKeys(keys: string | readonly string[]): void {
    this.#keys.add(keys);
  }

  resetKeys(): void {
    this.#keys.reset();
  }

  #learn(before: ApiJwtVocabulary, extras: ApiJwtVocabulary['extras'], allowed: ApiJwtAllowed): Language {
    const given = { extras: { ...before.extras, ...extras }, allowed: { ...before.allowed, ...allowed } };
    const policy = toPolicy(given);
    const vocabulary = freezeCopy(given);
    const decoder = createApiTokenDecoder({
      policy,
      keys: this.#keys.ring,
      audience: this.#audience,
      unsafeAllowUnknownIssuers: true,
      clock: this.#clock,
    });
    return Object.freeze({ vocabulary, policy, decoder });
  }
}

/** What tokens can say at present. */
interface Language {
  readonly vocabulary: ApiJwtVocabulary;
  readonly policy: Policy;
  readonly decoder: ApiTokenDecoder;
}

function toSnapshot(jwt: string, result: ApiTokenOutcome): Snapshot {
  if (result.outcome === 'bad') return nothing(jwt, 'bad');
  if (result.outcome === 'expired') {
    return Object.freeze({ jwt, outcome: 'expired', user: null, expiresAt: result.expiredAt });
  }
  const { extras, subject, expiresAt } = result.record;
  const { level, factor } = extras;
  const user = { ...extras, level: level ?? 0, factor: factor ?? '', id: subject, exp: toDate(expiresAt) };
  return Object.freeze({ jwt, outcome: 'valid', user: Object.freeze(user), expiresAt });
}

function privateKeyOf({ privateKey }: ApiJwtKeys) {
  if (privateKey !== undefined) return privateKey;
  throw new UsageError('invalid_options', 'encode', [
    'privateKey must be given: there is nothing to sign with',
  ]);
}

/** No extra can have these names; the encoder would take them for something else (row POL-8). */
function refuseNamesOfTheEncoder(extras: Readonly<Record<string, unknown>>): void {
  const names = ['kind', 'expiresInSeconds'].filter((name) => Object.hasOwn(extras, name));
  if (names.length === 0) return;
  const problems = names.map((name) => `"${name}" is no extra of the policy: say key and exp`);
  throw new UsageError('invalid_claims', 'encode', problems);
}

/** Where the policy knows no type, the original writes numbers, booleans and lists as text (row POL-13). */
function asText(policy: Policy, given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { extras } = compiledPolicyOf(policy);
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      if (extras.get(name)?.type !== 'json') return [name, value];
      if (typeof value === 'boolean') return [name, value ? 'True' : 'False'];
      if (typeof value === 'number' && Number.isFinite(value)) return [name, String(value)];
      const isList =
        Array.isArray(value) && value.every((item) => typeof item === 'string' && !item.includes(','));
      return [name, isList ? value.join(',') : value];
    }),
  );
}

function toDate(seconds: number): Date {
  return new Date(seconds * 1000);
}
