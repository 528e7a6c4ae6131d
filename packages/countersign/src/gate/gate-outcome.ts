import type { TokenErrorCode, UnavailableErrorCode } from '../core/errors.js';
import type { Caller } from './caller.js';

/**
 * Why a request was not let in, or came in as nobody. Stable: fit for metrics and for switches.
 * - `token_missing`: no credential, or one of another scheme.
 * - `credentials_malformed`: two transports, a repeated parameter, a malformed `Authorization`.
 * - `caller_not_allowed`: kind, issuer or target are not among those of the route.
 * - `insufficient_user_authentication`: authentication level or age (RFC 9470).
 * - `refused_by_check`: the predicate of the route.
 * - `no_route`: the route table has no entry.
 * - `unexpected_error`: something threw that never should.
 */
export type GateReason =
  | TokenErrorCode
  | UnavailableErrorCode
  | 'token_missing'
  | 'credentials_malformed'
  | 'caller_not_allowed'
  | 'insufficient_user_authentication'
  | 'refused_by_check'
  | 'no_route'
  | 'unexpected_error';

/** A caller, verified and within the rules of the route. */
export interface GateCaller {
  readonly outcome: 'caller';
  readonly caller: Caller;
}

/** Nobody: the route takes requests without a caller, or it is a CORS preflight that is let pass. */
export interface GateAnonymous {
  readonly outcome: 'anonymous' | 'preflight';
  readonly caller: undefined;
  /** Null for a preflight. */
  readonly reason: GateReason | null;
}

/** What to answer. Adapters write it as it is, and add `vary` to what is there already. */
export interface GateRefusal {
  readonly outcome: 'refused';
  readonly caller: undefined;
  readonly reason: GateReason;
  readonly status: 400 | 401 | 403 | 404 | 503;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Frozen. */
export type GateOutcome = GateCaller | GateAnonymous | GateRefusal;

/** Callers that wait with `await` need not care which. */
export type Awaitable<Value> = Value | Promise<Value>;
