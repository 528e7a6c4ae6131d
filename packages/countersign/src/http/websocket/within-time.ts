import type { GateOutcome, GateRefusal } from '../../gate/gate-outcome.js';

const TOO_LATE: GateRefusal = Object.freeze({
  outcome: 'refused',
  caller: undefined,
  reason: 'unexpected_error',
  status: 503,
  headers: Object.freeze({ 'cache-control': 'no-store', 'retry-after': '10' }),
  body: '',
});

/** The outcome, or a refusal when it takes too long: a socket that waits for its handshake has no other time limit. */
export function withinTime(checked: PromiseLike<GateOutcome>, timeoutMs: number): Promise<GateOutcome> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs, TOO_LATE);
    const settle = (outcome: GateOutcome) => {
      clearTimeout(timer);
      resolve(outcome);
    };
    checked.then(settle, () => settle(TOO_LATE));
  });
}
