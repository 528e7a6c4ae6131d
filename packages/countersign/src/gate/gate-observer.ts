/** Tells whoever wants to know what came of each request, without a say in it. */
import { TokenError, UnavailableError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import type { Lane } from './acceptor.js';
import type { GateEvent, GateObserver, GateTracing } from './gate-event.js';
import type { GateOutcome } from './gate-outcome.js';
import type { GateRequest } from './gate-request.js';
import { isThenable } from './is-thenable.js';
import type { RuleProblem } from './rules/rule-problem.js';

/** What is found out about one request while it is judged. */
export interface Observation {
  lane: Lane | undefined;
  issuer: string | undefined;
  cached: boolean;
  revocationUnknown: boolean;
  end(outcome: GateOutcome): void;
}

/** @returns undefined where nobody wants to know: then nothing is spent on it */
export type Observe = (request: GateRequest) => Observation | undefined;

export interface ObserverOptions {
  readonly onOutcome?: GateObserver | undefined;
  readonly tracing?: GateTracing | undefined;
}

export function createObserver({ onOutcome, tracing }: ObserverOptions): Observe {
  if (onOutcome === undefined && tracing === undefined) return () => undefined;
  return (request) => {
    const span = attempt(() => tracing?.start(request));
    if (onOutcome === undefined && span === undefined) return undefined;
    const startedAt = performance.now();
    const observation: Observation = {
      lane: undefined,
      issuer: undefined,
      cached: false,
      revocationUnknown: false,
      end(outcome) {
        const event = toEvent(observation, outcome, performance.now() - startedAt);
        attempt(() => span?.end(event));
        attempt(() => onOutcome?.(event));
      },
    };
    return observation;
  };
}

function toEvent(observation: Observation, outcome: GateOutcome, durationMs: number): GateEvent {
  const { lane, issuer, cached, revocationUnknown } = observation;
  return Object.freeze({
    outcome: outcome.outcome,
    reason: outcome.outcome === 'caller' ? null : outcome.reason,
    acceptor: lane?.acceptor ?? null,
    kind: lane?.kind ?? null,
    issuer: issuer ?? null,
    cached,
    revocationUnknown,
    durationMs,
  });
}

/** What observers throw, or reject with, is theirs to find: no answer depends on it, and no process ends of it. */
function attempt<Value>(call: () => Value): Value | undefined {
  try {
    const value = call();
    if (isThenable(value)) Promise.resolve(value).catch(() => undefined);
    return value;
  } catch {
    return undefined;
  }
}

/** Writes what operators should know. Of errors from elsewhere only the name: their text may hold anything. */
export interface GateLog {
  missing(): void;
  malformed(): void;
  error(error: unknown): void;
  problem(problem: RuleProblem): void;
  revocationUnknown(lane: Lane): void;
}

export function createGateLog(logger: Logger | undefined): GateLog {
  const write = (level: keyof Logger, event: string, fields: Readonly<Record<string, unknown>>): void => {
    attempt(() => logger?.[level](event, fields));
  };
  const unexpected = (error: unknown): void =>
    write('error', 'gate.unexpected_error', { error: error instanceof Error ? error.name : typeof error });
  return Object.freeze({
    missing: () => write('info', 'gate.refused', { reason: 'token_missing' }),
    revocationUnknown: ({ acceptor }: Lane) => write('warn', 'gate.revocation_unknown', { acceptor }),
    malformed: () => write('warn', 'gate.refused', { reason: 'credentials_malformed' }),
    error(error: unknown) {
      if (error instanceof TokenError) {
        write('warn', 'gate.refused', { reason: error.code, problem: error.message });
      } else if (error instanceof UnavailableError) {
        write('error', 'gate.unavailable', { reason: error.code, problem: error.message });
      } else unexpected(error);
    },
    problem(problem: RuleProblem) {
      if (problem.reason === 'unexpected_error') unexpected(problem.error);
      else write('warn', 'gate.refused', { reason: problem.reason });
    },
  });
}
