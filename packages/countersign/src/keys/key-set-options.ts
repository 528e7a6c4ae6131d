/** The options that key sources over a published JWK Set have in common. */
import type { Clock } from '../core/clock.js';
import { systemClock } from '../core/clock.js';
import { aFunction, integerFrom, numberFrom } from '../core/option-rules.js';
import type { OptionRules } from '../core/options.js';
import { optional, required } from '../core/options.js';
import type { AlgorithmName } from './algorithms.js';
import { publicAlgorithmNames } from './public-algorithms.js';
import type { FetchFunction } from './remote-fetch.js';

export interface KeySetOptions {
  /** The only algorithms that keys are taken for; a JWK without `alg` could otherwise serve any. No HMAC. */
  readonly algorithms: readonly AlgorithmName[];
  /** Any web-standard fetch. Default: the global one. */
  readonly fetch?: FetchFunction | undefined;
  readonly clock?: Clock | undefined;
  /** For one answer as a whole. Default 5000. */
  readonly timeoutMs?: number | undefined;
  /** Largest document that is read. Default 1 MiB. */
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
}

export const keySetRules: OptionRules<KeySetOptions> = {
  algorithms: required(publicAlgorithmNames),
  fetch: optional(aFunction),
  clock: optional(aFunction),
  timeoutMs: optional(integerFrom(1, 60_000, 'milliseconds')),
  maxBytes: optional(integerFrom(1, 16 * 1024 * 1024, 'bytes')),
  cooldownSeconds: optional(numberFrom(1, 3600, 'seconds')),
  maxAgeSeconds: optional(numberFrom(1, 604_800, 'seconds')),
  staleIfErrorSeconds: optional(numberFrom(0, 604_800, 'seconds')),
};

export type KeySetSettings = ReturnType<typeof toKeySetSettings>;

/** The options must have passed {@link keySetRules} and {@link findKeySetProblems}. */
export function toKeySetSettings(options: KeySetOptions) {
  return {
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

/** What lies between options. */
export function findKeySetProblems(options: KeySetOptions): readonly string[] {
  const { cooldownSeconds, maxAgeSeconds } = toKeySetSettings(options);
  return cooldownSeconds > maxAgeSeconds ? ['cooldownSeconds must not exceed maxAgeSeconds'] : [];
}
