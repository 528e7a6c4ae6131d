import { UsageError } from 'countersign';
import { describe, expect, it } from 'vitest';
import type { Route } from '../../src/http/exchange.js';
import { createNodeListener } from '../../src/http/node-listener.js';
import { json } from '../../src/http/respond.js';
import { ECHO_ROUTES, head, startListening } from '../support/listening.js';
import { createRecordingLogger } from '../support/recording-logger.js';
import { createTestHandler } from '../support/request-handler.js';

const CLOSE = 'Connection: close';
const BODY_LIMIT = 64 * 1024;

/** A route that answers when it is told to. */
function holdable() {
  let release = () => {};
  let arrived = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const route: Route = {
    method: 'GET',
    pattern: '/held',
    kind: 'api',
    async handle() {
      arrived();
      await held;
      return json(200, { done: true });
    },
  };
  return { route, release: () => release(), reached };
}

describe('answers', () => {
  it('come with their length over a connection that is kept', async () => {
    const { open } = await startListening();
    const connection = await open();
    connection.write(`${head('POST /echo HTTP/1.1', 'Content-Length: 3')}abc`);
    const first = await connection.until('{"length":3}');
    expect(first).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(first).toContain('content-length: 12\r\n');
    expect(first).toContain('Connection: keep-alive\r\n');
    connection.write(head('GET /where HTTP/1.1', CLOSE));
    expect(await connection.untilClosed()).toContain('{"clientIp":"127.0.0.1"}');
  });

  it('to HEAD tell the length of GET and have no body', async () => {
    const { send } = await startListening();
    const answer = await send(head('HEAD /where HTTP/1.1', CLOSE));
    expect(answer).toContain('content-length: 24\r\n');
    expect(answer).toMatch(/\r\n\r\n$/);
  });

  it('without a body have no length, and may set several cookies', async () => {
    const { send } = await startListening();
    const answer = await send(head('GET /cookies HTTP/1.1', CLOSE));
    expect(answer).toMatch(/^HTTP\/1\.1 204 No Content\r\n/);
    expect(answer).not.toContain('content-length');
    expect(answer).toContain('set-cookie: a=1\r\nset-cookie: b=2\r\n');
  });

  it('to pipelined requests keep their order', async () => {
    const { send } = await startListening();
    const post = (length: number) =>
      head('POST /echo HTTP/1.1', `Content-Length: ${length}`) + 'x'.repeat(length);
    const answer = await send(post(1) + post(2) + head('GET /where HTTP/1.1', CLOSE));
    expect([...answer.matchAll(/"length":\d|clientIp/g)].map(String)).toEqual([
      '"length":1',
      '"length":2',
      'clientIp',
    ]);
  });

  it('are a bare closed connection where a route answers with a header that cannot be sent', async () => {
    const broken: Route = {
      method: 'GET',
      pattern: '/broken',
      kind: 'api',
      handle: async () => json(200, {}, { location: 'a\r\nset-cookie: b=1' }),
    };
    const { send, lines } = await startListening({ routes: [broken] });
    expect(await send(head('GET /broken HTTP/1.1'))).toBe('');
    expect(lines).toContainEqual({
      level: 'error',
      event: 'answer could not be written',
      fields: { requestId: expect.any(String), error: 'TypeError' },
    });
  });
});

describe('slow clients', () => {
  it('S1: two hundred that send their headers byte by byte are closed, and others are served meanwhile', async () => {
    const { open, send } = await startListening();
    const slow = await Promise.all(Array.from({ length: 200 }, open));
    const writeToAll = (text: string) => {
      for (const connection of slow) connection.write(text);
    };
    writeToAll('GET /where HTTP/1.1\r\nHost: auth.ex');
    const drip = setInterval(() => writeToAll('a'), 50);
    expect(await send(head('GET /where HTTP/1.1', CLOSE))).toContain('200 OK');
    const answers = await Promise.all(slow.map((connection) => connection.untilClosed()));
    clearInterval(drip);
    expect(new Set(answers.map((answer) => answer.split('\r\n')[0]))).toEqual(
      new Set(['HTTP/1.1 408 Request Timeout']),
    );
  });

  it('S1: a connection that says nothing at all is closed', async () => {
    const { open } = await startListening();
    expect(await (await open()).untilClosed()).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('S1: a connection that says nothing after its first request is closed', async () => {
    const { open } = await startListening({ limits: { keepAliveTimeoutMs: 1 } });
    const connection = await open();
    connection.write(head('GET /where HTTP/1.1'));
    expect(await connection.untilClosed()).toContain('200 OK');
  });

  it('S2: a body that does not arrive is answered 408, readable for apps in browsers, and closed', async () => {
    const { send } = await startListening();
    const answer = await send(`${head('POST /echo HTTP/1.1', 'Content-Length: 1000')}abc`);
    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(answer).toContain('access-control-allow-origin: *\r\n');
    expect(answer).toContain('"code":"body_timeout"');
  });

  it('S2: a chunked body that never ends is answered 408 and closed', async () => {
    const { open } = await startListening();
    const connection = await open();
    connection.write(head('POST /echo HTTP/1.1', 'Transfer-Encoding: chunked'));
    const drip = setInterval(() => connection.write('1\r\na\r\n'), 20);
    expect(await connection.untilClosed().finally(() => clearInterval(drip))).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('S2: silence after Expect: 100-continue is answered 408 and closed', async () => {
    const { send } = await startListening();
    const answer = await send(head('POST /echo HTTP/1.1', 'Content-Length: 3', 'Expect: 100-continue'));
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 408 /);
  });

  it('S2: a body that nobody wanted to read ends with the connection', async () => {
    const { send } = await startListening();
    const answer = await send(`${head('POST /nothing HTTP/1.1', 'Content-Length: 1000')}abc`);
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(answer).toContain('connection: close\r\n');
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });

  it('S2: a client that leaves in the middle of its body leaves nothing behind', async () => {
    const { open, listener, lines } = await startListening();
    const connection = await open();
    connection.write(head('POST /echo HTTP/1.1', 'Content-Length: 1000', 'Expect: 100-continue'));
    await connection.until('100 Continue');
    connection.socket.destroy();
    await listener.stop();
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('large requests', () => {
  const post = (length: number) => head('POST /echo HTTP/1.1', `Content-Length: ${length}`, CLOSE);

  it('S3: a body of 64 KiB is read', async () => {
    const { send } = await startListening();
    expect(await send(post(BODY_LIMIT) + 'x'.repeat(BODY_LIMIT))).toContain(`{"length":${BODY_LIMIT}}`);
  });

  it('S3: a body of one byte more is answered 413 and closed', async () => {
    const { send } = await startListening();
    const answer = await send(
      head('POST /echo HTTP/1.1', `Content-Length: ${BODY_LIMIT + 1}`) + 'x'.repeat(BODY_LIMIT + 1),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('"code":"body_too_large"');
  });

  it('S3: a body that only announces to be large is answered 413 without waiting for it', async () => {
    const { send } = await startListening({ limits: { requestTimeoutMs: 10_000, headersTimeoutMs: 10_000 } });
    expect(await send(post(10_000_000))).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('S3: a chunked body is answered 413 as soon as it is too large, and cut off if it goes on', async () => {
    const { open } = await startListening({
      limits: { requestTimeoutMs: 60_000, headersTimeoutMs: 60_000, lingerMs: 60_000 },
    });
    const connection = await open();
    const chunk = `8000\r\n${'x'.repeat(0x8000)}\r\n`;
    connection.write(head('POST /echo HTTP/1.1', 'Transfer-Encoding: chunked'));
    connection.write(chunk.repeat(3));
    expect(await connection.until('body_too_large')).toMatch(/^HTTP\/1\.1 413 /);
    connection.write(chunk.repeat(40));
    await connection.untilClosed();
  });

  it.each(['gzip', 'br', 'deflate', 'x-gzip', 'GZIP', 'gzip, identity'])(
    'S3: a body in content coding %s is answered 415',
    async (coding) => {
      const { send } = await startListening();
      const answer = await send(
        `${post(3).replace('\r\n\r\n', `\r\nContent-Encoding: ${coding}\r\n\r\n`)}abc`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 415 /);
    },
  );

  it('S3: 17 KiB of headers are answered 431, and so is a target of 16 KiB', async () => {
    const { send } = await startListening();
    expect(await send(head('GET /where HTTP/1.1', `X: ${'a'.repeat(17 * 1024)}`))).toMatch(
      /^HTTP\/1\.1 431 /,
    );
    expect(await send(head(`GET /${'a'.repeat(16 * 1024)} HTTP/1.1`))).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('S3: a hundred headers are read, one more is answered 400, and so are three thousand', async () => {
    const { send } = await startListening();
    const get = (count: number) => {
      const others = Array.from({ length: count - 2 }, (_, index) => `X${index}:`);
      return send(head('GET /where HTTP/1.1', CLOSE, ...others));
    };
    expect(await get(100)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await get(101)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await send(head('GET /where HTTP/1.1', ...Array<string>(3000).fill('a:')))).toMatch(
      /^HTTP\/1\.1 400 /,
    );
  });

  it('S1: connections beyond the limit are dropped and logged once', async () => {
    const { open, lines } = await startListening({ limits: { maxConnections: 1 } });
    const first = await open();
    await Promise.all([(await open()).untilClosed(), (await open()).untilClosed()]);
    first.write(head('GET /where HTTP/1.1', CLOSE));
    expect(await first.untilClosed()).toContain('200 OK');
    expect(lines.filter(({ event }) => event === 'connection limit reached')).toHaveLength(1);
  });
});

describe('malformed requests', () => {
  it.each([
    [
      'Content-Length and Transfer-Encoding',
      `${head('POST /echo HTTP/1.1', 'Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    ],
    [
      'Transfer-Encoding and Content-Length',
      `${head('POST /echo HTTP/1.1', 'Transfer-Encoding: chunked', 'Content-Length: 5')}0\r\n\r\n`,
    ],
    ['two lengths', `${head('POST /echo HTTP/1.1', 'Content-Length: 5', 'Content-Length: 6')}abcdef`],
    [
      'the same length twice',
      `${head('POST /echo HTTP/1.1', 'Content-Length: 5', 'Content-Length: 5')}abcde`,
    ],
    ['a length with a sign', `${head('POST /echo HTTP/1.1', 'Content-Length: +5')}abcde`],
    ['a list of lengths', `${head('POST /echo HTTP/1.1', 'Content-Length: 5, 5')}abcde`],
    ['lines that end in LF only', 'POST /echo HTTP/1.1\nHost: auth.example\n\n'],
    ['one line that ends in LF only', 'POST /echo HTTP/1.1\r\nHost: auth.example\nX: y\r\n\r\n'],
    ['a folded header', head('POST /echo HTTP/1.1', 'X: a\r\n b')],
    ['a space before the colon', head('POST /echo HTTP/1.1', 'Transfer-Encoding : chunked')],
    ['chunked twice', `${head('POST /echo HTTP/1.1', 'Transfer-Encoding: chunked, chunked')}0\r\n\r\n`],
    [
      'chunked in two headers',
      `${head('POST /echo HTTP/1.1', 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    ],
    [
      'another coding before chunked',
      `${head('POST /echo HTTP/1.1', 'Transfer-Encoding: gzip, chunked')}0\r\n\r\n`,
    ],
    ['the coding identity', head('POST /echo HTTP/1.1', 'Transfer-Encoding: identity')],
    [
      'a chunk size that ends in LF only',
      `${head('POST /echo HTTP/1.1', 'Transfer-Encoding: chunked')}1\na\r\n0\r\n\r\n`,
    ],
    [
      'LF inside of a chunk extension',
      `${head('POST /echo HTTP/1.1', 'Transfer-Encoding: chunked')}1;a\nb\r\na\r\n0\r\n\r\n`,
    ],
    ['NUL in a header', head('POST /echo HTTP/1.1', 'X: a\0b')],
    ['CR in a header', head('POST /echo HTTP/1.1', 'X: a\rb')],
    ['no Host', 'POST /echo HTTP/1.1\r\n\r\n'],
  ])('S4: %s are answered 400 and the connection is closed', async (_what, text) => {
    const { send } = await startListening();
    const answer = await send(text);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });

  it('S4: what comes after a request that was refused is never taken for another', async () => {
    const { send, lines } = await startListening();
    const smuggled = head('POST /echo HTTP/1.1', 'Content-Length: 4', 'Transfer-Encoding: chunked');
    await send(`${smuggled}0\r\n\r\n${head('GET /where HTTP/1.1')}`);
    expect(lines.filter(({ event }) => event === 'request')).toEqual([]);
  });

  it('S4: garbage behind a request under way does not become its answer, and ends the connection', async () => {
    const { route, release, reached } = holdable();
    const { open } = await startListening({ routes: [route] });
    const connection = await open();
    connection.write(`${head('GET /held HTTP/1.1')}GARBAGE\r\n\r\n`);
    await reached;
    release();
    const answer = await connection.untilClosed();
    expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*"done":true}$/);
    expect(answer).toContain('connection: close\r\n');
  });

  it.each(['/a\\b', '/a#b', '\\\\evil.example', '/a\x00b', '/a\tb', '/a\x1bb', '/\xe9', '/a\x7fb', '*'])(
    'a target like %j is answered 400',
    async (target) => {
      const { send } = await startListening();
      expect(await send(head(`GET ${target} HTTP/1.1`, CLOSE))).toMatch(/^HTTP\/1\.1 400 /);
    },
  );
});

describe('the host of a request', () => {
  it.each(['http://evil.example/where', 'https://auth.example/where', 'HTTP://auth.example/where'])(
    'M8: an absolute target is answered 400: %s',
    async (target) => {
      const { send } = await startListening();
      expect(await send(head(`GET ${target} HTTP/1.1`, CLOSE))).toMatch(/^HTTP\/1\.1 400 /);
    },
  );

  it.each([
    ['Host: auth.example', 'Host: evil.example'],
    ['Host: evil.example', 'Host: auth.example'],
    ['Host: auth.example', 'host: auth.example'],
  ])('M8: two Host headers are answered 400: %s, %s', async (...hosts) => {
    const { send } = await startListening();
    expect(await send(head('GET /where HTTP/1.1', ...hosts, CLOSE))).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('M8: an unknown one is answered 421, also with a forwarded one that is known', async () => {
    const { send } = await startListening({ trustedProxies: ['127.0.0.1'] });
    const foreign = ['Host: evil.example', 'X-Forwarded-Host: auth.example', 'Forwarded: host=auth.example'];
    expect(await send(head('GET /where HTTP/1.1', ...foreign, CLOSE))).toMatch(/^HTTP\/1\.1 421 /);
    expect(await send('GET /where HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 421 /);
  });
});

describe('the address of a client', () => {
  const spoofed = head(
    'GET /where HTTP/1.1',
    'X-Forwarded-For: 1.1.1.1',
    'X-Forwarded-For: 198.51.100.1',
    CLOSE,
  );

  it('S16: is that of the connection where no proxy is trusted', async () => {
    const { send } = await startListening({ trustedProxies: ['10.0.0.0/8'] });
    expect(await send(spoofed)).toContain('{"clientIp":"127.0.0.1"}');
  });

  it('S16: is the last one that a trusted proxy saw', async () => {
    const { send } = await startListening({ trustedProxies: ['127.0.0.0/8'] });
    expect(await send(spoofed)).toContain('{"clientIp":"198.51.100.1"}');
  });
});

describe('the log', () => {
  it('S5: has one line a request, with nothing in it that the client could write but the method', async () => {
    const { send, lines } = await startListening();
    const forged = '%0d%0a%1b%5b2JINFO%20admin%20logged%20in';
    await send(
      head(`GET /where/${forged}?x=${forged} HTTP/1.1`, `User-Agent: ${forged}`, `Referer: ${forged}`, CLOSE),
    );
    expect(lines).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toContain('admin');
  });
});

describe('stop', () => {
  it('S15: finishes what is under way, refuses what is new, and ends connections that idle', async () => {
    const { route, release, reached } = holdable();
    const { open, listener } = await startListening({ routes: [...ECHO_ROUTES, route] });
    const [idle, busy] = await Promise.all([open(), open()]);
    idle.write(head('GET /where HTTP/1.1'));
    await idle.until('clientIp');
    busy.write(head('GET /held HTTP/1.1'));
    await reached;
    const stopped = listener.stop();
    await idle.untilClosed();
    await expect(open()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    release();
    const answer = await busy.untilClosed();
    expect(answer).toContain('{"done":true}');
    expect(answer).toContain('connection: close\r\n');
    await stopped;
  });

  it('S15: cuts off in the end what does not finish', async () => {
    const { route, release, reached } = holdable();
    const { open, listener } = await startListening({ routes: [route], limits: { stopTimeoutMs: 50 } });
    const busy = await open();
    busy.write(head('GET /held HTTP/1.1'));
    await reached;
    await listener.stop();
    expect(await busy.untilClosed()).toBe('');
    release();
  });

  it('S15: does not wait for connections that only began to ask', async () => {
    const { open, listener } = await startListening({ limits: { stopTimeoutMs: 60_000 } });
    const silent = await open();
    const slow = await open();
    slow.write('GET /where HTTP/1.1\r\n');
    await listener.stop();
    await Promise.all([silent.untilClosed(), slow.untilClosed()]);
  });

  it('S15: may be asked for twice, or before anything listened', async () => {
    const { listener } = await startListening();
    await Promise.all([listener.stop(), listener.stop()]);
    await createNodeListener({
      handler: createTestHandler([]),
      logger: createRecordingLogger().logger,
    }).stop();
  });
});

describe('createNodeListener', () => {
  it('rejects with the error of node if it cannot listen', async () => {
    const { port } = await startListening();
    const second = createNodeListener({
      handler: createTestHandler([]),
      logger: createRecordingLogger().logger,
    });
    await expect(second.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('lists every limit that cannot be', () => {
    const make = () =>
      createNodeListener({
        handler: createTestHandler([]),
        logger: createRecordingLogger().logger,
        limits: { maxBodyBytes: 0, maxConnections: Number.NaN, headersTimeoutMs: 20_000 },
      });
    expect(make).toThrow(UsageError);
    expect(make).toThrow(/maxBodyBytes.*maxConnections.*headersTimeoutMs must not be longer/);
  });
});
