// The shape of what lets requests in, in types; and how doors that go on by a callback are waited for.

/**
 * One way to authenticate a request, prepared for one key.
 * @typedef {object} Door
 * @property {(header: string) => any} toRequest made anew for each operation, off the clock
 * @property {(request: any) => unknown} enter the operation that is timed
 * @property {boolean} [asynchronous] `enter` gives a promise
 * @property {(request: any, result: unknown) => unknown} [claimsOf] the claims of who came in; undefined for nobody.
 * Without it `enter` answers true or false and looks at no claim
 * @property {(request: any) => unknown} [pass] the same way with nobody at the door: its time is taken off
 * @property {string} [note] printed below the table
 *
 * @typedef {object} DoorSettings
 * @property {boolean} asynchronous whether a result may be waited for; else everything must be there at once
 *
 * @callback CreateDoor
 * @param {any} guard of a gate of countersign
 * @param {DoorSettings} settings
 * @returns {Door | Promise<Door>}
 */

const goOn = () => {};

/**
 * @param {(request: any, next: (error?: unknown) => void) => unknown} enter
 * @param {DoorSettings} settings
 * @param {(request: any) => boolean} [isAnswered] whoever is refused never gets to `next`
 * @returns {Pick<Door, 'enter' | 'asynchronous'>}
 */
export function byCallback(enter, { asynchronous }, isAnswered = () => false) {
  if (!asynchronous) return { enter: (request) => enter(request, goOn) };
  return {
    asynchronous,
    enter: (request) =>
      new Promise((resolve) => {
        enter(request, resolve);
        if (isAnswered(request)) resolve(undefined);
      }),
  };
}
