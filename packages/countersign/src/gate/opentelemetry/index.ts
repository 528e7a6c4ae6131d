/**
 * countersign/opentelemetry: what a gate decides, as spans and metrics of OpenTelemetry. The only folder that imports
 * `@opentelemetry/api`, which is an optional peer dependency; nothing imports the folder.
 */
export type { GateMetricsOptions } from './gate-metrics.js';
export { createGateMetrics } from './gate-metrics.js';
export type { GateTracingOptions } from './gate-tracing.js';
export { createGateTracing } from './gate-tracing.js';
