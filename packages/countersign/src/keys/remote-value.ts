/**
 * A value that is loaded from elsewhere and kept for a while: one load at a time (K1), pauses between attempts (K2,
 * K3), and the old value for a grace time when loading fails.
 */
import type { Clock } from '../core/clock.js';
import type { Attempts } from './attempts.js';
import type { KeyRetrievalError } from './key-retrieval-error.js';

export type Loaded<Value> =
  | { readonly ok: true; readonly value: Value; readonly freshSeconds: number }
  /** `absent` ends the old value at once; any other failure leaves it its grace time. */
  | { readonly ok: false; readonly failure: KeyRetrievalError };

export interface RemoteValueSettings<Value> {
  /** Must not reject. */
  load(): Promise<Loaded<Value>>;
  readonly clock: Clock;
  /** Values that come from one place share it: while the place fails, all of them wait. */
  readonly attempts: Attempts;
  /** Between a load that succeeded and the next one. */
  readonly restSeconds: number;
  readonly staleIfErrorSeconds: number;
  /** What was loaded already. */
  readonly initial?: Loaded<Value>;
}

export interface RemoteValue<Value> {
  /** The value where there is nothing to load now: it is fresh, or within its grace time and the source is paused. */
  atHand(): Value | undefined;
  /** The value within its grace time while the source is known to fail: to go on with, without waiting for a load. */
  keptWhileFailing(): Value | undefined;
  /** The value while it is fresh or within its grace time: for when loading was tried. */
  usable(): Value | undefined;
  /** Loads unless a pause forbids it; joins a load that is under way. Tells why the last attempt failed, if it did. */
  loadIfDue(): Promise<KeyRetrievalError | undefined>;
  /** Loads in any case; joins a load that is under way. */
  load(): Promise<KeyRetrievalError | undefined>;
}

interface Kept<Value> {
  readonly value: Value;
  readonly loadedAt: number;
  readonly freshUntil: number;
  readonly staleUntil: number;
}

export function createRemoteValue<Value>(settings: RemoteValueSettings<Value>): RemoteValue<Value> {
  const { clock, attempts, staleIfErrorSeconds } = settings;
  let kept: Kept<Value> | undefined;
  let underWay: Promise<KeyRetrievalError | undefined> | undefined;

  const keep = (loaded: Loaded<Value>): void => {
    if (loaded.ok) {
      const now = clock();
      const freshUntil = now + loaded.freshSeconds;
      kept = { value: loaded.value, loadedAt: now, freshUntil, staleUntil: freshUntil + staleIfErrorSeconds };
    } else if (loaded.failure.problem === 'absent') kept = undefined;
  };

  const heldUntil = (end: 'freshUntil' | 'staleUntil'): Value | undefined => {
    const now = clock();
    // A clock that was set back must not make a value live longer: its grace time begins now (K11).
    if (kept !== undefined && now < kept.loadedAt) {
      kept = { ...kept, loadedAt: now, freshUntil: now, staleUntil: now + staleIfErrorSeconds };
    }
    return kept !== undefined && now < kept[end] ? kept.value : undefined;
  };

  const attempt = async (): Promise<KeyRetrievalError | undefined> => {
    const loaded = await settings.load();
    keep(loaded);
    if (loaded.ok || loaded.failure.problem === 'absent') attempts.succeeded(settings.restSeconds);
    else attempts.failed(loaded.failure);
    return loaded.ok ? undefined : loaded.failure;
  };

  const load = (): Promise<KeyRetrievalError | undefined> => {
    underWay ??= attempt().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };

  const isPaused = () => underWay !== undefined || attempts.secondsToWait() > 0;
  const keptWhileFailing = () => (attempts.isFailing() ? heldUntil('staleUntil') : undefined);

  if (settings.initial !== undefined) keep(settings.initial);
  return Object.freeze({
    atHand: () => heldUntil('freshUntil') ?? (isPaused() ? keptWhileFailing() : undefined),
    keptWhileFailing,
    usable: () => heldUntil('staleUntil'),
    loadIfDue: async () =>
      underWay !== undefined || attempts.secondsToWait() <= 0 ? load() : attempts.failure(),
    load,
  });
}
