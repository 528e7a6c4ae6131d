import type { Clock } from '../core/clock.js';
import { systemClock } from '../core/clock.js';
import type { Logger } from '../core/logger.js';
import { aLogger } from '../core/logger.js';
import { aBoolean, aFunction, integerFrom, nullOr, numberFrom } from '../core/option-rules.js';
import type { OptionRules, ValueRule } from '../core/options.js';
import { checkOptions, describe, optional, required } from '../core/options.js';
import type { Level } from '../jwt/level-ladder.js';
import { LEVELS } from '../jwt/level-ladder.js';
import type { FetchFunction } from '../keys/remote-fetch.js';
import type { Acceptor } from './acceptor.js';
import type { AnswerStyle } from './answers/create-answers.js';
import { aMetadataUrl, anAnswerStyle, aRealm } from './answers/create-answers.js';
import { aCookieName } from './credentials.js';
import type { GateObserver, GateTracing } from './gate-event.js';
import type { GateDpopOptions } from './possession.js';
import { gateDpopRules } from './possession.js';
import type { RevocationOptions } from './revocation/revocation-check.js';
import { isRevocationSource } from './revocation/revocation-source.js';

export interface GateCacheOptions {
  /** Default 10,000. */
  readonly maxTokens?: number | undefined;
  /** Of the text of all tokens. What was read from it takes about as much again, and its claims. Default 16 MiB. */
  readonly maxBytes?: number | undefined;
}

export interface GateOptions {
  /** The callers that may come in, each as an acceptor function describes it: `asap({ ... })`. */
  readonly accept: readonly Acceptor[];
  /** The name of what is guarded, for challenges. Default `api`. */
  readonly realm?: string | undefined;
  /** How far clocks may differ: applied to `exp`, `nbf` and `iat`. Default 0, at most 300. */
  readonly toleranceSeconds?: number | undefined;
  /** Longest token that is looked at, in bytes. Default 16384. */
  readonly maxTokenBytes?: number | undefined;
  /** The authentication levels that rules and tokens speak of. Default: those of the API tokens. */
  readonly levels?: readonly Level[] | undefined;
  /**
   * The name of a cookie in which a token may come too; browsers send cookies unasked, so whoever names one must keep
   * other sites from using it. Default null: only in the `Authorization` header.
   */
  readonly cookie?: string | null | undefined;
  /**
   * How many verified tokens are remembered; null verifies each time. Expiry, keys, revocation and single use are
   * looked at with every request all the same.
   */
  readonly cache?: GateCacheOptions | null | undefined;
  /** Who knows what was revoked. Default null: nobody, and every token is good until it expires. */
  readonly revocation?: RevocationOptions | null | undefined;
  /** Default `rfc6750`. `asap` also takes a header that cannot be read for none (row ASAP-30). */
  readonly answers?: AnswerStyle | undefined;
  /** Lets CORS preflight requests through, which never carry a token: whoever answers them comes next. Default false. */
  readonly letPreflightPass?: boolean | undefined;
  /** Where the metadata of what is guarded is, for challenges (RFC 9728 section 5.1). Default null. */
  readonly resourceMetadata?: string | null | undefined;
  /**
   * Takes tokens that are bound to a key, with a proof of it for each request (RFC 9449). Default null: such tokens are
   * refused.
   */
  readonly dpop?: GateDpopOptions | null | undefined;
  /** For remote keys. Whoever gives one decides which addresses it reaches. */
  readonly fetch?: FetchFunction | undefined;
  /** Lets keys be fetched from hosts whose name leads to a private address (row K6). Default false. */
  readonly allowPrivateAddresses?: boolean | undefined;
  readonly clock?: Clock | undefined;
  /** Told what came of every request. */
  readonly onOutcome?: GateObserver | undefined;
  /** A span for every request, such as `createGateTracing` of `countersign/opentelemetry` makes. */
  readonly tracing?: GateTracing | undefined;
  /**
   * Told `gate.refused` (warn; info where no token came), `gate.unavailable`, `gate.unexpected_error` (error), and
   * `gate.revocation_unknown` (warn) where that lets in. What it throws is dropped.
   */
  readonly logger?: Logger | undefined;
}

const GREATEST_TOLERANCE_SECONDS = 300;

const acceptorsRule: ValueRule = (value) =>
  Array.isArray(value) && value.length > 0 && value.every(isAcceptor)
    ? undefined
    : `must be a non-empty array of what acceptor functions give, not ${describe(value)}`;

function isAcceptor(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'build' in value && typeof value.build === 'function';
}

/** The rules of an option that has options itself. */
function nested<Options extends object>(rules: OptionRules<Options>): ValueRule {
  return (value) => {
    try {
      checkOptions('', value as Options, rules);
      return undefined;
    } catch (error) {
      return `is not right: ${(error as { problems?: readonly string[] }).problems?.join('; ')}`;
    }
  };
}

const cacheRules: OptionRules<GateCacheOptions> = {
  maxTokens: optional(integerFrom(2, 10_000_000, 'tokens')),
  maxBytes: optional(integerFrom(1024, 2 ** 34, 'bytes')),
};

const revocationRules: OptionRules<RevocationOptions> = {
  source: required((value) =>
    isRevocationSource(value) ? undefined : 'must be a revocation source: an object with check',
  ),
  whenUnavailable: required((value) =>
    value === 'refuse' || value === 'accept'
      ? undefined
      : `must be refuse or accept: there is no default, not ${describe(value)}`,
  ),
};

const aRevocation: ValueRule = (value) =>
  isRevocationSource(value)
    ? 'must be { source, whenUnavailable }, not the source alone'
    : nested(revocationRules)(value);

const aTracing: ValueRule = (value) =>
  typeof value === 'object' && value !== null && 'start' in value && typeof value.start === 'function'
    ? undefined
    : `must be an object with the function start, not ${describe(value)}`;

const rules: OptionRules<GateOptions> = {
  accept: required(acceptorsRule),
  realm: optional(aRealm),
  toleranceSeconds: optional(numberFrom(0, GREATEST_TOLERANCE_SECONDS, 'seconds')),
  maxTokenBytes: optional(integerFrom(64, 1_048_576, 'bytes')),
  levels: optional((value) =>
    Array.isArray(value) ? undefined : `must be an array of levels, not ${describe(value)}`,
  ),
  cookie: optional(nullOr(aCookieName)),
  cache: optional(nullOr(nested(cacheRules))),
  revocation: optional(nullOr(aRevocation)),
  answers: optional(anAnswerStyle),
  letPreflightPass: optional(aBoolean),
  resourceMetadata: optional(nullOr(aMetadataUrl)),
  dpop: optional(nullOr(nested(gateDpopRules))),
  fetch: optional(aFunction),
  allowPrivateAddresses: optional(aBoolean),
  clock: optional(aFunction),
  onOutcome: optional(aFunction),
  tracing: optional(aTracing),
  logger: optional(aLogger),
};

export type GateSettings = ReturnType<typeof checkGateOptions>;

/** @throws {UsageError} `invalid_options` with every problem found. */
export function checkGateOptions(options: GateOptions) {
  const checked = checkOptions('createGate', options, rules);
  const { cache = {} } = checked;
  return {
    accept: Object.freeze([...checked.accept]),
    realm: checked.realm ?? 'api',
    toleranceSeconds: checked.toleranceSeconds ?? 0,
    maxTokenBytes: checked.maxTokenBytes ?? 16_384,
    levels: checked.levels ?? LEVELS,
    cookie: checked.cookie ?? null,
    cache:
      cache === null
        ? null
        : { maxTokens: cache.maxTokens ?? 10_000, maxBytes: cache.maxBytes ?? 16 * 1024 * 1024 },
    revocation: checked.revocation ?? null,
    answers: checked.answers ?? 'rfc6750',
    letPreflightPass: checked.letPreflightPass ?? false,
    resourceMetadata: checked.resourceMetadata ?? null,
    dpop: checked.dpop ?? null,
    fetch: checked.fetch,
    allowPrivateAddresses: checked.allowPrivateAddresses ?? false,
    clock: checked.clock ?? systemClock,
    onOutcome: checked.onOutcome,
    tracing: checked.tracing,
    logger: checked.logger,
  };
}
