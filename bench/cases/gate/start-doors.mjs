import { startIsolatedLane } from '../../lib/isolated-lane.mjs';

const SCRIPT = new URL('./door-worker.mjs', import.meta.url);

/**
 * @typedef {object} DoorsPlan
 * @property {readonly string[]} doors
 * @property {string} algorithm
 * @property {number} tokens
 * @property {number} concurrency
 * @property {boolean} cached
 */

/**
 * Makes every door in an isolate of its own and checks it there; then measures, and ends them.
 * @template Result
 * @param {DoorsPlan} plan
 * @param {(lanes: Map<string, import('../../lib/isolated-lane.mjs').IsolatedLane>) => Promise<Result>} measure
 * @returns {Promise<Result>}
 */
export async function withDoors({ doors, ...data }, measure) {
  /** @type {Map<string, import('../../lib/isolated-lane.mjs').IsolatedLane>} */
  const lanes = new Map();
  try {
    for (const name of doors) lanes.set(name, await startIsolatedLane(SCRIPT, { ...data, name }));
    return await measure(lanes);
  } finally {
    await Promise.all([...lanes.values()].map((lane) => lane.stop()));
  }
}
