import type { Clock } from 'countersign';
import { createLruMap } from './lru-map.js';

/** Remembers what a load by key gave, for a bounded time and for a bounded number of keys. */
export interface LoadingCache<Value> {
  /** Loads on first use and again when what is remembered is too old; callers at the same time share one load. */
  get(key: string): Promise<Value | undefined>;
  /** The next `get` loads again; what a load under way gives is no longer remembered. */
  forget(key: string): void;
}

export interface LoadingCacheOptions<Value> {
  /** Undefined: there is nothing by this key. A rejection is passed on and not remembered. */
  readonly load: (key: string) => Promise<Value | undefined>;
  readonly clock: Clock;
  readonly maxAgeSeconds: number;
  /** The least recently used goes first. "Nothing there" counts apart, so that made-up keys push out no real ones. */
  readonly maxEntries: number;
}

interface Loaded<Value> {
  readonly value: Value;
  readonly loadedAt: number;
}

export function createLoadingCache<Value>(options: LoadingCacheOptions<Value>): LoadingCache<Value> {
  const { load, clock, maxAgeSeconds, maxEntries } = options;
  const present = createLruMap<Loaded<Value>>(maxEntries);
  const missing = createLruMap<Loaded<Value | undefined>>(maxEntries);
  const loads = new Map<string, Promise<Value | undefined>>();

  // A clock that was set back must not keep an entry alive (S14).
  const isFresh = ({ loadedAt }: Loaded<unknown>, now: number) =>
    now >= loadedAt && now - loadedAt < maxAgeSeconds;

  async function loadOnce(key: string, now: number): Promise<Value | undefined> {
    const loading = load(key);
    loads.set(key, loading);
    const isStillWanted = () => loads.get(key) === loading;
    try {
      const value = await loading;
      if (!isStillWanted()) return value;
      if (value === undefined) missing.set(key, { value, loadedAt: now });
      else present.set(key, { value, loadedAt: now });
      return value;
    } finally {
      if (isStillWanted()) loads.delete(key);
    }
  }

  return Object.freeze({
    async get(key: string) {
      const now = clock();
      const remembered = present.get(key) ?? missing.get(key);
      if (remembered !== undefined && isFresh(remembered, now)) return remembered.value;
      present.delete(key);
      missing.delete(key);
      return loads.get(key) ?? loadOnce(key, now);
    },
    forget(key: string) {
      present.delete(key);
      missing.delete(key);
      loads.delete(key);
    },
  });
}
