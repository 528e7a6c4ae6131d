/** A map of bounded size: when it is full, the least recently used entry goes. */
export interface LruMap<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
}

export function createLruMap<Value>(maxEntries: number): LruMap<Value> {
  const entries = new Map<string, Value>(); // Insertion order is order of use: each use inserts anew.
  return Object.freeze({
    get(key: string) {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set(key: string, value: Value) {
      entries.delete(key);
      entries.set(key, value);
      for (const oldest of entries.keys()) {
        if (entries.size <= maxEntries) break;
        entries.delete(oldest);
      }
    },
    delete(key: string) {
      entries.delete(key);
    },
  });
}
