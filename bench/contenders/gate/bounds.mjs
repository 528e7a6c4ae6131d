// The bounds of `verify`, at the token that a request brought.
import { boundToken, boundTokenInline } from '../bound-token.mjs';
import { tokenOf } from './token-of.mjs';

/**
 * @typedef {import('../../workload/gate-workload.mjs').GateWorkload} GateWorkload
 * @typedef {import('./door.mjs').Door} Door
 */

/** @param {GateWorkload} workload */
export const boundDoor = async (workload) =>
  toDoor(await /** @type {any} */ (boundTokenInline).concurrentVerifier(workload));

/** @param {GateWorkload} workload */
export const pooledBoundDoor = async (workload) =>
  toDoor(await /** @type {any} */ (boundToken).concurrentVerifier(workload));

/**
 * @param {import('../contender.mjs').PreparedVerifier} prepared
 * @returns {Omit<Door, 'name'>}
 */
const toDoor = ({ run, asynchronous, note }) => ({ toRequest: tokenOf, enter: run, asynchronous, note });
