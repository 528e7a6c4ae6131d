/**
 * The one place that decides whether a signature check is made at once or handed to the thread pool. A check alone is
 * done sooner where it is; of many at once, the pool spreads all but the first few over the cores
 * (docs/decisions/0014-when-to-use-the-thread-pool.md).
 */
import type { Algorithm } from '../keys/algorithms.js';

/** With so many checks under way the next one is handed over: fewer of those that take longer. An HMAC never pays. */
const INLINE_AT_ONCE: Readonly<Record<Algorithm['keyType'], number>> = {
  EC: 3,
  OKP: 3,
  RSA: 6,
  oct: Number.POSITIVE_INFINITY,
};
const FEWEST_INLINE = 3;

const SETTLED = Promise.resolve();

let inThreadPool = 0;
/** Made at once since the last microtask: whoever asks again before the next one did not wait for an answer. */
let inThisTurn = 0;

export function isWorthHandingOver(row: Algorithm): boolean {
  return inThreadPool + inThisTurn >= INLINE_AT_ONCE[row.keyType];
}

/** Whether a check of some algorithm would be handed over: then those who could do it at once leave it to others. */
export function areChecksCrowded(): boolean {
  return inThreadPool + inThisTurn >= FEWEST_INLINE;
}

/**
 * A check that is made at once counts as under way until the microtasks have their turn. One alone may count for longer:
 * to forget it costs more than it does harm, since with the next one both are forgotten.
 */
export function noteInlineCheck(row: Algorithm): void {
  if (row.keyType === 'oct') return;
  // Half as long as queueMicrotask takes.
  if (inThisTurn === 1) void SETTLED.then(endTurn);
  inThisTurn += 1;
}

function endTurn(): void {
  inThisTurn = 0;
}

/** A check in the thread pool counts until it is done. */
export function enterThreadPool(): void {
  inThreadPool += 1;
}

export function leaveThreadPool(): void {
  inThreadPool -= 1;
}
