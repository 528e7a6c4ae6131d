import { describe, expect, it } from 'vitest';
import { createWebHandler } from '../../src/http/web-handler.js';
import { ECHO_ROUTES } from '../support/listening.js';
import { createTestHandler } from '../support/request-handler.js';

const handle = createWebHandler({
  handler: createTestHandler(ECHO_ROUTES),
  clientIp: () => '203.0.113.5',
  maxBodyBytes: 10,
});

function post(body: string | ReadableStream<Uint8Array>, headers: Record<string, string> = {}): Request {
  return new Request('https://auth.example/echo', { method: 'POST', body, headers, duplex: 'half' });
}

function streamOf(sizes: readonly number[], onCancel = () => {}): ReadableStream<Uint8Array> {
  const left = [...sizes];
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const size = left.shift();
      if (size === undefined) controller.close();
      else controller.enqueue(new Uint8Array(size));
    },
    cancel: onCancel,
  });
}

describe('createWebHandler', () => {
  it('serves the same routes', async () => {
    const response = await handle(new Request('https://auth.example/where'));
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(await response.json()).toEqual({ clientIp: '203.0.113.5' });
  });

  it('answers HEAD without a body, and 204 with several cookies', async () => {
    const head = await handle(new Request('https://auth.example/where', { method: 'HEAD' }));
    expect([head.status, await head.text()]).toEqual([200, '']);
    const cookies = await handle(new Request('https://auth.example/cookies'));
    expect([cookies.status, cookies.headers.getSetCookie()]).toEqual([204, ['a=1', 'b=2']]);
  });

  it('S3: reads a body of just the limit, and refuses one byte more', async () => {
    expect(await (await handle(post('x'.repeat(10)))).json()).toEqual({ length: 10 });
    expect((await handle(post('x'.repeat(11)))).status).toBe(413);
    expect(await (await handle(post(streamOf([5, 5])))).json()).toEqual({ length: 10 });
    expect(await (await handle(post(streamOf([])))).json()).toEqual({ length: 0 });
  });

  it('S3: stops reading a stream that is too long', async () => {
    let isCancelled = false;
    const stream = streamOf([5, 5, 5, 5, 5, 5], () => {
      isCancelled = true;
    });
    expect((await handle(post(stream))).status).toBe(413);
    expect(isCancelled).toBe(true);
  });

  it('S3: refuses a compressed body', async () => {
    expect((await handle(post('x', { 'content-encoding': 'gzip' }))).status).toBe(415);
  });

  it('M8: refuses a foreign host, whether it stands in the URL or in the header', async () => {
    expect((await handle(new Request('https://evil.example/where'))).status).toBe(421);
    const named = new Request('https://auth.example/where', { headers: { host: 'evil.example' } });
    expect((await handle(named)).status).toBe(421);
  });
});
