/**
 * A value that is loaded from elsewhere and kept for a while: one load at a time, a cool-down between attempts
 * whether they succeed or fail (K2, K3), and the old value for a grace time when loading fails.
 */
import type { Clock } from '../core/clock.js';

export type Loaded<Value> =
  | { readonly ok: true; readonly value: Value; readonly freshSeconds: number }
  | { readonly ok: false; readonly problem: string; readonly cause: unknown };

export type LoadFailure = Extract<Loaded<never>, { ok: false }>;

export interface RemoteValueSettings<Value> {
  /** Must not reject. */
  load(): Promise<Loaded<Value>>;
  readonly clock: Clock;
  readonly cooldownSeconds: number;
  readonly staleIfErrorSeconds: number;
}

export interface RemoteValue<Value> {
  /** The value while it is fresh. */
  fresh(): Value | undefined;
  /** The value while it is fresh or within its grace time: for when loading was tried. */
  usable(): Value | undefined;
  /** Why the last attempt failed; undefined when it did not. */
  failure(): LoadFailure | undefined;
  /** Whole seconds, at least 1, until another attempt is allowed. */
  secondsToNextAttempt(): number;
  /** Loads unless the cool-down forbids it; joins a load that is under way. */
  loadIfDue(): Promise<void>;
  /** Loads in any case; joins a load that is under way. */
  load(): Promise<void>;
}

interface Kept<Value> {
  readonly value: Value;
  readonly loadedAt: number;
  readonly freshUntil: number;
  readonly staleUntil: number;
}

export function createRemoteValue<Value>(settings: RemoteValueSettings<Value>): RemoteValue<Value> {
  const { clock, cooldownSeconds, staleIfErrorSeconds } = settings;
  let kept: Kept<Value> | undefined;
  let attemptedAt = Number.NEGATIVE_INFINITY;
  let failure: LoadFailure | undefined;
  let underWay: Promise<void> | undefined;

  const heldUntil = (end: 'freshUntil' | 'staleUntil'): Value | undefined => {
    const now = clock();
    // A clock that was set back must not make a value live longer: its grace time begins now (K11).
    if (kept !== undefined && now < kept.loadedAt) {
      kept = { ...kept, loadedAt: now, freshUntil: now, staleUntil: now + staleIfErrorSeconds };
    }
    return kept !== undefined && now < kept[end] ? kept.value : undefined;
  };

  const attempt = async (): Promise<void> => {
    attemptedAt = clock();
    const loaded = await settings.load();
    const now = clock();
    failure = loaded.ok ? undefined : loaded;
    if (!loaded.ok) return;
    const freshUntil = now + loaded.freshSeconds;
    kept = { value: loaded.value, loadedAt: now, freshUntil, staleUntil: freshUntil + staleIfErrorSeconds };
  };

  const load = (): Promise<void> => {
    underWay ??= attempt().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };

  /** Never more than the cool-down: an attempt in the future means that the clock was set back (K11). */
  const secondsToWait = (): number => {
    const now = clock();
    return now < attemptedAt ? 0 : attemptedAt + cooldownSeconds - now;
  };

  return {
    fresh: () => heldUntil('freshUntil'),
    usable: () => heldUntil('staleUntil'),
    failure: () => failure,
    secondsToNextAttempt: () => Math.max(1, Math.ceil(secondsToWait())),
    loadIfDue: async () => {
      if (underWay !== undefined || secondsToWait() <= 0) await load();
    },
    load,
  };
}
