import type { GateEvent, GateRequest, GateTracing, RevocationSource } from 'countersign/gate';
import { describe, expect, it } from 'vitest';
import { NOW } from '../support/tokens.js';
import { recordingLogger } from '../tokens/asap/support/recording-logger.js';
import { authorizedBy, requestWith } from './support/gate-requests.js';
import { answerOf, checkToken, gateWith } from './support/gates.js';
import { ISSUER, plainLane, plainToken } from './support/plain-lane.js';

const UNSURE: RevocationSource = { check: () => 'unknown' };

function recordEvents() {
  const events: GateEvent[] = [];
  return { events, onOutcome: (event: GateEvent) => void events.push(event) };
}

describe('what a gate tells', () => {
  it('of a caller: who judged it, whose it is, and whether it was known', async () => {
    const { events, onOutcome } = recordEvents();
    const { guard } = gateWith({ accept: [plainLane().acceptor], onOutcome });
    await checkToken(guard, plainToken());
    await checkToken(guard, plainToken());
    const expected = {
      outcome: 'caller',
      reason: null,
      acceptor: 'plain',
      kind: 'application',
      issuer: ISSUER,
      revocationUnknown: false,
      durationMs: expect.any(Number),
    };
    expect(events).toEqual([
      { ...expected, cached: false },
      { ...expected, cached: true },
    ]);
    expect(events.every(Object.isFrozen)).toBe(true);
  });

  it('of a refusal: why, and of an issuer only what was verified', async () => {
    const { events, onOutcome } = recordEvents();
    const { guard } = gateWith({ accept: [plainLane().acceptor], onOutcome }, { scopes: 'write' });
    await guard.check(requestWith());
    await guard.check(authorizedBy('Bearer'));
    await checkToken(guard, 'garbage');
    await checkToken(guard, plainToken({ exp: NOW }));
    await checkToken(guard, plainToken());
    expect(events.map(({ reason, acceptor, issuer }) => [reason, acceptor, issuer])).toEqual([
      ['token_missing', null, null],
      ['credentials_malformed', null, null],
      ['malformed_token', null, null],
      ['token_expired', 'plain', null],
      ['insufficient_scope', 'plain', ISSUER],
    ]);
    expect(events.every(({ outcome }) => outcome === 'refused')).toBe(true);
  });

  it('of nobody and of preflights too', async () => {
    const { events, onOutcome } = recordEvents();
    const { guard } = gateWith(
      { accept: [plainLane().acceptor], onOutcome, letPreflightPass: true },
      { mode: 'unsafePermissive' },
    );
    await checkToken(guard, plainToken({ exp: NOW }));
    await guard.check(
      requestWith({
        method: 'OPTIONS',
        fields: [
          ['Origin', 'https://app.example'],
          ['Access-Control-Request-Method', 'PUT'],
        ],
      }),
    );
    expect(events.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['anonymous', 'token_expired'],
      ['preflight', null],
    ]);
  });

  it('that a caller came in although it could not be told whether the token was revoked', async () => {
    const { events, onOutcome } = recordEvents();
    const { logger, lines } = recordingLogger();
    const { guard } = gateWith({
      accept: [plainLane().acceptor],
      onOutcome,
      logger,
      revocation: { source: UNSURE, whenUnavailable: 'accept' },
    });
    await checkToken(guard, plainToken());
    expect(events).toMatchObject([{ outcome: 'caller', revocationUnknown: true }]);
    expect(lines).toEqual([
      { level: 'warn', event: 'gate.revocation_unknown', fields: { acceptor: 'plain' } },
    ]);
  });

  it('S6: nothing of the token, its holder or its text', async () => {
    const { events, onOutcome } = recordEvents();
    const { logger, lines } = recordingLogger();
    const { guard } = gateWith({ accept: [plainLane().acceptor], onOutcome, logger });
    const tokens = [
      plainToken(),
      plainToken({ exp: NOW }),
      plainToken({ iss: 'https://evil.example' }),
      'garbage',
    ];
    for (const token of tokens) await checkToken(guard, token);
    const told = JSON.stringify([events, lines]);
    for (const secret of [...tokens, 'somebody', 'token-1', 'evil.example'])
      expect(told).not.toContain(secret);
  });
});

describe('whoever is told', () => {
  const failing: readonly [string, () => never | Promise<never>][] = [
    ['throws', () => fail()],
    ['rejects', async () => fail()],
  ];

  it.each(failing)('changes no answer when it %s', async (_, failure) => {
    const tracing: GateTracing = { start: () => ({ end: failure }) };
    const logger = { info: failure, warn: failure, error: failure };
    const { guard } = gateWith({ accept: [plainLane().acceptor], onOutcome: failure, tracing, logger });
    expect(await answerOf(guard, plainToken())).toBe('caller');
    expect(await answerOf(guard, plainToken())).toBe('caller');
    expect(await answerOf(guard, 'garbage')).toBe('malformed_token');
    const broken = gateWith({ accept: [plainLane().acceptor], tracing: { start: failure as never } });
    expect(await answerOf(broken.guard, plainToken())).toBe('caller');
  });

  it('by spans has one for each request, ended once with the event', async () => {
    const spans: { request: GateRequest; event?: GateEvent }[] = [];
    const tracing: GateTracing = {
      start(request) {
        const span: (typeof spans)[number] = { request };
        spans.push(span);
        return {
          end(event) {
            expect(span.event).toBeUndefined();
            span.event = event;
          },
        };
      },
    };
    const { guard } = gateWith({ accept: [plainLane().acceptor], tracing });
    const request = authorizedBy(`Bearer ${plainToken()}`);
    await guard.check(request);
    await guard.check(requestWith());
    expect(spans).toMatchObject([{ event: { outcome: 'caller' } }, { event: { reason: 'token_missing' } }]);
    expect(spans[0]?.request).toBe(request);
  });
});

describe('the log of a gate', () => {
  it('has a line for each refusal, as loud as it deserves', async () => {
    const { logger, lines } = recordingLogger();
    const lane = plainLane();
    const { gate, guard } = gateWith({
      accept: [lane.acceptor],
      logger,
      revocation: { source: UNSURE, whenUnavailable: 'refuse' },
    });
    await guard.check(requestWith());
    await guard.check(authorizedBy('Bearer'));
    await checkToken(guard, plainToken({ exp: NOW }));
    await checkToken(guard, plainToken());
    await gate.guard({ mode: 'optional' }).check(requestWith());
    lane.beforeKeys = () => Promise.reject(new TypeError('holds a secret'));
    await checkToken(guard, plainToken({ jti: 'another' }));
    expect(lines).toEqual([
      { level: 'info', event: 'gate.refused', fields: { reason: 'token_missing' } },
      { level: 'warn', event: 'gate.refused', fields: { reason: 'credentials_malformed' } },
      {
        level: 'warn',
        event: 'gate.refused',
        fields: { reason: 'token_expired', problem: 'exp is not after now' },
      },
      {
        level: 'error',
        event: 'gate.unavailable',
        fields: { reason: 'revocation_unavailable', problem: 'the revocation source cannot tell now' },
      },
      { level: 'error', event: 'gate.unexpected_error', fields: { error: 'TypeError' } },
    ]);
  });
});

function fail(): never {
  throw new Error('the observer is broken');
}
