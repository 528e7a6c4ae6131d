/**
 * @typedef {{ name: string, takeSlice: import('./time-slice.mjs').TakeSlice }} Lane
 * @typedef {{ name: string, microseconds: number[] }} Timing microseconds an operation, one entry a round
 */

/** Slices before the first round: the optimising compiler is done with the hot path after two of them. */
const WARM_UP_SLICES = 2;

/**
 * Every contender gets one time slice in every round. The order rotates from round to round and runs
 * backwards in every other one, so that nobody always runs behind the same neighbour's garbage.
 * @param {{ lanes: readonly Lane[], rounds: number, sliceMs: number }} plan
 * @returns {Promise<Timing[]>} in the order of the lanes
 */
export async function interleave({ lanes, rounds, sliceMs }) {
  const timings = lanes.map(({ name }) => ({ name, microseconds: /** @type {number[]} */ ([]) }));
  for (const { takeSlice } of lanes) for (let i = 0; i < WARM_UP_SLICES; i += 1) await takeSlice(sliceMs);
  for (let round = 0; round < rounds; round += 1) {
    for (const index of orderOf(round, lanes.length)) {
      const { operations, elapsedMs } = await lanes[index].takeSlice(sliceMs);
      timings[index].microseconds.push((elapsedMs / operations) * 1_000);
    }
  }
  return timings;
}

/**
 * @param {number} round
 * @param {number} count
 */
function orderOf(round, count) {
  const order = Array.from({ length: count }, (_, place) => (place + round) % count);
  return round % 2 === 0 ? order : order.reverse();
}
