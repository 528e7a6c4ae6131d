import type { RequestListener } from 'node:http';
import { pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createPemRepository } from '../../src/keys/pem-repository.js';
import { createTestClock } from '../../src/testing/test-clock.js';
import { startKeyServer } from './support/key-server.js';
import { PEM, resolveKid } from './support/scripted-pem.js';

const PEM_TYPE = { 'content-type': 'application/x-pem-file' };

/** Over the real fetch and a real socket. */
async function serve(answer: RequestListener, options: { timeoutMs?: number; maxBytes?: number } = {}) {
  const { origin, requests } = await startKeyServer(answer);
  const clock = createTestClock(1_800_000_000);
  const baseUrl = `${origin}/asap`;
  const repository = createPemRepository({ baseUrl, allowHttpLoopback: true, clock, ...options });
  return { repository, clock, requests, name: `the key repository ${baseUrl}/` };
}

/** Whatever is asked for under /asap/svc/; with an ETag. */
const answerPem: RequestListener = (request, response) => {
  if (!request.url?.startsWith('/asap/svc/')) return response.writeHead(404).end();
  if (request.headers['if-none-match'] === '"v1"') return response.writeHead(304).end();
  return response.writeHead(200, { ...PEM_TYPE, etag: '"v1"', 'cache-control': 'max-age=60' }).end(PEM);
};

function* fiftyMebibytes() {
  const piece = Buffer.alloc(65_536, 0x20);
  for (let count = 0; count < 800; count++) yield piece;
}

describe('over the network', () => {
  it('ASAP-15: fetches a key from a real server, and asks whether it still holds', async () => {
    const { repository, clock, requests } = await serve(answerPem);
    const key = await resolveKid(repository, 'svc/one+1');
    clock.advance(60);
    expect(await resolveKid(repository, 'svc/one+1')).toBe(key);
    expect(requests).toEqual(['/asap/svc/one%2B1', '/asap/svc/one%2B1']);
  });

  it('K1, A12: 200 callers at once cost one request, and 1,000 unknown ids another', async () => {
    const { repository, requests } = await serve(answerPem);
    await Promise.all(Array.from({ length: 200 }, () => resolveKid(repository, 'svc/one')));
    expect(requests).toHaveLength(1);
    await Promise.allSettled(Array.from({ length: 1000 }, (_, n) => resolveKid(repository, `x/${n}`)));
    expect(requests).toHaveLength(2);
  });

  it('ASAP-18, K3: a connection that is reset is a failure with its system code', async () => {
    const { repository, requests, name } = await serve((request) => request.socket.resetAndDestroy());
    for (let index = 0; index < 50; index++) {
      await expect(resolveKid(repository, 'svc/one')).rejects.toMatchObject({
        code: 'key_source_unavailable',
        message: `${name} gave no answer (ECONNRESET)`,
        cause: { problem: 'no_answer', cause: expect.any(TypeError) },
      });
    }
    expect(requests).toHaveLength(1);
  });

  it('A12: a server that is not there is a failure, and known keys go on', async () => {
    const { origin, close } = await startKeyServer(answerPem);
    const clock = createTestClock(1_800_000_000);
    const repository = createPemRepository({ baseUrl: `${origin}/asap`, allowHttpLoopback: true, clock });
    const key = await resolveKid(repository, 'svc/one');
    await close();
    clock.advance(3659);
    expect(await resolveKid(repository, 'svc/one')).toBe(key);
    await expect(resolveKid(repository, 'svc/two')).rejects.toMatchObject({
      status: 503,
      retryAfterSeconds: 1,
      message: expect.stringContaining('gave no answer (ECONNREFUSED)'),
    });
  });

  it.each([301, 302, 303, 307, 308])('K5: a redirect with %i is not followed', async (status) => {
    const target = await startKeyServer(answerPem);
    const { repository, requests, name } = await serve((_request, response) => {
      response.writeHead(status, { location: `${target.origin}/asap/svc/one` }).end();
    });
    await expect(resolveKid(repository, 'svc/one')).rejects.toMatchObject({
      message: `${name} answered with status ${status}`,
    });
    expect(requests).toHaveLength(1);
    expect(target.requests).toEqual([]);
  });
});

describe('answers without bounds', () => {
  it.each([
    ['that is announced', { 'content-length': String(50 * 1024 * 1024) }],
    ['that is not announced', {}],
  ])('K4: a body of 50 MiB %s is cut off', async (_what, headers) => {
    let isOver = false;
    const { repository } = await serve((_request, response) => {
      response.writeHead(200, { ...PEM_TYPE, ...headers });
      pipeline(fiftyMebibytes(), response, () => {
        isOver = true;
      });
    });
    await expect(resolveKid(repository, 'svc/one')).rejects.toMatchObject({
      message: expect.stringContaining('is over 65536 bytes'),
    });
    await expect.poll(() => isOver).toBe(true);
  });

  it('K4: a small body that unpacks to 50 MiB is cut off', async () => {
    const { repository } = await serve((_request, response) => {
      response.writeHead(200, { ...PEM_TYPE, 'content-encoding': 'gzip' });
      pipeline(fiftyMebibytes(), createGzip(), response, () => undefined);
    });
    await expect(resolveKid(repository, 'svc/one')).rejects.toMatchObject({
      cause: { problem: 'bad_answer' },
    });
  });

  it('K4: a key of exactly maxBytes is read, one byte more is not', async () => {
    const exact = await serve(answerPem, { maxBytes: PEM.length });
    await expect(resolveKid(exact.repository, 'svc/one')).resolves.toBeDefined();
    const short = await serve(answerPem, { maxBytes: PEM.length - 1 });
    await expect(resolveKid(short.repository, 'svc/one')).rejects.toMatchObject({ status: 503 });
  });

  it.each([404, 500])('ASAP-18: status %i counts, however long the page behind it is', async (status) => {
    const { repository } = await serve((_request, response) => {
      response.writeHead(status);
      pipeline(fiftyMebibytes(), response, () => undefined);
    });
    await expect(resolveKid(repository, 'svc/one')).rejects.toMatchObject({ cause: { status } });
  });

  it.each([
    ['headers never come', () => undefined],
    ['the body never comes', (response) => response.writeHead(200, PEM_TYPE).flushHeaders()],
  ] satisfies [string, (response: Parameters<RequestListener>[1]) => void][])(
    'K4: gives up after timeoutMs when %s',
    async (_what, answer) => {
      const { repository, name } = await serve((_request, response) => answer(response), { timeoutMs: 100 });
      await expect(resolveKid(repository, 'svc/one')).rejects.toMatchObject({
        message: `${name} gave no answer within 100 ms`,
        cause: { problem: 'no_answer' },
      });
    },
  );
});
