import got, { RequestError } from 'got';
import { describe, expect, it } from 'vitest';
import { asapGotHooks } from '../../src/client/index.js';
import { clientConformance } from './client-conformance.js';
import { numberedTokens } from './support/numbered-tokens.js';
import { REFUSED, startRecordingService } from './support/recording-service.js';

const QUICK = { throwHttpErrors: false, retry: { limit: 0 } };

clientConformance(
  'asapGotHooks',
  (options) => {
    const client = got.extend({ hooks: asapGotHooks(options), ...QUICK });
    return async (url, { method = 'GET', headers = {}, body } = {}) => {
      const answer = await client(url, { method, headers, ...(body === undefined ? {} : { body }) });
      return answer.statusCode;
    };
  },
  { errorOf: (error) => (error instanceof RequestError ? (error.cause ?? error) : error) },
);

describe('asapGotHooks', () => {
  it('give each retry of got a token of its own', async () => {
    const service = await startRecordingService([{ status: 503 }]);
    const { signer, asked } = numberedTokens();
    const client = got.extend({
      hooks: asapGotHooks({ signer }),
      retry: { limit: 1, calculateDelay: ({ attemptCount }) => (attemptCount === 1 ? 1 : 0) },
    });
    await client(service.origin);
    expect(service.requests.map(({ authorization }) => authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
    expect(asked.map(({ fresh }) => fresh)).toEqual([false, false]);
  });

  it('give a redirect within the origin a token of its own', async () => {
    const service = await startRecordingService([{ status: 302, headers: { location: '/b' } }]);
    const { signer } = numberedTokens();
    await got.extend({ hooks: asapGotHooks({ signer }) })(service.origin);
    expect(service.requests.map(({ authorization }) => authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  it('repeat a JSON body as it was', async () => {
    const service = await startRecordingService([REFUSED]);
    const { signer } = numberedTokens();
    const client = got.extend({ hooks: asapGotHooks({ signer }), ...QUICK });
    expect((await client.post(service.origin, { json: { a: 1 } })).statusCode).toBe(200);
    expect(service.requests.map(({ body }) => body)).toEqual(['{"a":1}', '{"a":1}']);
  });

  it('sign for streams too, which are not tried again', async () => {
    const service = await startRecordingService([REFUSED]);
    const { signer } = numberedTokens();
    const client = got.extend({ hooks: asapGotHooks({ signer }), ...QUICK });
    const stream = client.stream(service.origin);
    for await (const _ of stream);
    expect(stream.response?.statusCode).toBe(401);
    expect(service.requests.map(({ authorization }) => authorization)).toEqual(['Bearer token-1']);
  });
});
