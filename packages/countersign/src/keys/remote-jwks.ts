/** A key source over a JWK Set that is published over HTTP. */
import type { Clock } from '../core/clock.js';
import { systemClock } from '../core/clock.js';
import { TokenError, UnavailableError } from '../core/errors.js';
import { aBoolean, aFunction, aNonEmptyString, integerFrom, numberFrom } from '../core/option-rules.js';
import type { OptionRules } from '../core/options.js';
import { checkOptions, optional, required } from '../core/options.js';
import type { AlgorithmName } from './algorithms.js';
import { algorithmNamed, algorithmNames } from './algorithms.js';
import type { VerificationKey } from './key.js';
import type { KeyLookup, KeySource } from './key-source.js';
import type { FetchFunction, RemoteFailure } from './remote-fetch.js';
import { fetchBounded, systemCodeOf } from './remote-fetch.js';
import { freshnessSecondsOf } from './remote-freshness.js';
import type { RemoteKeySet } from './remote-key-set.js';
import { parseRemoteKeySet } from './remote-key-set.js';
import { problemWithRemoteUrl } from './remote-url.js';
import type { Loaded, LoadFailure } from './remote-value.js';
import { createRemoteValue } from './remote-value.js';

export interface RemoteJwksOptions {
  /** Where the JWK Set is. https, or http on a loopback host. Is never taken from a token. */
  readonly url: string;
  /** The only algorithms that keys are taken for; a JWK without `alg` could otherwise serve any. No HMAC. */
  readonly algorithms: readonly AlgorithmName[];
  /** Any web-standard fetch. Default: the global one. */
  readonly fetch?: FetchFunction | undefined;
  readonly clock?: Clock | undefined;
  /** For one answer as a whole. Default 5000. */
  readonly timeoutMs?: number | undefined;
  /** Largest key set that is read. Default 1 MiB. */
  readonly maxBytes?: number | undefined;
  /**
   * Between one attempt and the next, whether the first failed or an unknown key id asks for the next. Default 30.
   * It is also the shortest time for which a set is believed, whatever its `Cache-Control` says.
   */
  readonly cooldownSeconds?: number | undefined;
  /**
   * Longest time for which a set is believed, whatever its `Cache-Control` says: a key that is taken out of the set
   * is refused after it (K8). Default 3600. Without `Cache-Control` a set is believed for 300 s, or this if shorter.
   */
  readonly maxAgeSeconds?: number | undefined;
  /** For how long the last good set serves on while no new one can be had. Default 3600; 0 switches it off. */
  readonly staleIfErrorSeconds?: number | undefined;
  /** Lets the keys travel over plain http beyond this machine: whoever sits in between chooses them. */
  readonly unsafeAllowHttp?: boolean | undefined;
}

export interface RemoteJwks extends KeySource {
  /**
   * Fetches the set now, cool-down or not.
   * @throws UnavailableError key_source_unavailable; the keys known before stay in use
   */
  refetch(): Promise<void>;
  /**
   * The usable public keys, fetched if need be.
   * @throws UnavailableError key_source_unavailable
   */
  document(): Promise<RemoteKeySet['document']>;
}

const DEFAULT_FRESH_SECONDS = 300;

const RULES: OptionRules<RemoteJwksOptions> = {
  url: required(aNonEmptyString),
  algorithms: required(asymmetricAlgorithms),
  fetch: optional(aFunction),
  clock: optional(aFunction),
  timeoutMs: optional(integerFrom(1, 60_000, 'milliseconds')),
  maxBytes: optional(integerFrom(1, 16 * 1024 * 1024, 'bytes')),
  cooldownSeconds: optional(numberFrom(1, 3600, 'seconds')),
  maxAgeSeconds: optional(numberFrom(1, 604_800, 'seconds')),
  staleIfErrorSeconds: optional(numberFrom(0, 604_800, 'seconds')),
  unsafeAllowHttp: optional(aBoolean),
};

/**
 * A key source over the JWK Set at `url` (RFC 7517). Nothing is fetched before the first key is asked for.
 *
 * Any number of callers share one fetch (K1). A key id that is not in the set has it fetched again, at most once in
 * `cooldownSeconds` (K2). While the set cannot be fetched, known keys serve on for `staleIfErrorSeconds` (K3).
 * Redirects are not followed (K5). Does not check who `url` belongs to: it has to come from configuration.
 *
 * `resolve` rejects with TokenError key_not_found when the set, fetched no longer than `cooldownSeconds` ago, has no
 * such key for that algorithm or has several of that id; with UnavailableError key_source_unavailable when the key is
 * not known and the last attempt to fetch failed.
 *
 * @throws UsageError invalid_options, with every problem found
 */
export function createRemoteJwks(options: RemoteJwksOptions): RemoteJwks {
  const settings = toSettings(checkOptions('createRemoteJwks', options, RULES, problemsBetween));
  const name = nameOf(settings.url);
  const keySet = createRemoteValue({ ...settings, load: () => loadKeySet(settings) });
  const unavailable = () => {
    const { problem, cause } = keySet.failure() ?? { problem: 'was not fetched', cause: undefined };
    const retryAfterSeconds = keySet.secondsToNextAttempt();
    const message = `the key set ${name} ${problem}`;
    return new UnavailableError('key_source_unavailable', message, { retryAfterSeconds, cause });
  };

  return Object.freeze({
    algorithms: settings.algorithms,
    peek: (lookup: KeyLookup) => keySet.fresh()?.find(lookup),
    async resolve(lookup: KeyLookup): Promise<VerificationKey> {
      const known = keySet.fresh()?.find(lookup);
      if (known !== undefined) return known;
      await keySet.loadIfDue();
      const key = keySet.usable()?.find(lookup);
      if (key !== undefined) return key;
      if (keySet.failure() !== undefined) throw unavailable();
      throw new TokenError(
        'key_not_found',
        `the key set ${name} has no one key of that id for that algorithm`,
      );
    },
    async refetch(): Promise<void> {
      await keySet.load();
      if (keySet.failure() !== undefined) throw unavailable();
    },
    async document() {
      if (keySet.fresh() === undefined) await keySet.loadIfDue();
      const usable = keySet.usable();
      if (usable === undefined) throw unavailable();
      return usable.document;
    },
  });
}

type Settings = ReturnType<typeof toSettings>;

function toSettings(options: RemoteJwksOptions) {
  return {
    url: options.url,
    algorithms: Object.freeze([...new Set(options.algorithms)]),
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    clock: options.clock ?? systemClock,
    timeoutMs: options.timeoutMs ?? 5000,
    maxBytes: options.maxBytes ?? 1024 * 1024,
    cooldownSeconds: options.cooldownSeconds ?? 30,
    maxAgeSeconds: options.maxAgeSeconds ?? 3600,
    staleIfErrorSeconds: options.staleIfErrorSeconds ?? 3600,
  } satisfies Partial<RemoteJwksOptions>;
}

function problemsBetween(options: RemoteJwksOptions): string[] {
  const { cooldownSeconds, maxAgeSeconds } = toSettings(options);
  const problem = problemWithRemoteUrl(options.url, options.unsafeAllowHttp ?? false);
  const problems = problem === undefined ? [] : [`url ${problem}`];
  if (cooldownSeconds > maxAgeSeconds) problems.push('cooldownSeconds must not exceed maxAgeSeconds');
  return problems;
}

/** A secret that everybody can fetch is none: there are no HMAC keys in a JWK Set (K7). */
function asymmetricAlgorithms(value: unknown): string | undefined {
  const problem = algorithmNames(value);
  if (problem !== undefined) return problem;
  const isSecret = (name: AlgorithmName) => algorithmNamed(name).keyType === 'oct';
  return (value as AlgorithmName[]).some(isSecret)
    ? 'must not name HMAC: its keys are never public'
    : undefined;
}

/** For messages: no query, which may be of use to others only. */
function nameOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

async function loadKeySet(settings: Settings): Promise<Loaded<RemoteKeySet>> {
  const headers = { accept: 'application/jwk-set+json, application/json' };
  const answer = await fetchBounded(settings.fetch, settings.url, { method: 'GET', headers }, settings);
  if (answer.kind === 'failure')
    return { ok: false, problem: describe(answer, settings), cause: answer.cause };
  if (answer.status !== 200) return failed(`answered with status ${answer.status}`);
  const keySet = parseRemoteKeySet(answer.body, settings.algorithms);
  if (keySet === undefined) return failed('is no JWK Set');
  // An empty set is what a broken publisher gives: it must not put out of use what is known (K3).
  if (keySet.size === 0) return failed('holds no key that can be used');
  const asked = freshnessSecondsOf(answer.headers) ?? DEFAULT_FRESH_SECONDS;
  const freshSeconds = Math.min(Math.max(asked, settings.cooldownSeconds), settings.maxAgeSeconds);
  return { ok: true, value: keySet, freshSeconds };
}

function failed(problem: string): LoadFailure {
  return { ok: false, problem, cause: undefined };
}

function describe({ problem, cause }: RemoteFailure, settings: Settings): string {
  switch (problem) {
    case 'timeout':
      return `gave no answer within ${settings.timeoutMs} ms`;
    case 'too_large':
      return `is over ${settings.maxBytes} bytes`;
    case 'no_answer':
      return `gave no answer (${systemCodeOf(cause) ?? 'request failed'})`;
  }
}
