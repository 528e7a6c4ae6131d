/** What a gate is: the contract between createGate and the adapters. */
import type { Awaitable, GateOutcome } from './gate-outcome.js';
import type { GateRequest } from './gate-request.js';
import type { RouteRules } from './rules/route-rules.js';

/** A gate with the rules of one route, checked once. */
export interface Guard {
  /** Never throws, never rejects. At once where no key has to be fetched and nothing asynchronous is asked. */
  check(request: GateRequest): Awaitable<GateOutcome>;
  /** What every answer of a guarded route depends on, for `Vary`: `Authorization`, and `Cookie` where one is read. */
  readonly vary: string;
}

export interface Gate {
  /**
   * A guard for routes with these rules. Default: any caller that the gate accepts.
   *
   * @throws {UsageError} `invalid_options` with every problem found.
   */
  guard(rules?: RouteRules): Guard;
  /** Loads keys and revocations ahead of the first request. @throws {UnavailableError} */
  ready(): Promise<void>;
}

/** What adapters take: a gate, for any caller, or a guard with rules. */
export type GateOrGuard = Gate | Guard;
