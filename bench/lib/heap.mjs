import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What is in use now: after a collection, what is kept. */
export function usedBytes() {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** @returns {() => void} collects everything that can be */
export function exposeGarbageCollector() {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc');
  // The memory behind typed arrays is given back by the collection after the one that finds them unused.
  return () => {
    for (let time = 0; time < 3; time += 1) gc();
  };
}
