import assert from 'node:assert/strict';
import { bytesOf, freshHeader } from './headers.mjs';

/**
 * Every token lets its bearer in with the claims it was made of, also when it comes again; and none that is bad in any
 * way does. What looks at no claim (a bound) only has to tell signatures apart.
 * @param {string} name
 * @param {import('../../contenders/gate/door.mjs').Door} door
 * @param {import('../../workload/gate-workload.mjs').GateWorkload} workload
 */
export async function checkDoor(name, door, { algorithm, tokens, claims, bad }) {
  const who = `${name}, ${algorithm}`;
  for (let round = 0; round < 2; round += 1) {
    for (const [index, token] of tokens.entries()) {
      const found = await enter(door, token);
      if (door.claimsOf)
        assert.deepEqual({ .../** @type {any} */ (found) }, claims[index], `${who}: wrong claims`);
      else assert.equal(found, true, `${who}: refuses a good token`);
    }
  }
  const seen = Object.entries(bad).filter(
    ([what]) => door.claimsOf || what === 'signature' || what === 'payload',
  );
  for (const [what, token] of [...seen, ...seen]) {
    const found = await enter(door, token);
    assert.ok(found === undefined || found === false, `${who}: lets in a token with a bad ${what}`);
  }
}

/**
 * @param {import('../../contenders/gate/door.mjs').Door} door
 * @param {string} token
 */
async function enter(door, token) {
  try {
    const request = door.toRequest(freshHeader(bytesOf(token)));
    const result = await door.enter(request);
    return door.claimsOf ? door.claimsOf(request, result) : result;
  } catch {
    return undefined;
  }
}
