import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { createUpgradeGate } from 'countersign/websocket';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { usageProblem } from '../support/usage.js';
import { ADAPTER_CASES } from './adapter-cases.js';
import type { DoorCallers } from './support/doors.js';
import { createDoors } from './support/doors.js';
import { createLatch, doorsWith } from './support/latch.js';
import { parseAnswer, requestText, sendRaw } from './support/raw-http.js';
import type { RunningServer } from './support/servers/running-server.js';
import { listen } from './support/servers/running-server.js';
import { serveWebSocketWith } from './support/servers/serve-websocket.js';

const HANDSHAKE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

/** A handshake is a GET. */
const CASES = ADAPTER_CASES.filter(({ method = 'GET' }) => method === 'GET');

describe('handshakes of WebSockets', () => {
  let server: RunningServer;
  let callers: DoorCallers;

  beforeAll(async () => {
    const made = createDoors();
    callers = made.callers;
    server = await serveWebSocketWith()(made.doors, () => {});
  });
  afterAll(() => server.close());

  it.each(CASES.map((each) => [each.name, each] as const))('%s', async (_, each) => {
    const { door, query, times = 1, expected } = each;
    const lines = [...HANDSHAKE, ...each.lines(callers)];
    const request = { method: 'GET', url: query === undefined ? `/${door}` : `/${door}?${query}`, lines };
    let answer = await shakeHands(server.port, request);
    for (let sent = 1; sent < times; sent++) answer = await shakeHands(server.port, request);
    const { status, headers, body } = answer;
    if (expected.told !== undefined) {
      expect([status, headers.get('x-caller')]).toEqual([101, expected.told]);
      return;
    }
    const { 'access-control-allow-origin': _ofCors, ...ofGate } = expected.headers;
    expect({ status, body }).toEqual({ status: expected.status, body: expected.body });
    expect(Object.fromEntries(headers)).toEqual({
      ...ofGate,
      vary: door === 'cookie' ? 'Authorization, Cookie' : 'Authorization',
      connection: 'close',
      'content-length': String(expected.body.length),
    });
  });

  it('C17: a token in Sec-WebSocket-Protocol is none', async () => {
    const lines = [...HANDSHAKE, `Sec-WebSocket-Protocol: bearer, ${callers.person()}`];
    expect((await shakeHands(server.port, { method: 'GET', url: '/any', lines })).status).toBe(401);
  });
});

describe('createUpgradeGate', () => {
  it('C18: lets in no handshake that looks like a preflight, though its gate lets these pass', async () => {
    const { doors } = createDoors();
    let visits = 0;
    const server = createServer();
    server.on(
      'upgrade',
      createUpgradeGate(doors.preflight.gate)(() => visits++),
    );
    const { port, close } = await listen(server);
    const lines = [...HANDSHAKE, 'Origin: https://app.example', 'Access-Control-Request-Method: GET'];
    const answer = await sendRaw(port, { method: 'OPTIONS', url: '/preflight', lines });
    expect([answer.status, visits]).toEqual([401, 0]);
    await close();
  });

  it('answers 503 when the verdict takes too long, and the socket is closed', async () => {
    const latch = createLatch();
    const server = await serveWebSocketWith({ timeoutMs: 20 })(doorsWith(latch.guard), () => {});
    const answer = await sendRaw(server.port, { method: 'GET', url: '/any', lines: HANDSHAKE });
    expect([answer.status, answer.headers.get('retry-after'), answer.body]).toEqual([503, '10', '']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    latch.release();
    await server.close();
  });

  it.each(['destroy', 'resetAndDestroy'] as const)(
    'C18: a client that is gone before its verdict (%s) disturbs nobody, and is not let in',
    async (leave) => {
      const latch = createLatch();
      let visits = 0;
      const server = await serveWebSocketWith()(doorsWith(latch.guard), () => visits++);
      const socket = connect(server.port, '127.0.0.1');
      socket.write(requestText({ method: 'GET', url: '/any', lines: HANDSHAKE }));
      const carrier = await latch.asked();
      const { socket: other } = carrier as { socket: Socket };
      const closed = new Promise((resolve) => other.once('close', resolve));
      socket[leave]();
      await closed;
      latch.release();
      await latch.settled();
      expect(visits).toBe(0);
      await server.close();
    },
  );

  it('takes a whole time limit only', () => {
    const { guard } = createLatch();
    expect(usageProblem(() => createUpgradeGate(guard, undefined, { timeoutMs: 0 }))).toBe(
      'invalid_options: timeoutMs must be a whole number of milliseconds from 1 to 600000, not 0',
    );
  });
});

/** Reads the answer to a handshake, of which the connection may stay open. */
async function shakeHands(port: number, request: Parameters<typeof requestText>[0]) {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
    if (text.startsWith('HTTP/1.1 101') && text.includes('\r\n\r\n')) socket.destroy();
  });
  socket.on('error', () => {});
  socket.write(requestText(request));
  await once(socket, 'close');
  return parseAnswer(text);
}
