/** A replay store in the memory of one process. */
import { hash, randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.js';
import { systemClock } from '../core/clock.js';
import { aFunction, integerFrom } from '../core/option-rules.js';
import type { OptionRules } from '../core/options.js';
import { checkOptions, optional } from '../core/options.js';
import type { ReplayEntry, ReplayStore, ReplayVerdict } from './replay-store.js';
import type { ReplayHash, ReplayTable } from './replay-table.js';
import { createReplayTable } from './replay-table.js';

export interface MemoryReplayStoreOptions {
  /** How many ids are remembered at most; a million of them take 27 MB at worst. Default 1,000,000. */
  readonly maxTokens?: number | undefined;
  /** Must be the clock of the verifiers that share the store. */
  readonly clock?: Clock | undefined;
}

export interface MemoryReplayStore extends ReplayStore {
  insertOnce(entry: ReplayEntry): ReplayVerdict;
  /** Ids that take room now, those included that have expired and were not swept out yet. */
  readonly size: number;
}

const rules: OptionRules<MemoryReplayStoreOptions> = {
  maxTokens: optional(integerFrom(1, 50_000_000, 'tokens')),
  clock: optional(aFunction),
};

const DEFAULT_MAX_TOKENS = 1_000_000;
/** At a million ids the largest piece of work in one go is to move the four thousand of one table. */
const TABLES = 256;
const MAX_EXPIRY = 2 ** 32 - 1;

/**
 * A store for one process: what it knows is lost when the process ends, and other processes do not know it.
 * It remembers keyed 96-bit hashes instead of the ids. Two ids that share one would be taken for the same, which
 * refuses a good token once in 2^56 at a million ids; nobody can aim at it without the key, which is drawn anew for
 * each store. Ids are remembered for as long as they are said to be valid: when there is no room left, new ones are
 * refused, and none is forgotten (`full`). After the clock was set back, ids that could have been forgotten already
 * are `seen`.
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createMemoryReplayStore(options: MemoryReplayStoreOptions = {}): MemoryReplayStore {
  const checked = checkOptions('createMemoryReplayStore', options, rules);
  const maxTokens = checked.maxTokens ?? DEFAULT_MAX_TOKENS;
  const clock = checked.clock ?? systemClock;
  const key = randomBytes(32).toString('hex');
  const tables = Array.from({ length: TABLES }, createReplayTable);
  let size = 0;
  let sweptLast = 0;

  /** Runs `change`, which may alter the size of the table. */
  function counted(table: ReplayTable, change: () => void): void {
    const before = table.size;
    change();
    size += table.size - before;
  }

  /** Sweeps table after table, those only where something has expired, until there is room. */
  function makeRoom(now: number): boolean {
    for (let tried = 0; tried < TABLES && size >= maxTokens; tried++) {
      sweptLast = (sweptLast + 1) % TABLES;
      const table = tables[sweptLast] as ReplayTable;
      if (table.earliestExpiry <= now) counted(table, () => table.sweep(now));
    }
    return size < maxTokens;
  }

  return Object.freeze({
    get size() {
      return size;
    },
    insertOnce(entry: ReplayEntry): ReplayVerdict {
      const now = clock();
      const hashed = hashOf(key, entry);
      const expiresAt = wholeSeconds(entry.expiresAt);
      const table = tables[hashed.first % TABLES] as ReplayTable;
      if (table.has(hashed, expiresAt, now)) return 'seen';
      if (size >= maxTokens && !makeRoom(now)) return 'full';
      counted(table, () => table.add(hashed, expiresAt, now));
      return 'inserted';
    },
  });
}

/** The length of the issuer keeps the two parts apart. */
function hashOf(key: string, { issuer, tokenId }: ReplayEntry): ReplayHash {
  // As text, because small buffers cost twice the hash itself.
  const digest = hash('sha256', `${key}${issuer.length}:${issuer}${tokenId}`, 'binary');
  return { slot: wordAt(digest, 0), first: wordAt(digest, 4), second: wordAt(digest, 8) };
}

function wordAt(digest: string, at: number): number {
  const bits =
    (digest.charCodeAt(at) << 24) |
    (digest.charCodeAt(at + 1) << 16) |
    (digest.charCodeAt(at + 2) << 8) |
    digest.charCodeAt(at + 3);
  return bits >>> 0;
}

/** Rounded up, so that nothing is forgotten early; what is no instant is remembered for ever. */
function wholeSeconds(expiresAt: number): number {
  return expiresAt <= MAX_EXPIRY ? Math.max(1, Math.ceil(expiresAt)) : MAX_EXPIRY;
}
