/** Signing of ASAP tokens (ASAP specification, "Claims" and "Header"). */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../core/clock.js';
import { systemClock } from '../../core/clock.js';
import { UsageError } from '../../core/errors.js';
import {
  aFunction,
  aNonEmptyString,
  integerFrom,
  numberFrom,
  stringOrStrings,
} from '../../core/option-rules.js';
import type { OptionRules } from '../../core/options.js';
import { checkOptions, describe, optional, required } from '../../core/options.js';
import { serializeClaims } from '../../jwt/serialize-claims.js';
import type { AlgorithmName } from '../../keys/algorithms.js';
import { anAlgorithmName } from '../../keys/algorithms.js';
import type { Key } from '../../keys/key.js';
import { isKey } from '../../keys/key.js';
import { findIssuerProblem } from '../../keys/key-id.js';
import type { PrivateKeySource } from '../../keys/private-key-source.js';
import { isPrivateKeySource } from '../../keys/private-key-source.js';
import type { AsapAlgorithm } from './asap-algorithms.js';
import { ASAP_ALGORITHMS, asapAlgorithmNames } from './asap-algorithms.js';
import { createCurrentSigner } from './current-signer.js';
import type { TokenReuse } from './token-reuse.js';
import { createTokenReuse } from './token-reuse.js';

export interface AsapSignerOptions {
  /** `iss`: the name of this service, one segment of a key id. */
  readonly issuer: string;
  /** A private key whose id lies under the issuer, or where to find the one in use. */
  readonly keys: Key<'private'> | PrivateKeySource;
  /** From 1 to 3600. Default 60. */
  readonly lifetimeSeconds?: number | undefined;
  /** What keys are imported for. Default: the algorithm of the key where one is given, else RS256. */
  readonly algorithm?: AsapAlgorithm | undefined;
  /** What `algorithm` may be. Default: the nine of the protocol; others must be named here. */
  readonly algorithms?: readonly AsapAlgorithm[] | undefined;
  /** `sub`. Default: the issuer; most verifiers take no other. */
  readonly subject?: string | undefined;
  /** Gives a token out again while the next one asked for would say the same. Default false. */
  readonly reuse?: boolean | AsapTokenReuseOptions | undefined;
  readonly clock?: Clock | undefined;
}

export interface AsapTokenReuseOptions {
  /** The share of its lifetime, from 0 to 1, for which a token is given out again. Default 0.95. */
  readonly threshold?: number | undefined;
  /** How many tokens, each for other claims, are kept. Default 100. */
  readonly maxTokens?: number | undefined;
}

export interface AsapTokenRequest {
  /** Whom the token is for. */
  readonly audience: string | readonly string[];
  /** Further claims. They are added last and prevail over the standard ones. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
  /** Signs a new token also where the signer reuses tokens; it takes the place of the old one. */
  readonly fresh?: boolean | undefined;
}

export interface AsapSigner {
  /**
   * A token: `iss`, `sub`, `aud`, `iat`, `nbf`, `exp`, `jti` (128 random bits), then the claims of the request.
   *
   * @throws {UsageError} `invalid_options` for a request that is wrong; `invalid_claims` for what JSON cannot say
   * (row J29), and for an `iss` among the claims that is no issuer (row A2); `invalid_key` for a key that is not for
   * the algorithm or is none of the issuer's.
   * @throws {UnavailableError} `private_key_unavailable` when the key source has no key now.
   */
  sign(request: AsapTokenRequest): string;
  /** The same, signed in the thread pool; where tokens are reused, the rare signature is made at once. */
  signAsync(request: AsapTokenRequest): Promise<string>;
}

const MAX_LIFETIME_SECONDS = 3600;
const DEFAULT_LIFETIME_SECONDS = 60;
const reuseRules: OptionRules<AsapTokenReuseOptions> = {
  threshold: optional(numberFrom(0, 1, 'lifetimes')),
  maxTokens: optional(integerFrom(1, 100_000, 'tokens')),
};

const rules: OptionRules<AsapSignerOptions> = {
  issuer: required(findIssuerProblem),
  keys: required((value) =>
    (isKey(value) && value.kind === 'private') || isPrivateKeySource(value)
      ? undefined
      : 'must be a private key made by importPrivateKey or generateKeyPair, or a private key source',
  ),
  lifetimeSeconds: optional(integerFrom(1, MAX_LIFETIME_SECONDS, 'seconds')),
  algorithm: optional(anAlgorithmName),
  algorithms: optional(asapAlgorithmNames),
  subject: optional(aNonEmptyString),
  reuse: optional((value) =>
    typeof value === 'boolean' || (typeof value === 'object' && value !== null)
      ? undefined
      : `must be true, false or an object, not ${describe(value)}`,
  ),
  clock: optional(aFunction),
};

function algorithmOf({ keys, algorithm }: AsapSignerOptions): AlgorithmName {
  return algorithm ?? (isKey(keys) ? keys.algorithm : 'RS256');
}

function findProblems(options: AsapSignerOptions): string[] {
  const { keys, algorithms = ASAP_ALGORITHMS } = options;
  const wanted = algorithmOf(options);
  const problems: string[] = [];
  if (!algorithms.some((name) => name === wanted)) {
    problems.push(`algorithm must be one of ${algorithms.join(', ')}, not ${wanted}`);
  }
  if (isKey(keys) && keys.algorithm !== wanted) {
    problems.push(`keys holds a key for ${keys.algorithm}, but algorithm is ${wanted}`);
  }
  return problems;
}

/**
 * A signer of ASAP tokens for one issuer. A key source is asked for the key of every token, so that a new key is
 * used from the next token on, reused tokens included. Not checked: whether the public key is published.
 *
 * @throws {UsageError} `invalid_options` with every problem found; `invalid_key` or `weak_key` for a key that is at
 * hand and cannot be used.
 */
export function createAsapSigner(options: AsapSignerOptions): AsapSigner {
  const subject = 'createAsapSigner';
  const checked = checkOptions(subject, options, rules, findProblems);
  const { issuer, clock = systemClock, lifetimeSeconds = DEFAULT_LIFETIME_SECONDS } = checked;
  const reuse = createReuse(checked);
  const algorithm = algorithmOf(checked);
  const current = createCurrentSigner({ subject, keys: checked.keys, issuer, algorithm, clock });
  current.tryOut();

  function prepare(request: AsapTokenRequest) {
    const { audience, claims } = checkRequest(request);
    const now = clock();
    const fixed = { iss: issuer, sub: checked.subject ?? issuer, aud: audience, ...claims };
    const { key, signer } = current.signerFor(fixed.iss);
    return { now, fixed, key, signer, asSigned: () => complete(fixed, now, lifetimeSeconds) };
  }

  function sign(request: AsapTokenRequest): string {
    const { now, fixed, key, signer, asSigned } = prepare(request);
    if (reuse === undefined) return signer.sign(asSigned());
    const wanted = serializeClaims(sortMembers(fixed));
    const known = request.fresh === true ? undefined : reuse.find(wanted, key, now);
    if (known !== undefined) return known;
    const claims = asSigned();
    const token = signer.sign(claims);
    reuse.remember(wanted, key, { token, issuedAt: claims.iat, expiresAt: claims.exp });
    return token;
  }

  return Object.freeze({
    sign,
    async signAsync(request: AsapTokenRequest) {
      if (reuse !== undefined) return sign(request);
      const { signer, asSigned } = prepare(request);
      return signer.signAsync(asSigned());
    },
  });
}

/** What changes from token to token comes first: the claims of the request are among the others, and prevail. */
function complete<Fixed extends object>(fixed: Fixed, now: number, lifetimeSeconds: number) {
  const iat = Math.floor(now);
  const jti = randomBytes(16).toString('base64url');
  return { iat, nbf: iat, exp: iat + lifetimeSeconds, jti, ...fixed };
}

function checkRequest(request: AsapTokenRequest): AsapTokenRequest {
  const problems: string[] = [];
  if (typeof request !== 'object' || request === null) {
    problems.push(`an object with an audience is needed, not ${describe(request)}`);
  } else {
    const audience = stringOrStrings(request.audience);
    if (audience !== undefined) problems.push(`audience ${audience}`);
    const { claims } = request;
    if (claims !== undefined && (typeof claims !== 'object' || claims === null || Array.isArray(claims))) {
      problems.push(`claims must be an object, not ${describe(claims)}`);
    }
  }
  if (problems.length > 0) throw new UsageError('invalid_options', 'sign', problems);
  return request;
}

/** In one order, so that the order in which claims were given does not matter. */
function sortMembers(claims: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(claims).sort(([one], [two]) => (one < two ? -1 : 1)));
}

function createReuse({ reuse }: AsapSignerOptions): TokenReuse | undefined {
  if (reuse === undefined || reuse === false) return undefined;
  const given = reuse === true ? {} : reuse;
  const { threshold = 0.95, maxTokens = 100 } = checkOptions('createAsapSigner: reuse', given, reuseRules);
  return createTokenReuse({ threshold, maxTokens });
}
