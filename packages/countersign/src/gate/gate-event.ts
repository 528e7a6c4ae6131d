/** What a gate tells about every request that it judged: for metrics, traces and audits. */
import type { CallerKind } from './caller.js';
import type { GateOutcome, GateReason } from './gate-outcome.js';
import type { GateRequest } from './gate-request.js';

/** Holds no token, no subject and nothing else that a stranger could have written. Frozen. */
export interface GateEvent {
  readonly outcome: GateOutcome['outcome'];
  /** Null for callers and preflights. Of somebody let in as nobody it says what the credential lacked. */
  readonly reason: GateReason | null;
  /** The acceptor that judged the token, as its function is called; null where none was chosen. */
  readonly acceptor: string | null;
  /** The kind of caller that this acceptor stands for. */
  readonly kind: CallerKind | null;
  /** `iss`; null until it was verified. */
  readonly issuer: string | null;
  /** Whether the signature had been checked before. */
  readonly cached: boolean;
  /** The caller came in although the revocation source could not tell, as the gate was told to do. */
  readonly revocationUnknown: boolean;
  readonly durationMs: number;
}

/** What it throws is dropped: an observer cannot change an answer. */
export type GateObserver = (event: GateEvent) => void;

/** One span for each request. What it throws is dropped. */
export interface GateTracing {
  /** Undefined for requests that are not traced. */
  start(request: GateRequest): GateSpan | undefined;
}

export interface GateSpan {
  end(event: GateEvent): void;
}
