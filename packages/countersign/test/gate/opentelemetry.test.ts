import type { Attributes, Context, ContextManager, Meter } from '@opentelemetry/api';
import { context, createNoopMeter, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { GateEvent } from 'countersign/gate';
import { createGate } from 'countersign/gate';
import { createGateMetrics, createGateTracing } from 'countersign/opentelemetry';
import { createTestCallers } from 'countersign/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { usageProblem } from '../support/usage.js';

const REQUEST = { method: 'GET', url: '/', headers: () => [] };

function eventWith(members: Partial<GateEvent> = {}): GateEvent {
  return {
    outcome: 'caller',
    reason: null,
    acceptor: 'accessTokens',
    kind: 'application',
    issuer: 'https://issuer.example',
    cached: false,
    revocationUnknown: false,
    durationMs: 0.1,
    ...members,
  };
}

function setUp() {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  return { exporter, tracerProvider };
}

/** The one span that comes of one event. */
function spanOf(members: Partial<GateEvent> = {}) {
  const { exporter, tracerProvider } = setUp();
  createGateTracing({ tracerProvider }).start(REQUEST)?.end(eventWith(members));
  const [span, ...others] = exporter.getFinishedSpans();
  if (span === undefined || others.length > 0) throw new Error('not one span');
  return span;
}

afterEach(() => {
  trace.disable();
  context.disable();
});

describe('createGateTracing', () => {
  it('makes one span for a caller, and says neither issuer nor subject', () => {
    const { name, kind, status, attributes } = spanOf({ cached: true });
    expect({ name, kind, status }).toEqual({
      name: 'countersign.gate',
      kind: SpanKind.INTERNAL,
      status: { code: SpanStatusCode.UNSET },
    });
    expect(attributes).toEqual({
      'countersign.outcome': 'caller',
      'countersign.acceptor': 'accessTokens',
      'countersign.caller.kind': 'application',
      'countersign.cached': true,
    });
  });

  it('a refused caller is an error type, but no fault of the service', () => {
    const span = spanOf({ outcome: 'refused', reason: 'token_expired', kind: null, acceptor: null });
    expect(span.status).toEqual({ code: SpanStatusCode.UNSET });
    expect(span.attributes).toEqual({
      'countersign.outcome': 'refused',
      'countersign.reason': 'token_expired',
      'countersign.cached': false,
      'error.type': 'token_expired',
    });
  });

  it.each(['key_source_unavailable', 'revocation_unavailable', 'unexpected_error'] as const)(
    'C18: %s is a fault of the service',
    (reason) => {
      const { status, attributes } = spanOf({ outcome: 'refused', reason });
      expect(status).toEqual({ code: SpanStatusCode.ERROR, message: reason });
      expect(attributes['error.type']).toBe(reason);
    },
  );

  it('somebody let in as nobody is no error, and the reason is told', () => {
    const { status, attributes } = spanOf({ outcome: 'anonymous', reason: 'bad_signature' });
    expect(status.code).toBe(SpanStatusCode.UNSET);
    expect(attributes).toMatchObject({
      'countersign.outcome': 'anonymous',
      'countersign.reason': 'bad_signature',
    });
    expect(attributes).not.toHaveProperty('error.type');
  });

  it('says when a caller came in although it could not be told whether the token was revoked', () => {
    expect(spanOf().attributes).not.toHaveProperty('countersign.revocation_unknown');
    expect(spanOf({ revocationUnknown: true }).attributes['countersign.revocation_unknown']).toBe(true);
  });

  it('lies below the span that is active', () => {
    const { exporter, tracerProvider } = setUp();
    context.setGlobalContextManager(createContextManager());
    const parent = tracerProvider.getTracer('test').startSpan('GET /');
    context.with(trace.setSpan(context.active(), parent), () => {
      createGateTracing({ tracerProvider }).start(REQUEST)?.end(eventWith());
    });
    expect(exporter.getFinishedSpans()[0]?.parentSpanContext?.spanId).toBe(parent.spanContext().spanId);
  });

  it('traces through a global provider that is registered later, and nothing before', () => {
    const tracing = createGateTracing();
    expect(tracing.start(REQUEST)).toBeUndefined();
    const { exporter, tracerProvider } = setUp();
    trace.setGlobalTracerProvider(tracerProvider);
    tracing.start(REQUEST)?.end(eventWith());
    expect(exporter.getFinishedSpans()).toHaveLength(1);
  });

  it('does nothing for requests that are not sampled', () => {
    const tracerProvider = new BasicTracerProvider({ sampler: new AlwaysOffSampler() });
    expect(createGateTracing({ tracer: tracerProvider.getTracer('mine') }).start(REQUEST)).toBeUndefined();
  });

  it('refuses options that are wrong', () => {
    expect(
      usageProblem(() => createGateTracing({ tracer: {} as never, tracerProvider: null as never })),
    ).toBe(
      'invalid_options: tracer must be an object with the function startSpan, not an object; ' +
        'tracerProvider must be an object with the function getTracer, not null',
    );
    const { tracerProvider } = setUp();
    const tracer = tracerProvider.getTracer('mine');
    expect(usageProblem(() => createGateTracing({ tracer, tracerProvider }))).toMatch(/does not go together/);
  });
});

describe('createGateMetrics', () => {
  it('counts outcomes by reason and kind', () => {
    const { meter, counted } = createRecordingMeter();
    const observe = createGateMetrics({ meter });
    observe(eventWith());
    observe(eventWith({ outcome: 'refused', reason: 'token_missing', acceptor: null, kind: null }));
    expect(counted).toEqual([
      [
        'countersign.gate.outcomes',
        1,
        { 'countersign.outcome': 'caller', 'countersign.caller.kind': 'application' },
      ],
      [
        'countersign.gate.outcomes',
        1,
        { 'countersign.outcome': 'refused', 'countersign.reason': 'token_missing' },
      ],
    ]);
  });

  it('asks a provider for the meter countersign', () => {
    const { meter, counted } = createRecordingMeter();
    const asked: string[] = [];
    const meterProvider = {
      getMeter(name: string) {
        asked.push(name);
        return meter;
      },
    };
    createGateMetrics({ meterProvider })(eventWith());
    expect([asked, counted.length]).toEqual([['countersign'], 1]);
  });

  it('counts nowhere where there is no provider', () => {
    expect(() => createGateMetrics()(eventWith())).not.toThrow();
  });

  it('refuses options that are wrong', () => {
    expect(usageProblem(() => createGateMetrics({ meter: 1 as never }))).toBe(
      'invalid_options: meter must be an object with the function createCounter, not 1',
    );
    const { meter } = createRecordingMeter();
    const meterProvider = { getMeter: () => meter };
    expect(usageProblem(() => createGateMetrics({ meter, meterProvider }))).toMatch(/does not go together/);
  });
});

describe('a gate with tracing and metrics', () => {
  it('tells of each check, and writes down nothing of the token or of who sent it', async () => {
    const { exporter, tracerProvider } = setUp();
    const { meter, counted } = createRecordingMeter();
    const callers = createTestCallers({ audience: 'orders' });
    const gate = createGate({
      accept: callers.acceptors,
      tracing: createGateTracing({ tracerProvider }),
      onOutcome: createGateMetrics({ meter }),
    });
    const token = callers.person({ email: 'eve@example.com' });
    const forged = callers.person({ email: 'eve@example.com', otherKey: true });
    for (const sent of [token, token, forged]) {
      const headers = (name: string) => (name === 'authorization' ? [`Bearer ${sent}`] : []);
      await gate.guard().check({ method: 'GET', url: '/secret-path', headers });
    }
    const spans = exporter.getFinishedSpans();
    expect(spans.map(({ attributes }) => attributes['countersign.cached'])).toEqual([false, true, false]);
    expect(spans.map(({ attributes }) => attributes['error.type'])).toEqual([
      undefined,
      undefined,
      'bad_signature',
    ]);
    expect(spans.map(({ attributes }) => attributes['countersign.acceptor'])).toEqual(
      Array(3).fill('signIn'),
    );
    expect(counted).toHaveLength(3);
    const written = JSON.stringify([
      counted,
      spans.map(({ name, attributes, status, events }) => ({ name, attributes, status, events })),
    ]);
    for (const secret of [...token.split('.'), ...forged.split('.'), 'eve@', 'secret-path'])
      expect(written).not.toContain(secret);
  });
});

function createRecordingMeter() {
  const counted: [name: string, value: number, attributes: Attributes | undefined][] = [];
  const meter: Meter = Object.assign(Object.create(createNoopMeter()), {
    createCounter: (name: string) => ({
      add: (value: number, attributes?: Attributes) => counted.push([name, value, attributes]),
    }),
  });
  return { meter, counted };
}

/** Good for what runs at once. */
function createContextManager(): ContextManager {
  let active: Context = ROOT_CONTEXT;
  const manager: ContextManager = {
    active: () => active,
    with(inner, call, self, ...given) {
      const outer = active;
      active = inner;
      try {
        return call.call(self as never, ...given);
      } finally {
        active = outer;
      }
    },
    bind: (_context, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  return manager;
}
