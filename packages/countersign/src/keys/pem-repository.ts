/** A key source over a repository that publishes each key as a PEM file under its key id, as ASAP does. */
import type { Clock } from '../core/clock.js';
import { systemClock } from '../core/clock.js';
import { TokenError, UnavailableError } from '../core/errors.js';
import {
  aBoolean,
  aFunction,
  aNonEmptyString,
  integerFrom,
  nullOr,
  numberFrom,
} from '../core/option-rules.js';
import type { OptionRules } from '../core/options.js';
import { checkOptions, describe, optional, required } from '../core/options.js';
import type { AlgorithmName } from './algorithms.js';
import type { VerificationKey } from './key.js';
import { findIssuerProblem, parseKeyId } from './key-id.js';
import { KeyRetrievalError } from './key-retrieval-error.js';
import type { KeyLookup, KeySource } from './key-source.js';
import type { PemCache } from './pem-cache.js';
import { createPemCache } from './pem-cache.js';
import type { Environment } from './proxy-environment.js';
import { findEnvironmentProxy } from './proxy-environment.js';
import { createProxyFetch, findProxyProblem } from './proxy-fetch.js';
import { publicAlgorithmNames } from './public-algorithms.js';
import type { FetchFunction } from './remote-fetch.js';
import { isLoopbackHost, problemWithRemoteUrl } from './remote-url.js';

export interface PemRepositoryOptions {
  /**
   * Where the keys are: a key id is put behind it. With or without a slash at the end. https, or http on a loopback
   * host with `allowHttpLoopback`. Has to come from configuration, never from a token.
   */
  readonly baseUrl: string;
  /**
   * Issuers that are expected: the first key of each is asked for at once, also while others invent key ids (K2). Whoever
   * is not named shares with all others what is asked for keys that were never seen. Default: none.
   */
  readonly issuers?: readonly string[] | undefined;
  /** What keys are taken for. Default: the nine algorithms of ASAP (RS, PS and ES with 256, 384 and 512). No HMAC. */
  readonly algorithms?: readonly AlgorithmName[] | undefined;
  /**
   * URL of a proxy that tunnels to the repository; null for none. Default: what HTTPS_PROXY and NO_PROXY of the
   * environment say when the repository is created. Needs the package `undici`. Not together with `fetch`.
   */
  readonly proxy?: string | null | undefined;
  /** Where HTTPS_PROXY and NO_PROXY are read from. Default `process.env`. */
  readonly environment?: Environment | undefined;
  /**
   * Any web-standard fetch; it decides how it connects, so the environment is not asked for a proxy. Default: the
   * global one. Whoever must not let it reach private addresses gives one that refuses them once it is connected.
   */
  readonly fetch?: FetchFunction | undefined;
  readonly clock?: Clock | undefined;
  /** For one answer as a whole. Default 5000. */
  readonly timeoutMs?: number | undefined;
  /** Largest key that is read. Default 64 KiB. */
  readonly maxBytes?: number | undefined;
  /**
   * How long no further unknown key is asked for after one that was not there, and the longest wait between attempts
   * that fail, which begins at 1 s and doubles. Also the shortest time for which a key is believed, whatever its
   * `Cache-Control` says. Default 5.
   */
  readonly cooldownSeconds?: number | undefined;
  /**
   * Longest time for which a key is believed, whatever its `Cache-Control` says: a key that is revoked is refused after
   * it (K8). Default 3600. Without `Cache-Control` a key is believed for 300 s, or this if shorter.
   */
  readonly maxAgeSeconds?: number | undefined;
  /**
   * For how long a known key serves on while the repository fails, whatever its `Cache-Control` says. Default 3600;
   * 0 switches it off.
   */
  readonly staleIfErrorSeconds?: number | undefined;
  /** Lets `baseUrl` be plain http on a loopback host. */
  readonly allowHttpLoopback?: boolean | undefined;
}

export interface PemRepository extends KeySource {
  readonly algorithms: readonly AlgorithmName[];
}

const ASAP_ALGORITHMS: readonly AlgorithmName[] = [
  ...(['RS256', 'RS384', 'RS512'] as const),
  ...(['ES256', 'ES384', 'ES512'] as const),
  ...(['PS256', 'PS384', 'PS512'] as const),
];

const RULES: OptionRules<PemRepositoryOptions> = {
  baseUrl: required(aNonEmptyString),
  issuers: optional((value) =>
    Array.isArray(value)
      ? value.map(findIssuerProblem).find((found) => found !== undefined)
      : 'must be an array of issuers',
  ),
  algorithms: optional(publicAlgorithmNames),
  proxy: optional(nullOr(aNonEmptyString)),
  environment: optional((value) =>
    typeof value === 'object' && value !== null ? undefined : `must be an object, not ${describe(value)}`,
  ),
  fetch: optional(aFunction),
  clock: optional(aFunction),
  timeoutMs: optional(integerFrom(1, 60_000, 'milliseconds')),
  maxBytes: optional(integerFrom(1, 1024 * 1024, 'bytes')),
  cooldownSeconds: optional(numberFrom(1, 3600, 'seconds')),
  maxAgeSeconds: optional(numberFrom(1, 604_800, 'seconds')),
  staleIfErrorSeconds: optional(numberFrom(0, 604_800, 'seconds')),
  allowHttpLoopback: optional(aBoolean),
};

/**
 * A key source over `GET <baseUrl><key id>`, answered with `application/x-pem-file` (rows ASAP-15 to ASAP-18). Nothing
 * is fetched before the first key is asked for. Repositories of the same options share what they know (ASAP-16).
 *
 * A key is believed for as long as its `Cache-Control` says, between `cooldownSeconds` and `maxAgeSeconds`, and is then
 * asked for with its ETag. Any number of callers share one fetch (K1). While the repository fails, known keys serve on
 * for `staleIfErrorSeconds`, and nobody waits for the attempts that go on beside (K3). Keys never seen before are asked
 * for one at a time, and after one that is not there none is for `cooldownSeconds`; issuers of known keys are counted
 * each for itself (K2, A12). Redirects are not followed (K5).
 *
 * Does not check that the issuer of a token owns the key: that is up to the verifier.
 *
 * `resolve` rejects with TokenError key_id_invalid for a key id that is none or not as `parseKeyId` has it, before
 * anything is fetched; key_not_found where the repository answers 403, 404 or 410, and for a key that is weak or not
 * for that algorithm; with UnavailableError key_source_unavailable where the repository could not be asked, or
 * answered anything else. The cause of the latter two is a KeyRetrievalError that carries the status of the answer.
 *
 * @throws UsageError invalid_options, with every problem found
 */
export function createPemRepository(options: PemRepositoryOptions): PemRepository {
  const checked = checkOptions('createPemRepository', options, RULES, problemsBetween);
  const settings = toSettings(checked);
  const { algorithms, name } = settings;
  const cache = shareCache(settings);
  for (const issuer of checked.issuers ?? []) cache.expect(issuer);

  const toError = (failure: KeyRetrievalError, issuer: string): TokenError | UnavailableError => {
    if (failure.problem === 'absent')
      return new TokenError('key_not_found', failure.message, { cause: failure });
    const retryAfterSeconds = cache.retryAfterSeconds(issuer);
    return new UnavailableError('key_source_unavailable', failure.message, {
      retryAfterSeconds,
      cause: failure,
    });
  };

  return Object.freeze({
    algorithms,
    peek: ({ kid, algorithm }: KeyLookup) =>
      kid === undefined ? undefined : cache.peek(kid)?.keyFor(algorithm),
    async resolve({ kid, algorithm }: KeyLookup): Promise<VerificationKey> {
      const parsed = parseKeyId(kid);
      if (!parsed.ok) throw new TokenError('key_id_invalid', `the key id ${parsed.problem}`);
      const found = await cache.lookUp(parsed.segments);
      if (found instanceof KeyRetrievalError) throw toError(found, parsed.segments[0] ?? '');
      const key = found.keyFor(algorithm);
      if (key !== undefined) return key;
      const message = `the key ${parsed.keyId} of ${name} cannot be used for ${algorithm}`;
      throw new TokenError('key_not_found', message);
    },
  });
}

type Settings = ReturnType<typeof toSettings>;

function toSettings(options: PemRepositoryOptions) {
  const baseUrl = new URL(options.baseUrl.endsWith('/') ? options.baseUrl : `${options.baseUrl}/`).href;
  return {
    baseUrl,
    name: `the key repository ${baseUrl}`,
    algorithms: Object.freeze([...new Set(options.algorithms ?? ASAP_ALGORITHMS)]),
    proxy: proxyOf(options),
    givenFetch: options.fetch,
    clock: options.clock ?? systemClock,
    timeoutMs: options.timeoutMs ?? 5000,
    maxBytes: options.maxBytes ?? 64 * 1024,
    cooldownSeconds: options.cooldownSeconds ?? 5,
    maxAgeSeconds: options.maxAgeSeconds ?? 3600,
    staleIfErrorSeconds: options.staleIfErrorSeconds ?? 3600,
  };
}

/** Undefined for none. Read once: what the environment says later is of no effect (ASAP-17). */
function proxyOf({ baseUrl, fetch, proxy, environment }: PemRepositoryOptions): string | undefined {
  if (proxy !== undefined) return proxy ?? undefined;
  return fetch === undefined ? findEnvironmentProxy(new URL(baseUrl), environment ?? process.env) : undefined;
}

function problemsBetween(options: PemRepositoryOptions): string[] {
  const urlProblem = problemWithBaseUrl(options);
  if (urlProblem !== undefined) return [`baseUrl ${urlProblem}`];
  const { proxy, cooldownSeconds, maxAgeSeconds } = toSettings(options);
  const problems: string[] = [];
  if (cooldownSeconds > maxAgeSeconds) problems.push('cooldownSeconds must not exceed maxAgeSeconds');
  if (proxy === undefined) return problems;
  const from = options.proxy === undefined ? 'HTTPS_PROXY of the environment' : 'proxy';
  const proxyProblem = findProxyProblem(proxy);
  if (proxyProblem !== undefined) problems.push(`${from} ${proxyProblem}`);
  if (options.fetch !== undefined) problems.push('proxy does not go together with fetch');
  if (options.baseUrl.startsWith('http:')) {
    problems.push('proxy does not go together with plain http: who sits in between would choose the keys');
  }
  return problems;
}

function problemWithBaseUrl({ baseUrl, allowHttpLoopback }: PemRepositoryOptions): string | undefined {
  const problem = problemWithRemoteUrl(baseUrl, true);
  if (problem !== undefined) return problem;
  if (baseUrl.includes('?')) return 'must not carry a query';
  const { protocol, hostname } = new URL(baseUrl);
  if (protocol === 'https:' || (allowHttpLoopback === true && isLoopbackHost(hostname))) return undefined;
  return 'must use https (plain http is for loopback hosts, with allowHttpLoopback)';
}

const MAX_SHARED_CACHES = 20;
const sharedCaches: { readonly identity: readonly unknown[]; readonly cache: PemCache }[] = [];

/** The cache of the same base URL and options if there is one, for as long as not too many others are made. */
function shareCache(settings: Settings): PemCache {
  const { algorithms, ...others } = settings;
  const identity = [algorithms.join(), ...Object.values(others)];
  const shared = sharedCaches.find((one) => one.identity.every((value, index) => value === identity[index]));
  if (shared !== undefined) return shared.cache;
  const cache = createPemCache({ ...settings, fetch: toFetch(settings) });
  sharedCaches.push({ identity, cache });
  if (sharedCaches.length > MAX_SHARED_CACHES) sharedCaches.shift();
  return cache;
}

function toFetch({ givenFetch, proxy }: Settings): FetchFunction {
  if (givenFetch !== undefined) return givenFetch;
  return proxy === undefined ? (url, init) => globalThis.fetch(url, init) : createProxyFetch(proxy);
}
