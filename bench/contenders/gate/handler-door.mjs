import { fetchRequest } from '../../workload/http-requests.mjs';

/** What a handler saw last. @typedef {{ caller?: any }} Seen */

/**
 * For frameworks that take a Request and give a Response: the time of the gate is that of an application with it, less
 * that of the same application without.
 * @param {(request: Request) => unknown} guarded
 * @param {(request: Request) => unknown} open
 * @param {Seen} seen
 * @returns {import('./door.mjs').Door}
 */
export const handlerDoor = (guarded, open, seen) => ({
  asynchronous: true,
  toRequest: fetchRequest,
  enter: guarded,
  pass: open,
  claimsOf: (_, response) =>
    /** @type {Response} */ (response).status === 200 ? seen.caller?.claims : undefined,
});
