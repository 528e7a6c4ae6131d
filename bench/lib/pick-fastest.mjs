import { interleave } from './interleave.mjs';
import { quantile } from './statistics.mjs';
import { inlineSlices } from './time-slice.mjs';

/** @param {import('./interleave.mjs').Timing} timing */
const undisturbed = ({ microseconds }) => quantile(microseconds, 0.25);

/**
 * The fastest of several ways to do one thing on this machine and this Node: a bound is one only if nobody
 * can pass it by calling a sibling of the function it was built on.
 * @template Item
 * @param {Record<string, (item: Item) => unknown>} ways
 * @param {readonly Item[]} items
 * @returns {Promise<{ way: string, run: (item: Item) => unknown }>}
 */
export async function pickFastest(ways, items) {
  const lanes = Object.entries(ways).map(([name, run]) => ({ name, takeSlice: inlineSlices(items, run) }));
  const timings = lanes.length === 1 ? [] : await interleave({ lanes, rounds: 11, sliceMs: 10 });
  const [fastest] = timings.sort((a, b) => undisturbed(a) - undisturbed(b));
  const way = fastest?.name ?? lanes[0].name;
  return { way, run: ways[way] };
}
