import type { Span, Tracer, TracerProvider } from '@opentelemetry/api';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { UNAVAILABLE_ERRORS } from '../../core/errors.js';
import type { OptionRules } from '../../core/options.js';
import { checkOptions, optional } from '../../core/options.js';
import type { GateEvent, GateTracing } from '../gate-event.js';
import { attributesOf, INSTRUMENTATION_NAME } from './event-attributes.js';
import { anObjectWith } from './object-rule.js';

export interface GateTracingOptions {
  /** Makes the spans. Default: the tracer `countersign` of the provider. */
  readonly tracer?: Tracer | undefined;
  /** Default: the global one, as it is at the time of each request. */
  readonly tracerProvider?: TracerProvider | undefined;
}

const rules: OptionRules<GateTracingOptions> = {
  tracer: optional(anObjectWith('startSpan')),
  tracerProvider: optional(anObjectWith('getTracer')),
};

/**
 * Spans for the option `tracing` of createGate. Each check is one: `countersign.gate`, of kind INTERNAL, below the
 * span that is active then. Its attributes are `countersign.outcome`, `countersign.cached`, and where there is one
 * `countersign.reason`, `countersign.caller.kind`, `countersign.acceptor`; `countersign.revocation_unknown` where the
 * caller came in because of `whenUnavailable`; and on refusals `error.type`, which is the reason. The
 * status is ERROR only where the gate could not decide: that a caller is refused is no fault of the service.
 * No token, no subject, no address and no header is in it.
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createGateTracing(options: GateTracingOptions = {}): GateTracing {
  const checked = checkOptions('createGateTracing', options, rules, ({ tracer, tracerProvider }) =>
    tracer !== undefined && tracerProvider !== undefined
      ? ['tracer does not go together with tracerProvider']
      : [],
  );
  const tracer = checked.tracer ?? (checked.tracerProvider ?? trace).getTracer(INSTRUMENTATION_NAME);
  return Object.freeze({
    start() {
      const span = tracer.startSpan('countersign.gate', { kind: SpanKind.INTERNAL });
      // Nobody keeps it: then nothing is worth being said.
      return span.isRecording() ? { end: (event: GateEvent) => endSpan(span, event) } : undefined;
    },
  });
}

function endSpan(span: Span, event: GateEvent): void {
  const { outcome, reason, acceptor, cached, revocationUnknown } = event;
  span.setAttributes(attributesOf(event));
  span.setAttribute('countersign.cached', cached);
  if (acceptor !== null) span.setAttribute('countersign.acceptor', acceptor);
  if (revocationUnknown) span.setAttribute('countersign.revocation_unknown', true);
  if (outcome === 'refused' && reason !== null) {
    span.setAttribute('error.type', reason);
    if (isFault(reason)) span.setStatus({ code: SpanStatusCode.ERROR, message: reason });
  }
  span.end();
}

/** Whether it is the service, and not the caller, that something is wrong with. */
function isFault(reason: string): boolean {
  return reason === 'unexpected_error' || Object.hasOwn(UNAVAILABLE_ERRORS, reason);
}
