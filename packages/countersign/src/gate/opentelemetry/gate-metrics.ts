import type { Counter, Meter, MeterProvider } from '@opentelemetry/api';
import { metrics } from '@opentelemetry/api';
import type { OptionRules } from '../../core/options.js';
import { checkOptions, optional } from '../../core/options.js';
import type { GateEvent } from '../gate-event.js';
import { attributesOf, INSTRUMENTATION_NAME } from './event-attributes.js';
import { anObjectWith } from './object-rule.js';

export interface GateMetricsOptions {
  /** Makes the counter. Default: the meter `countersign` of the provider. */
  readonly meter?: Meter | undefined;
  /** Default: the global one, as it is at the first outcome. */
  readonly meterProvider?: MeterProvider | undefined;
}

const rules: OptionRules<GateMetricsOptions> = {
  meter: optional(anObjectWith('createCounter')),
  meterProvider: optional(anObjectWith('getMeter')),
};

/**
 * An observer for the option `onOutcome` of createGate: the counter `countersign.gate.outcomes`, with the attributes
 * `countersign.outcome`, and where they are known `countersign.reason` and `countersign.caller.kind`.
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createGateMetrics(options: GateMetricsOptions = {}): (event: GateEvent) => void {
  const checked = checkOptions('createGateMetrics', options, rules, ({ meter, meterProvider }) =>
    meter !== undefined && meterProvider !== undefined
      ? ['meter does not go together with meterProvider']
      : [],
  );
  let outcomes: Counter | undefined;
  return (event) => {
    outcomes ??= createCounter(checked);
    outcomes.add(1, attributesOf(event));
  };
}

function createCounter({ meter, meterProvider = metrics }: GateMetricsOptions): Counter {
  return (meter ?? meterProvider.getMeter(INSTRUMENTATION_NAME)).createCounter('countersign.gate.outcomes', {
    description: 'What the gate made of requests',
    unit: '{request}',
  });
}
