/** A web-standard request as the gate reads it. */
import type { GateRequest } from '../../gate/gate-request.js';
import { listOf } from './list-of.js';

/** What is needed of `Request`. */
export interface FetchRequestLike {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

/**
 * Fields that came twice are one by now, their values joined with a comma (Fetch standard, "get a header name"): no
 * credential has one in it, and the gate takes it for what it is.
 */
export function readFetchRequest(request: FetchRequestLike): GateRequest {
  return {
    method: request.method,
    url: request.url,
    carrier: request,
    headers: (name) => listOf(request.headers.get(name) ?? undefined),
  };
}
