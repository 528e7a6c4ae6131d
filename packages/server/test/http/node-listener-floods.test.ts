/** Connections that ask for more than they take, or take nothing (S1, S3): what one of them may cost everybody else. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Route } from '../../src/http/exchange.js';
import { json } from '../../src/http/respond.js';
import { ECHO_ROUTES, head, startListening } from '../support/listening.js';

const GET = head('GET /held HTTP/1.1');
const CLOSING_GET = head('GET /held HTTP/1.1', 'Connection: close');

/** A route that counts how often it was begun and answers when it is told to. */
function countingRoute() {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const counted = { begun: 0 };
  const route: Route = {
    method: 'GET',
    pattern: '/held',
    kind: 'api',
    async handle() {
      counted.begun += 1;
      await held;
      return json(200, {});
    },
  };
  return { route, counted, release: () => release() };
}

describe('requests that do not wait for answers', () => {
  it('S3: are begun up to the limit, and one more ends the connection', async () => {
    const { route, counted, release } = countingRoute();
    const { open, lines } = await startListening({ routes: [route], limits: { maxPipelined: 4 } });
    const connection = await open();
    connection.write(GET.repeat(5));
    expect(await connection.untilClosed()).toBe('');
    expect(counted.begun).toBe(4);
    expect(lines.filter(({ event }) => event === 'connection cut off')).toHaveLength(1);
    release();
  });

  it('S3: are all answered at the limit, and the connection may ask on', async () => {
    const { route, counted, release } = countingRoute();
    const { open } = await startListening({ routes: [route], limits: { maxPipelined: 4 } });
    const connection = await open();
    connection.write(GET.repeat(4));
    await expect.poll(() => counted.begun).toBe(4);
    release();
    await expect.poll(() => connection.received().match(/HTTP\/1\.1 200 /g)?.length).toBe(4);
    connection.write(GET.repeat(3) + CLOSING_GET);
    expect((await connection.untilClosed()).match(/HTTP\/1\.1 200 /g)).toHaveLength(8);
  });

  it('S3: ten thousand of them cost no more than the limit', async () => {
    const { route, counted, release } = countingRoute();
    const { open, send, lines } = await startListening({ routes: [route, ...ECHO_ROUTES] });
    const connection = await open();
    connection.write(GET.repeat(10_000));
    await connection.untilClosed();
    expect(counted.begun).toBe(16);
    expect(await send(head('GET /where HTTP/1.1', 'Connection: close'))).toContain('200 OK');
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
    release();
  });
});

describe('a connection that closes with several answers under way', () => {
  it('S15: does not hold up a stop', async () => {
    const { route, counted, release } = countingRoute();
    const { open, listener } = await startListening({ routes: [route], limits: { stopTimeoutMs: 60_000 } });
    const connection = await open();
    connection.write(GET.repeat(3));
    await expect.poll(() => counted.begun).toBe(3);
    connection.socket.destroy();
    await listener.stop();
    release();
  });
});

describe('answers that nobody reads', () => {
  it('S1: end the connection when they have stood still for long enough', async () => {
    let isAsked = false;
    const large: Route = {
      method: 'GET',
      pattern: '/large',
      kind: 'api',
      async handle() {
        isAsked = true;
        // More than the buffers of the system take off our hands.
        return json(200, 'x'.repeat(32 * 1024 * 1024));
      },
    };
    const { open, listener } = await startListening({
      routes: [large],
      limits: { stallTimeoutMs: 100, stopTimeoutMs: 60_000 },
    });
    const connection = await open();
    connection.socket.pause();
    connection.write(head('GET /large HTTP/1.1'));
    await expect.poll(() => isAsked).toBe(true);
    // A stop waits for the answers under way: it would last for its own bound if the connection were held on to.
    await listener.stop();
    connection.socket.destroy();
  });
});

describe('a connection that the system does not hand over', () => {
  /** The server behind a listener, as node announces it with each request. */
  async function serverOf(request: () => Promise<unknown>): Promise<Server> {
    let found: Server | undefined;
    const note = (message: unknown) => {
      found = (message as { server: Server }).server;
    };
    subscribe('http.server.request.start', note);
    await request();
    unsubscribe('http.server.request.start', note);
    if (found === undefined) throw new Error('no request was announced');
    return found;
  }

  it('S1: is logged and ends nothing else', async () => {
    const { send, lines } = await startListening();
    const get = () => send(head('GET /where HTTP/1.1', 'Connection: close'));
    const server = await serverOf(get);
    // What node does when the process has no file descriptor left for it.
    server.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }));
    expect(await get()).toContain('200 OK');
    expect(lines).toContainEqual({
      level: 'warn',
      event: 'connection not accepted',
      fields: { reason: 'EMFILE' },
    });
  });
});
