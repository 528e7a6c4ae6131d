// Time slices in which every operation gets an item that was made for it alone, off the clock: a request as a server
// hands it out, whose texts nobody has hashed or compared before.

/** So many are made at once: few, as a server has few at a time, and what is alive makes every collection longer. */
const BATCH = 50;
/** With many in flight the last of a batch leave the processor idle: more of them, so that it does not show. */
const CONCURRENT_BATCH = 1_024;

/**
 * @template Source, Item
 * @typedef {object} FreshWork
 * @property {readonly Source[]} sources in turn
 * @property {(source: Source) => Item} toItem
 * @property {(item: Item) => unknown} run
 * @property {boolean} [asynchronous] `run` gives a promise
 * @property {number} [concurrency] promises in flight; 1 awaits each before the next
 */

/**
 * @template Source, Item
 * @param {FreshWork<Source, Item>} work
 * @returns {import('./time-slice.mjs').TakeSlice}
 */
export function freshSlices(work) {
  const { sources, toItem, concurrency = 1 } = work;
  const size = concurrency === 1 ? BATCH : CONCURRENT_BATCH;
  const batch = new Array(size);
  const runBatch = driverOf(work);
  let next = 0;
  const fill = () => {
    for (let i = 0; i < size; i += 1) {
      batch[i] = toItem(sources[next]);
      next = next + 1 === sources.length ? 0 : next + 1;
    }
  };
  return async (sliceMs) => {
    let operations = 0;
    let elapsedMs = 0;
    do {
      fill();
      const start = performance.now();
      const running = runBatch(batch);
      if (running !== undefined) await running;
      elapsedMs += performance.now() - start;
      operations += size;
    } while (elapsedMs < sliceMs);
    return { operations, elapsedMs };
  };
}

/**
 * @template Source, Item
 * @param {FreshWork<Source, Item>} work
 * @returns {(batch: readonly Item[]) => Promise<unknown> | undefined}
 */
function driverOf({ run, asynchronous = false, concurrency = 1 }) {
  if (!asynchronous) {
    return (batch) => {
      for (let i = 0; i < batch.length; i += 1) run(batch[i]);
      return undefined;
    };
  }
  return (batch) => {
    let next = 0;
    const lane = async () => {
      while (next < batch.length) {
        const item = batch[next];
        next += 1;
        const result = run(item);
        // What is there at once ends the turn of the event loop, too.
        await (result instanceof Promise ? result : undefined);
      }
    };
    return concurrency === 1 ? lane() : Promise.all(Array.from({ length: concurrency }, lane));
  };
}
