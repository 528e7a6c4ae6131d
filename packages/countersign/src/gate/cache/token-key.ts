/** Under what tokens are put in maps. */
import { randomInt } from 'node:crypto';

/** Odd, so that nothing is lost by multiplying with it; from the FNV hash. */
const PRIME = 16_777_619;
const CHARACTERS = 8;

/** Nobody outside of the process can tell which tokens lie beside each other. Made late: Workers have no chance at start. */
let seed: number | undefined;

/**
 * A number made of the last characters of a token: its signature, as good as random, so that two tokens among a million
 * have the same one now and then. Whoever finds something by it compares the whole token. A map by whole tokens, or by
 * parts of them as texts, has to read and compare more of each token that comes; and whoever makes two tokens with one
 * number has gained nothing but that one of them takes the place of the other.
 */
export function keyOf(token: string): number {
  seed ??= randomInt(2 ** 32) | 0;
  const { length } = token;
  let key = seed;
  for (let at = Math.max(0, length - CHARACTERS); at < length; at++) {
    key = Math.imul(key ^ token.charCodeAt(at), PRIME);
  }
  return key;
}
