import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { exportPublicJwk } from '../../src/keys/export-key.js';
import { generateKeyPair } from '../../src/keys/generate-key-pair.js';
import { createRemoteJwks } from '../../src/keys/remote-jwks.js';
import { createTestClock } from '../../src/testing/test-clock.js';
import { answerJson, startKeyServer } from './support/key-server.js';

const jwk = exportPublicJwk(generateKeyPair('ES256', { kid: 'one' }).publicKey);
const LOOKUP = { kid: 'one', algorithm: 'ES256' } as const;

/** Over the real fetch and a real socket. */
function keysAt(url: string, options: { timeoutMs?: number; maxBytes?: number } = {}) {
  const clock = createTestClock(1_800_000_000);
  return createRemoteJwks({ url, algorithms: ['ES256'], clock, ...options });
}

/** 50 MiB of white space in pieces; `pieces.count` says how many were taken. */
function* fiftyMebibytes(pieces: { count: number }) {
  const piece = Buffer.alloc(65_536, 0x20);
  for (pieces.count = 0; pieces.count < 800; pieces.count++) yield piece;
}

describe('over the network', () => {
  it('fetches a set from a real server', async () => {
    const { url, requests } = await startKeyServer(answerJson({ keys: [jwk] }));
    await expect(keysAt(url).resolve(LOOKUP)).resolves.toMatchObject({ kid: 'one' });
    expect(requests).toEqual(['/jwks.json']);
  });

  it('K1: 200 callers at once cost one request', async () => {
    const { url, requests } = await startKeyServer(answerJson({ keys: [jwk] }));
    const keys = keysAt(url);
    await Promise.all(Array.from({ length: 200 }, () => keys.resolve(LOOKUP)));
    expect(requests).toHaveLength(1);
  });

  it('K3: a connection that is reset is a failure with its system code', async () => {
    const { url, requests } = await startKeyServer((request) => request.socket.resetAndDestroy());
    const keys = keysAt(url);
    for (let index = 0; index < 50; index++) {
      await expect(keys.resolve(LOOKUP)).rejects.toMatchObject({
        code: 'key_source_unavailable',
        message: `the key set ${url} gave no answer (ECONNRESET)`,
      });
    }
    expect(requests).toHaveLength(1);
  });

  it.each([301, 302, 303, 307, 308])('K5: a redirect with %i is not followed', async (status) => {
    const target = await startKeyServer(answerJson({ keys: [jwk] }));
    const { url, requests } = await startKeyServer((_request, response) => {
      response.writeHead(status, { location: target.url }).end();
    });
    await expect(keysAt(url).resolve(LOOKUP)).rejects.toMatchObject({
      message: `the key set ${url} answered with status ${status}`,
    });
    expect(requests).toHaveLength(1);
    expect(target.requests).toEqual([]);
  });

  it.each(['file:///etc/passwd', 'http://169.254.169.254/', '//evil.example/', 'javascript:1'])(
    'K5: a redirect to %s is not followed',
    async (location) => {
      const { url, requests } = await startKeyServer((_request, response) => {
        response.writeHead(302, { location }).end();
      });
      await expect(keysAt(url).resolve(LOOKUP)).rejects.toMatchObject({ code: 'key_source_unavailable' });
      expect(requests).toHaveLength(1);
    },
  );
});

describe('answers without bounds', () => {
  it.each([
    ['that is announced', { 'content-length': String(50 * 1024 * 1024) }],
    ['that is not announced', {}],
  ])('K4: a body of 50 MiB %s is cut off', async (_what, headers) => {
    const pieces = { count: 0 };
    let isOver = false;
    const { url } = await startKeyServer((_request, response) => {
      response.writeHead(200, headers);
      pipeline(fiftyMebibytes(pieces), response, () => {
        isOver = true;
      });
    });
    await expect(keysAt(url).resolve(LOOKUP)).rejects.toMatchObject({
      message: `the key set ${url} is over 1048576 bytes`,
    });
    await expect.poll(() => isOver).toBe(true);
    expect(pieces.count).toBeLessThan(200);
  });

  it('K4: a small body that unpacks to 50 MiB is cut off', async () => {
    const { url } = await startKeyServer((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      pipeline(fiftyMebibytes({ count: 0 }), createGzip(), response, () => undefined);
    });
    await expect(keysAt(url).resolve(LOOKUP)).rejects.toMatchObject({
      message: `the key set ${url} is over 1048576 bytes`,
    });
  });

  it('K4: a body of exactly maxBytes is read, one byte more is not', async () => {
    const body = JSON.stringify({ keys: [jwk] });
    const { url } = await startKeyServer((_request, response) => {
      response.writeHead(200, { 'transfer-encoding': 'chunked' }).end(body);
    });
    await expect(keysAt(url, { maxBytes: body.length }).resolve(LOOKUP)).resolves.toBeDefined();
    await expect(keysAt(url, { maxBytes: body.length - 1 }).resolve(LOOKUP)).rejects.toMatchObject({
      code: 'key_source_unavailable',
    });
  });

  it.each([
    ['headers never come', () => undefined],
    ['the body never comes', (response: ServerResponse) => response.writeHead(200).flushHeaders()],
    [
      'the body comes byte by byte',
      (response: ServerResponse) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write(' '), 10);
        response.on('close', () => clearInterval(timer));
      },
    ],
  ])('K4: gives up after timeoutMs when %s', async (_what, answer) => {
    const { url } = await startKeyServer((_request, response) => {
      answer(response);
    });
    await expect(keysAt(url, { timeoutMs: 100 }).resolve(LOOKUP)).rejects.toMatchObject({
      message: `the key set ${url} gave no answer within 100 ms`,
    });
  });
});
