import { Readable } from 'node:stream';
import { generateKeyPair } from 'countersign';
import { createAsapSigner } from 'countersign/asap';
import { expect, it } from 'vitest';
import { withAsapFetch } from '../../src/client/index.js';
import { clientConformance } from './client-conformance.js';
import { numberedTokens } from './support/numbered-tokens.js';
import { REFUSED, startRecordingService } from './support/recording-service.js';

clientConformance('withAsapFetch', (options) => {
  const send = withAsapFetch(options);
  return async (url, { method = 'GET', headers = {}, body } = {}) => {
    const stream = body instanceof Readable ? { body: Readable.toWeb(body), duplex: 'half' } : { body };
    const answer = await send(url, { method, headers, ...stream } as RequestInit);
    await answer.text();
    return answer.status;
  };
});

it('takes a Request, and gives it the token beside its own headers', async () => {
  const service = await startRecordingService([REFUSED]);
  const { signer } = numberedTokens();
  const send = withAsapFetch({ signer });
  const request = new Request(service.origin, { headers: { accept: 'text/plain' } });
  expect((await send(request)).status).toBe(200);
  expect(service.requests.map(({ authorization }) => authorization)).toEqual([
    'Bearer token-1',
    'Bearer token-2',
  ]);
  expect(request.headers.has('authorization')).toBe(false);
});

it('does not repeat a Request with a body, which is a stream', async () => {
  const service = await startRecordingService([REFUSED]);
  const { signer } = numberedTokens();
  const request = new Request(service.origin, { method: 'POST', body: 'once' });
  expect((await withAsapFetch({ signer })(request)).status).toBe(401);
  expect(service.requests).toHaveLength(1);
});

it.each([
  ['bytes', () => new TextEncoder().encode('a=b'), 'a=b'],
  ['a buffer', () => new TextEncoder().encode('a=b').buffer, 'a=b'],
  ['a form', () => new URLSearchParams({ a: 'b' }), 'a=b'],
  ['a blob', () => new Blob(['a=b']), 'a=b'],
])('repeats a body of %s', async (_, bodyOf, text) => {
  const service = await startRecordingService([REFUSED]);
  const { signer } = numberedTokens();
  const answer = await withAsapFetch({ signer })(service.origin, { method: 'POST', body: bodyOf() });
  expect(answer.status).toBe(200);
  expect(service.requests.map(({ body }) => body)).toEqual([text, text]);
});

it('repeats a body of form data', async () => {
  const service = await startRecordingService([REFUSED]);
  const { signer } = numberedTokens();
  const body = new FormData();
  body.set('name', 'value');
  expect((await withAsapFetch({ signer })(service.origin, { method: 'POST', body })).status).toBe(200);
  expect(service.requests.map((request) => request.body.includes('value'))).toEqual([true, true]);
});

it("sends through the caller's fetch, and leaves the caller's init alone", async () => {
  const seen: (string | null)[] = [];
  const init: RequestInit = { method: 'POST', headers: { 'x-trace': '7' } };
  const { signer } = numberedTokens();
  const send = withAsapFetch({
    signer,
    fetch: async (_, given) => {
      const headers = new Headers(given?.headers);
      seen.push(headers.get('authorization'), headers.get('x-trace'), given?.method ?? null);
      return new Response(null, { status: 204 });
    },
  });
  await send('https://orders.example/', init);
  expect(seen).toEqual(['Bearer token-1', '7', 'POST']);
  expect(init).toEqual({ method: 'POST', headers: { 'x-trace': '7' } });
});

it('rejects a URL that names a user', async () => {
  const { signer } = numberedTokens();
  await expect(withAsapFetch({ signer })('https://user:pass@orders.example/')).rejects.toMatchObject({
    code: 'invalid_options',
    message: expect.not.stringContaining('pass@'),
  });
});

it('ASAP-12: a signer that reuses tokens gives one for each audience, and another after a refusal', async () => {
  const { privateKey } = generateKeyPair('ES256', { kid: 'billing/key' });
  const signer = createAsapSigner({ issuer: 'billing', keys: privateKey, reuse: true });
  const send = withAsapFetch({ signer });
  const orders = await startRecordingService([{ status: 200 }, { status: 200 }, REFUSED]);
  const shipping = await startRecordingService();
  for (let request = 0; request < 4; request += 1) await send(orders.origin);
  await send(shipping.origin);
  const [first, second, refused, fresh, after] = orders.requests.map(({ authorization }) => authorization);
  expect(first).toMatch(/^Bearer ey/);
  expect([second, refused]).toEqual([first, first]);
  expect(fresh).not.toBe(first);
  expect(after).toBe(fresh);
  expect(shipping.requests[0]?.authorization).not.toBe(fresh);
});
