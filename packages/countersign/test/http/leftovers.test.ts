/** What stays of a request where it does not go as planned: nothing (row C18). */

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DoorCallers } from './support/doors.js';
import { createDoors } from './support/doors.js';
import { createLatch, doorsWith } from './support/latch.js';
import { requestText, sendRaw } from './support/raw-http.js';
import { SERVERS } from './support/servers/index.js';
import type { RunningServer, Serve } from './support/servers/running-server.js';

/** These see that nobody waits for an answer any more; behind the others a handler finds out by itself. */
const ON_NODE = /express|fastify|koa|nest|node/;

describe.each(SERVERS)('%s', (name, load) => {
  let serve: Serve;
  let server: RunningServer;
  let callers: DoorCallers;

  beforeAll(async () => {
    serve = await load();
    const made = createDoors();
    callers = made.callers;
    server = await serve(made.doors, (caller) => {
      if (caller?.subject === 'eve@example.com') throw new Error('the handler failed');
    });
  });
  afterAll(() => server.close());

  it('C18: a handler that throws leaves no caller to the next request of its connection', async () => {
    const connection = await openConnection(server.port);
    const lines = [
      'Connection: keep-alive',
      `Authorization: Bearer ${callers.person({ email: 'eve@example.com' })}`,
    ];
    const failed = await connection.send({ method: 'GET', url: '/any', lines });
    expect(failed).toMatch(/^HTTP\/1\.1 500 /);
    const next = await connection.send({ method: 'GET', url: '/optional', lines: ['Connection: close'] });
    expect(next).toMatch(/^HTTP\/1\.1 200 /);
    expect(next).toContain('{"caller":"nobody"}');
  });

  it('C18: a client that is gone before its verdict disturbs nobody', async () => {
    const latch = createLatch();
    let visits = 0;
    const slow = await serve(doorsWith(latch.guard), () => visits++);
    const socket = connect(slow.port, '127.0.0.1');
    socket.write(requestText({ method: 'GET', url: '/any', lines: [] }));
    await latch.asked();
    socket.resetAndDestroy();
    await noConnectionIsLeft(slow.port);
    latch.release();
    await latch.settled();
    if (ON_NODE.test(name)) expect(visits).toBe(0);
    const answer = await sendRaw(slow.port, { method: 'GET', url: '/any', lines: [] });
    expect(answer.body).toBe('{"caller":"nobody"}');
    await slow.close();
  });
});

/** The server has seen a connection end once it has answered one that was opened after. */
async function noConnectionIsLeft(port: number): Promise<void> {
  await sendRaw(port, { method: 'GET', url: '/nowhere', lines: [] });
}

async function openConnection(port: number) {
  const socket: Socket = connect(port, '127.0.0.1').setEncoding('latin1');
  await once(socket, 'connect');
  let text = '';
  let wake = () => {};
  socket.on('data', (chunk: string) => {
    text += chunk;
    wake();
  });
  socket.on('close', () => wake());
  return {
    /** Resolves once an answer is there, with all that came of it. */
    async send(request: Parameters<typeof requestText>[0]): Promise<string> {
      text = '';
      socket.write(requestText(request));
      while (!isComplete(text) && !socket.destroyed) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return text;
    },
  };
}

function isComplete(text: string): boolean {
  const [head = '', body] = text.split(/\r\n\r\n(.*)/s);
  if (body === undefined) return false;
  const length = /content-length: (\d+)/i.exec(head)?.[1];
  return length === undefined ? /(?:^|\r\n)0\r\n\r\n$/.test(body) : body.length >= Number(length);
}
