/** A map that holds so many entries and no more: what was not used for the longest time goes first. */

export interface BoundedMap<Key, Value> {
  /** Counts as use. */
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): void;
  delete(key: Key): void;
}

export function createBoundedMap<Key, Value>(maxEntries: number): BoundedMap<Key, Value> {
  // A Map keeps the order of insertion: an entry that is used is inserted anew.
  const entries = new Map<Key, Value>();
  const insert = (key: Key, value: Value): void => {
    entries.delete(key);
    entries.set(key, value);
  };
  return Object.freeze({
    get(key: Key) {
      const value = entries.get(key);
      if (value !== undefined) insert(key, value);
      return value;
    },
    set(key: Key, value: Value) {
      insert(key, value);
      if (entries.size <= maxEntries) return;
      for (const oldest of entries.keys()) {
        entries.delete(oldest);
        return;
      }
    },
    delete: (key: Key) => {
      entries.delete(key);
    },
  });
}
