import type { Awaitable, GateOutcome } from '../../gate/gate-outcome.js';
import { isThenable } from '../../gate/is-thenable.js';

/** Goes on with the outcome: at once where it is there at once, so that no request waits for nothing. */
export function whenChecked<Result>(
  checked: Awaitable<GateOutcome>,
  goOn: (outcome: GateOutcome) => Result | Promise<Result>,
): Awaitable<Result> {
  return isThenable(checked) ? checked.then(goOn) : goOn(checked);
}
