/** What the gate decided, on a response of Node's servers. */
import type { GateOutcome, GateRefusal } from '../../gate/gate-outcome.js';
import type { CallerHolder } from './caller-of.js';
import { mergeVary } from './vary.js';

/** What is needed of `ServerResponse` and `Http2ServerResponse`. */
export interface NodeResponseLike {
  statusCode: number;
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  readonly destroyed?: boolean | undefined;
  /** HTTP/2 only. */
  readonly stream?: { readonly destroyed: boolean } | null | undefined;
  getHeader(name: string): unknown;
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
}

/**
 * Leaves the caller on the request, or takes one away that an earlier guard had left, and answers a refusal.
 *
 * @returns whether the request may go on: not when it was refused, and not when nobody waits for its answer any more,
 * because the client went away or somebody else has answered in the meantime
 */
export function admitToNode(
  outcome: GateOutcome,
  request: CallerHolder,
  response: NodeResponseLike,
  vary: string,
): boolean {
  request.caller = outcome.caller;
  if (isOver(response)) return false;
  if (outcome.outcome === 'refused') {
    writeRefusal(outcome, response);
    return false;
  }
  if (!response.headersSent) addVary(response, vary);
  return true;
}

/** Whether nothing that is written would arrive. */
export function isOver({ writableEnded, destroyed, stream }: NodeResponseLike): boolean {
  return writableEnded || destroyed === true || stream?.destroyed === true;
}

/** Headers that were set before, such as those of CORS, stay. Throws, as Node does, where they were sent already. */
function writeRefusal({ status, headers, body }: GateRefusal, response: NodeResponseLike): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'vary') addVary(response, value);
    else response.setHeader(name, value);
  }
  response.end(body);
}

function addVary(response: NodeResponseLike, vary: string): void {
  response.setHeader('vary', mergeVary(response.getHeader('vary'), vary));
}
