/** A key source over a JWK Set that is published over HTTP. */
import type { Clock } from '../core/clock.js';
import { systemClock } from '../core/clock.js';
import { TokenError, UnavailableError } from '../core/errors.js';
import { aBoolean, aFunction, aNonEmptyString, integerFrom, numberFrom } from '../core/option-rules.js';
import type { OptionRules } from '../core/options.js';
import { checkOptions, optional, required } from '../core/options.js';
import type { AlgorithmName } from './algorithms.js';
import { createAttempts, retryAfterSeconds } from './attempts.js';
import { readCacheRules } from './http-cache.js';
import type { VerificationKey } from './key.js';
import { KeyRetrievalError } from './key-retrieval-error.js';
import type { KeyLookup, KeySource } from './key-source.js';
import { publicAlgorithmNames } from './public-algorithms.js';
import { badStatus, fetchDocument } from './remote-document.js';
import type { FetchFunction } from './remote-fetch.js';
import type { RemoteKeySet } from './remote-key-set.js';
import { parseRemoteKeySet } from './remote-key-set.js';
import { problemWithRemoteUrl } from './remote-url.js';
import type { Loaded } from './remote-value.js';
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
   * Between one fetch that succeeded and the next that an unknown key id asks for. Default 30. Also the longest wait
   * between attempts that fail: it begins at 1 s and doubles. Also the shortest time for which a set is believed,
   * whatever its `Cache-Control` says.
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
  algorithms: required(publicAlgorithmNames),
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
 * `cooldownSeconds` (K2). While the set cannot be fetched, known keys serve on for `staleIfErrorSeconds`, and nobody
 * waits for the attempts that go on beside (K3). Redirects are not followed (K5). Does not check who `url` belongs to:
 * it has to come from configuration.
 *
 * `resolve` rejects with TokenError key_not_found when the set, fetched no longer than `cooldownSeconds` ago, has no
 * such key for that algorithm or has several of that id; with UnavailableError key_source_unavailable, its cause a
 * KeyRetrievalError, when the key is not known and the last attempt to fetch failed.
 *
 * @throws UsageError invalid_options, with every problem found
 */
export function createRemoteJwks(options: RemoteJwksOptions): RemoteJwks {
  const settings = toSettings(checkOptions('createRemoteJwks', options, RULES, problemsBetween));
  const attempts = createAttempts(settings.clock, settings.cooldownSeconds);
  const restSeconds = settings.cooldownSeconds;
  const keySet = createRemoteValue({ ...settings, attempts, restSeconds, load: () => loadKeySet(settings) });
  const unavailable = (cause: KeyRetrievalError) => {
    const details = { retryAfterSeconds: retryAfterSeconds(attempts), cause };
    return new UnavailableError('key_source_unavailable', cause.message, details);
  };

  return Object.freeze({
    algorithms: settings.algorithms,
    peek: (lookup: KeyLookup) => keySet.atHand()?.find(lookup),
    async resolve(lookup: KeyLookup): Promise<VerificationKey> {
      const known = keySet.atHand()?.find(lookup);
      if (known !== undefined) return known;
      const kept = keySet.keptWhileFailing()?.find(lookup);
      const loading = keySet.loadIfDue();
      if (kept !== undefined) return kept;
      const failure = await loading;
      const key = keySet.usable()?.find(lookup);
      if (key !== undefined) return key;
      if (failure !== undefined) throw unavailable(failure);
      const message = `${settings.name} has no one key of that id for that algorithm`;
      throw new TokenError('key_not_found', message);
    },
    async refetch(): Promise<void> {
      const failure = await keySet.load();
      if (failure !== undefined) throw unavailable(failure);
    },
    async document() {
      const atHand = keySet.atHand();
      if (atHand !== undefined) return atHand.document;
      const failure = await keySet.loadIfDue();
      const usable = keySet.usable();
      if (usable === undefined) throw unavailable(failure ?? badAnswer(settings.name, 'was not fetched'));
      return usable.document;
    },
  });
}

type Settings = ReturnType<typeof toSettings>;

function toSettings(options: RemoteJwksOptions) {
  return {
    url: options.url,
    name: nameOf(options.url),
    algorithms: Object.freeze([...new Set(options.algorithms)]),
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    clock: options.clock ?? systemClock,
    timeoutMs: options.timeoutMs ?? 5000,
    maxBytes: options.maxBytes ?? 1024 * 1024,
    cooldownSeconds: options.cooldownSeconds ?? 30,
    maxAgeSeconds: options.maxAgeSeconds ?? 3600,
    staleIfErrorSeconds: options.staleIfErrorSeconds ?? 3600,
  };
}

function problemsBetween(options: RemoteJwksOptions): string[] {
  const problem = problemWithRemoteUrl(options.url, options.unsafeAllowHttp ?? false);
  if (problem !== undefined) return [`url ${problem}`];
  const { cooldownSeconds, maxAgeSeconds } = toSettings(options);
  return cooldownSeconds > maxAgeSeconds ? ['cooldownSeconds must not exceed maxAgeSeconds'] : [];
}

/** For messages: no query, which may be of use to others only. */
function nameOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return `the key set ${origin}${pathname}`;
}

async function loadKeySet(settings: Settings): Promise<Loaded<RemoteKeySet>> {
  const { name, clock } = settings;
  const headers = { accept: 'application/jwk-set+json, application/json' };
  const answer = await fetchDocument(settings, settings.url, headers, [200]);
  if (answer instanceof KeyRetrievalError) return { ok: false, failure: answer };
  if (answer.kind === 'status') return { ok: false, failure: badStatus(name, answer.status) };
  const keySet = parseRemoteKeySet(answer.body, settings.algorithms);
  if (keySet === undefined) return { ok: false, failure: badAnswer(name, 'is no JWK Set') };
  // An empty set is what a broken publisher gives: it must not put out of use what is known (K3).
  if (keySet.size === 0) return { ok: false, failure: badAnswer(name, 'holds no key that can be used') };
  const asked = readCacheRules(headers, answer.headers, clock).freshSeconds ?? DEFAULT_FRESH_SECONDS;
  const freshSeconds = Math.min(Math.max(asked, settings.cooldownSeconds), settings.maxAgeSeconds);
  return { ok: true, value: keySet, freshSeconds };
}

function badAnswer(name: string, problem: string): KeyRetrievalError {
  return new KeyRetrievalError('bad_answer', `${name} ${problem}`);
}
