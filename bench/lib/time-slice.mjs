// How one contender spends one time slice: again and again through its items, reading the clock rarely.
// Three drivers, so that nobody pays for a promise it did not ask for.

/** Below this the clock is read too often to be free; above it a slice gets longer than asked. */
const CLOCK_INTERVAL_MS = 0.25;

/**
 * @typedef {object} Slice
 * @property {number} operations
 * @property {number} elapsedMs
 *
 * @callback TakeSlice
 * @param {number} sliceMs at least this long
 * @returns {Slice | Promise<Slice>}
 */

/**
 * @param {number} operations
 * @param {number} elapsedMs
 */
const operationsPerClockReading = (operations, elapsedMs) =>
  Math.min(2_000, Math.max(1, Math.floor((operations / elapsedMs) * CLOCK_INTERVAL_MS)));

/**
 * One call after the other.
 * @param {readonly unknown[]} items
 * @param {(item: any) => unknown} run
 * @returns {TakeSlice}
 */
export function inlineSlices(items, run) {
  let next = 0;
  let chunk = 1;
  return (sliceMs) => {
    const start = performance.now();
    let operations = 0;
    let elapsedMs = 0;
    do {
      for (let i = 0; i < chunk; i += 1) {
        run(items[next]);
        next = next + 1 === items.length ? 0 : next + 1;
      }
      operations += chunk;
      elapsedMs = performance.now() - start;
    } while (elapsedMs < sliceMs);
    chunk = operationsPerClockReading(operations, elapsedMs);
    return { operations, elapsedMs };
  };
}

/**
 * Always `concurrency` promises in flight; 1 awaits each before the next. Elapsed time runs until the last
 * one has settled.
 * @param {readonly unknown[]} items
 * @param {(item: any) => Promise<unknown>} run
 * @param {number} concurrency
 * @returns {TakeSlice}
 */
export function awaitedSlices(items, run, concurrency) {
  let next = 0;
  let chunk = 1;
  return async (sliceMs) => {
    const start = performance.now();
    const chunkOfLane = Math.max(1, Math.floor(chunk / concurrency));
    let operations = 0;
    const lane = async () => {
      do {
        for (let i = 0; i < chunkOfLane; i += 1) {
          const item = items[next];
          next = next + 1 === items.length ? 0 : next + 1;
          await run(item);
        }
        operations += chunkOfLane;
      } while (performance.now() - start < sliceMs);
    };
    await Promise.all(Array.from({ length: concurrency }, lane));
    const elapsedMs = performance.now() - start;
    chunk = operationsPerClockReading(operations, elapsedMs);
    return { operations, elapsedMs };
  };
}
