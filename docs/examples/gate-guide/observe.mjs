// What came of each request, for logs, metrics and traces.
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { accept, callers } from './support.mjs';

const counts = new Map();
const exporter = new InMemorySpanExporter();
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

// #region outcomes
import { createGate } from 'countersign/gate';

const gate = createGate({
  accept,
  onOutcome: ({ outcome, reason, kind }) => {
    const name = [outcome, reason, kind].filter((part) => part !== null).join(' ');
    counts.set(name, (counts.get(name) ?? 0) + 1);
  },
  logger: console, // or any object with info, warn and error
});

// #endregion

// #region opentelemetry
import { createGateMetrics, createGateTracing } from 'countersign/opentelemetry';

const traced = createGate({
  accept,
  tracing: createGateTracing({ tracerProvider }), // default: the global provider, as for the metrics
  onOutcome: createGateMetrics(),
});
// #endregion

// #region guard
const guard = gate.guard({ scopes: 'orders:read' });

async function statusFor(method, url, authorization) {
  const outcome = await guard.check({
    method,
    url,
    headers: (name) => (name === 'authorization' && authorization !== undefined ? [authorization] : []),
  });
  switch (outcome.outcome) {
    case 'caller':
      return `200 for ${outcome.caller.subject}`;
    case 'refused':
      return `${outcome.status} ${outcome.reason}`; // with outcome.headers and outcome.body
    default:
      return 'nobody, or a preflight: where rules and options let them pass';
  }
}
// #endregion

console.log(await statusFor('GET', '/orders', `Bearer ${callers.application({ scopes: ['orders:read'] })}`));
console.log(await statusFor('GET', '/orders', `Bearer ${callers.service({ expired: true })}`));
console.log(await statusFor('GET', '/orders'));
console.log([...counts].join('; '));
const headers = () => [];
await traced.guard().check({ method: 'GET', url: '/', headers });
console.log(
  ...exporter.getFinishedSpans().map(({ name, attributes }) => `${name} ${attributes['error.type']}`),
);
