import assert from 'node:assert/strict';
import { createMemoryReplayStore } from 'countersign/asap';
import { wholeNumber } from '../lib/arguments.mjs';
import { describeEnvironment, environmentLines, noteLoad } from '../lib/environment.mjs';
import { exposeGarbageCollector, usedBytes } from '../lib/heap.mjs';
import { median } from '../lib/statistics.mjs';
import { formatFigure, formatTable } from '../lib/table.mjs';

const QUICK = { rounds: 2, ids: 20_000 };
const ISSUER = 'some-service';
const LIFETIME_SECONDS = 60;
const START = 1_800_000_000;

/**
 * @typedef {{ issuer: string, tokenId: string, expiresAt: number }} Entry
 * @typedef {{ insertOnce(entry: Entry): 'inserted' | 'seen' | 'full' }} Store
 * @typedef {Record<'bytesPerId' | 'insert' | 'seen' | 'turnover' | 'longestCallMs', number>} Figures
 */

/** @type {Record<string, (maxTokens: number, clock: () => number) => Store>} */
const CONTENDERS = {
  countersign: (maxTokens, clock) => createMemoryReplayStore({ maxTokens, clock }),
  'a Map of strings': createMapStore,
};

/** @type {import('../lib/arguments.mjs').Benchmark} */
export const benchmark = {
  summary: 'replay memory: bytes for each remembered token, and time to remember one',
  options: {
    ids: { help: 'tokens remembered', value: 'N', initial: '1000000', read: readIds },
  },
  async run(options) {
    const { ids, rounds } = options.quick ? { ...options, ...QUICK } : options;
    const environment = describeEnvironment(['countersign']);
    const ways = Object.entries(CONTENDERS);
    const gc = exposeGarbageCollector();
    for (const [, create] of ways) measure(create, ids, gc);
    const figures = ways.map(() => /** @type {Figures[]} */ ([]));
    for (let round = 0; round < rounds; round += 1) {
      console.error(`replay, round ${round + 1} of ${rounds}`);
      const order = round % 2 === 0 ? [...ways.keys()] : [...ways.keys()].reverse();
      for (const index of order) figures[index].push(measure(ways[index][1], ids, gc));
    }
    noteLoad(environment);
    const rows = ways.map(([contender], index) => ({ contender, ...medians(figures[index]) }));
    if (options.json) {
      console.log(JSON.stringify({ benchmark: 'replay', environment, ids, rounds, rows }, null, 2));
    } else {
      const title = `replay memory at ${ids} tokens, medians of ${rounds} rounds`;
      console.log([title, ...environmentLines(environment), '', replayTable(rows)].join('\n'));
    }
  },
};

/** @param {string} text */
function readIds(text) {
  return text === '1000000' ? 1_000_000 : wholeNumber(text);
}

/**
 * Made anew each time, for all contenders alike: a million strings kept would make every garbage collection long.
 * As long as 128 random bits in base64url.
 * @param {number} index
 */
const tokenIdOf = (index) => `xxxxxx${1e15 + index}`;

/**
 * Fills a store, asks it for everything again, then lets a lifetime pass in which as many other tokens come.
 * @param {(maxTokens: number, clock: () => number) => Store} create
 * @param {number} ids
 * @param {() => void} gc
 * @returns {Figures}
 */
function measure(create, ids, gc) {
  let now = START;
  const insertAll = (
    /** @type {Store} */ store,
    /** @type {number} */ from,
    /** @type {number} */ to,
    /** @type {string} */ wanted,
  ) => {
    const startedAt = performance.now();
    const expiresAt = now + LIFETIME_SECONDS;
    for (let index = from; index < to; index += 1) {
      const verdict = store.insertOnce({ issuer: ISSUER, tokenId: tokenIdOf(index), expiresAt });
      if (verdict !== wanted) assert.fail(`${verdict} instead of ${wanted}`);
    }
    return (performance.now() - startedAt) * 1_000;
  };

  gc();
  const before = usedBytes();
  const store = create(ids * 2, () => now);
  const insert = insertAll(store, 0, ids, 'inserted') / ids;
  gc();
  const bytesPerId = (usedBytes() - before) / ids;
  const seen = insertAll(store, 0, ids, 'seen') / ids;
  const perSecond = Math.ceil(ids / LIFETIME_SECONDS);
  let turnover = 0;
  for (let from = ids; from < 2 * ids; from += perSecond) {
    now += 1;
    turnover += insertAll(store, from, Math.min(from + perSecond, 2 * ids), 'inserted') / ids;
  }
  return { bytesPerId, insert, seen, turnover, longestCallMs: longestCall(create, ids) };
}

/**
 * @param {(maxTokens: number, clock: () => number) => Store} create
 * @param {number} ids
 */
function longestCall(create, ids) {
  const store = create(ids, () => START);
  const expiresAt = START + LIFETIME_SECONDS;
  let longest = 0;
  let last = performance.now();
  for (let index = 0; index < ids; index += 1) {
    store.insertOnce({ issuer: ISSUER, tokenId: tokenIdOf(index), expiresAt });
    const now = performance.now();
    if (now - last > longest) longest = now - last;
    last = now;
  }
  return longest;
}

/**
 * What one writes in the absence of a store: the ids themselves, in the order in which they came.
 * @param {number} maxTokens
 * @param {() => number} clock
 * @returns {Store}
 */
function createMapStore(maxTokens, clock) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  return {
    insertOnce({ issuer, tokenId, expiresAt }) {
      const now = clock();
      const key = `${issuer} ${tokenId}`;
      if ((seen.get(key) ?? 0) > now) return 'seen';
      for (const [oldest, end] of seen) {
        if (end > now) break;
        seen.delete(oldest);
      }
      if (seen.size >= maxTokens) return 'full';
      seen.set(key, expiresAt);
      return 'inserted';
    },
  };
}

/** @param {readonly Figures[]} figures */
function medians(figures) {
  const names = /** @type {(keyof Figures)[]} */ (Object.keys(figures[0]));
  return /** @type {Figures} */ (
    Object.fromEntries(names.map((name) => [name, median(figures.map((one) => one[name]))]))
  );
}

/** @param {readonly (Figures & { contender: string })[]} rows */
function replayTable(rows) {
  const perSecond = (/** @type {number} */ microseconds) =>
    Math.round(1e6 / microseconds).toLocaleString('en');
  return formatTable(
    ['contender', 'bytes/id', 'new, us', 'new/s', 'seen, us', 'seen/s', 'turnover, us', 'longest call, ms'],
    rows.map(({ contender, bytesPerId, insert, seen, turnover, longestCallMs }) => [
      contender,
      bytesPerId.toFixed(1),
      formatFigure(insert),
      perSecond(insert),
      formatFigure(seen),
      perSecond(seen),
      formatFigure(turnover),
      formatFigure(longestCallMs),
    ]),
  );
}
