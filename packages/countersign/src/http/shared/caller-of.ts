import { UsageError } from '../../core/errors.js';
import type { Caller } from '../../gate/caller.js';

/** Where adapters leave the caller: on the request or its context, and nowhere that outlives them (row C18). */
export interface CallerHolder {
  /** Undefined, or null, before a gate ran; undefined for requests that it let in without a caller. */
  caller?: Caller | null | undefined;
}

/**
 * The caller that the gate has let in, of a request that an adapter left it on.
 *
 * @throws {UsageError} `no_caller` where no gate ran for the request, or let it in as nobody: what follows has no caller
 * then, and must not go on as if it had.
 */
export function callerOf(request: object): Caller {
  return requiredCaller((request as CallerHolder).caller);
}

/** @throws {UsageError} `no_caller` */
export function requiredCaller(caller: Caller | null | undefined): Caller {
  if (caller !== undefined && caller !== null) return caller;
  throw new UsageError('no_caller', 'callerOf', [
    'no gate ran for this request, or its route lets in requests without a caller: read `caller` there',
  ]);
}
