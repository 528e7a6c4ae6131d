/**
 * Hashes with an expiry each, in one flat array: open addressing with linear probing. An entry takes 16 bytes, and
 * the array is at most three quarters and at least three fifths full when it grows: 27 bytes a hash at worst.
 * Knows nothing of tokens; MemoryReplayStore is made of many small ones, so that growing stops nobody for long.
 */

/** 96 bits of a hash that nobody can aim. `slot` says where in the table to begin to look. */
export interface ReplayHash {
  readonly slot: number;
  readonly first: number;
  readonly second: number;
}

export interface ReplayTable {
  /** Entries that take room; some may have expired. */
  readonly size: number;
  /** No entry expires before. */
  readonly earliestExpiry: number;
  /** Whether the hash is here, or could have been: one that expires no later may have been swept already. */
  has(hash: ReplayHash, expiresAt: number, now: number): boolean;
  /** Adds a hash that is not here. */
  add(hash: ReplayHash, expiresAt: number, now: number): void;
  /** Makes room by leaving out what has expired. */
  sweep(now: number): void;
}

/** A slot: three words of the hash, then the expiry in whole seconds; zero there means that the slot is free. */
const WORDS = 4;
const EXPIRY = 3;
const FULLEST = 0.75;
const FULL_AFTER_SWEEP = 0.6;
const FEWEST_SLOTS = 8;
/** So often at most a table is swept although it has room: it gives back what a rush made it take. */
const SWEEP_AFTER_SECONDS = 600;
const WORD_RANGE = 2 ** 32;

export function createReplayTable(): ReplayTable {
  let capacity = FEWEST_SLOTS;
  let words = new Uint32Array(capacity * WORDS);
  let size = 0;
  let earliestExpiry = Number.POSITIVE_INFINITY;
  let sweepAt = Number.POSITIVE_INFINITY;
  /** The latest expiry of all that was dropped. In good order it is past; not if the clock was set back (row S14). */
  let forgottenUpTo = 0;

  const word = (index: number): number => words[index] as number;
  const startOf = (hash: ReplayHash): number => Math.floor((hash.slot / WORD_RANGE) * capacity) * WORDS;
  const next = (at: number): number => (at + WORDS === words.length ? 0 : at + WORDS);
  const isAt = (at: number, hash: ReplayHash): boolean =>
    word(at) === hash.slot && word(at + 1) === hash.first && word(at + 2) === hash.second;

  function put(at: number, hash: ReplayHash, expiresAt: number): void {
    const before = word(at + EXPIRY);
    if (before === 0) size++;
    else if (before > forgottenUpTo) forgottenUpTo = before;
    words[at] = hash.slot;
    words[at + 1] = hash.first;
    words[at + 2] = hash.second;
    words[at + EXPIRY] = expiresAt;
    if (expiresAt < earliestExpiry) earliestExpiry = expiresAt;
  }

  function sweep(now: number): void {
    const old = words;
    const live = countLive(old, now);
    capacity = Math.max(FEWEST_SLOTS, Math.ceil((live + 1) / FULL_AFTER_SWEEP));
    words = new Uint32Array(capacity * WORDS);
    size = 0;
    earliestExpiry = Number.POSITIVE_INFINITY;
    sweepAt = now + SWEEP_AFTER_SECONDS;
    for (let at = 0; at < old.length; at += WORDS) {
      const expiresAt = old[at + EXPIRY] as number;
      if (isLive(expiresAt, now)) {
        const hash = { slot: old[at] as number, first: old[at + 1] as number, second: old[at + 2] as number };
        let free = startOf(hash);
        while (word(free + EXPIRY) !== 0) free = next(free);
        put(free, hash, expiresAt);
      } else if (expiresAt > forgottenUpTo) forgottenUpTo = expiresAt;
    }
  }

  return {
    get size() {
      return size;
    },
    get earliestExpiry() {
      return earliestExpiry;
    },
    has(hash, expiresAt, now) {
      let unknownUpTo = forgottenUpTo;
      for (let at = startOf(hash); word(at + EXPIRY) !== 0; at = next(at)) {
        if (!isAt(at, hash)) continue;
        const seen = word(at + EXPIRY);
        if (isLive(seen, now)) return true;
        if (seen > unknownUpTo) unknownUpTo = seen;
      }
      return expiresAt <= unknownUpTo;
    },
    add(hash, expiresAt, now) {
      if (size + 1 > capacity * FULLEST || now >= sweepAt) sweep(now);
      let at = startOf(hash);
      while (isLive(word(at + EXPIRY), now)) at = next(at);
      put(at, hash, expiresAt);
    },
    sweep,
  };
}

/** Stated so that nothing expires under a clock that gives NaN. */
function isLive(expiresAt: number, now: number): boolean {
  return expiresAt !== 0 && !(expiresAt <= now);
}

function countLive(words: Uint32Array, now: number): number {
  let live = 0;
  for (let at = EXPIRY; at < words.length; at += WORDS) if (isLive(words[at] as number, now)) live++;
  return live;
}
