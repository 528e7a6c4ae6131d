/** What a route asks of its callers. */
import type { Caller, CallerKind } from '../caller.js';
import type { Awaitable } from '../gate-outcome.js';
import type { GateRequest } from '../gate-request.js';

/** All that is given must hold. What a token does not say is never enough. */
export interface CallerRules<Request extends GateRequest = GateRequest> {
  /** `iss` must be one of these, exactly. */
  readonly issuers?: string | readonly string[] | undefined;
  /** All of them are needed. */
  readonly scopes?: string | readonly string[] | undefined;
  /** At least this authentication level (RFC 9470). */
  readonly level?: number | undefined;
  /** Authenticated no longer ago than this (RFC 9470). */
  readonly maxAuthenticationAgeSeconds?: number | undefined;
  /** The `target` of an API token must be this; callers of other kinds have none. */
  readonly target?: string | ((request: Request) => string) | undefined;
}

/**
 * - `required`: no caller, no entry.
 * - `optional`: without credentials one is nobody; bad credentials are refused.
 * - `unsafePermissive`: bad credentials are nobody too (row ASAP-33).
 */
export type GateMode = 'required' | 'optional' | 'unsafePermissive';

export interface RouteRules<Request extends GateRequest = GateRequest> extends CallerRules<Request> {
  /** Default `required`. */
  readonly mode?: GateMode | undefined;
  /** The kinds that may come in: a list, or by kind the rules that hold for it on top. Default: all of the gate. */
  readonly kinds?:
    | CallerKind
    | readonly CallerKind[]
    | { readonly [Kind in CallerKind]?: CallerRules<Request> }
    | undefined;
  /** The last word: false refuses with 403. What it throws or rejects with is an error of the service, answered 503. */
  readonly check?: ((caller: Caller, request: Request) => Awaitable<boolean>) | undefined;
}
