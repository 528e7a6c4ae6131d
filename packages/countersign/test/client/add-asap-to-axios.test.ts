import axios, { isAxiosError } from 'axios';
import { describe, expect, it } from 'vitest';
import { addAsapToAxios } from '../../src/client/index.js';
import { clientConformance } from './client-conformance.js';
import { numberedTokens } from './support/numbered-tokens.js';
import { REFUSED, startRecordingService } from './support/recording-service.js';

clientConformance('addAsapToAxios', (options) => {
  const instance = axios.create({ proxy: false });
  addAsapToAxios(instance, options);
  return async (url, { method = 'GET', headers = {}, body } = {}) => {
    const answer = await instance
      .request({ url, method, headers, data: body ?? null })
      .catch((error: unknown) => {
        if (isAxiosError(error) && error.response !== undefined) return error.response;
        throw error;
      });
    return answer.status;
  };
});

describe('addAsapToAxios', () => {
  it('finds the audience of a relative URL by the base URL, and repeats a JSON body as it was', async () => {
    const service = await startRecordingService([REFUSED]);
    const { signer, asked } = numberedTokens();
    const instance = axios.create({ baseURL: `${service.origin}/api/`, proxy: false });
    addAsapToAxios(instance, { signer });
    const { status } = await instance.post('orders', { item: 'ä' }, { params: { page: 2 } });
    expect(status).toBe(200);
    expect(asked.map(({ audience }) => audience)).toEqual([service.origin, service.origin]);
    expect(service.requests.map(({ path, body }) => ({ path, body }))).toEqual([
      { path: '/api/orders?page=2', body: '{"item":"ä"}' },
      { path: '/api/orders?page=2', body: '{"item":"ä"}' },
    ]);
  });

  it('repeats also where no status is an error', async () => {
    const service = await startRecordingService([REFUSED]);
    const { signer } = numberedTokens();
    const instance = axios.create({ validateStatus: () => true, proxy: false });
    addAsapToAxios(instance, { signer });
    expect((await instance.get(service.origin)).status).toBe(200);
    expect(service.requests).toHaveLength(2);
  });

  it('leaves requests with basic authentication alone', async () => {
    const service = await startRecordingService();
    const { signer, asked } = numberedTokens();
    const instance = axios.create({ proxy: false });
    addAsapToAxios(instance, { signer });
    await instance.get(service.origin, { auth: { username: 'ada', password: 'x' } });
    expect(service.requests[0]?.authorization).toMatch(/^Basic /);
    expect(asked).toEqual([]);
  });

  it('gives a configuration that is sent again, as retry plug-ins do, another token', async () => {
    const service = await startRecordingService([{ status: 500 }]);
    const { signer } = numberedTokens();
    const instance = axios.create({ proxy: false });
    addAsapToAxios(instance, { signer });
    const error = await instance.get(service.origin).catch((reason: unknown) => reason);
    if (!isAxiosError(error)) throw error;
    await instance.request(error.config ?? {});
    expect(service.requests.map(({ authorization }) => authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  it("still runs the caller's beforeRedirect", async () => {
    const service = await startRecordingService([{ status: 302, headers: { location: '/b' } }]);
    const { signer } = numberedTokens();
    const instance = axios.create({ proxy: false });
    addAsapToAxios(instance, { signer });
    const seen: unknown[] = [];
    await instance.get(`${service.origin}/a`, {
      beforeRedirect: (options) => {
        seen.push(options['path']);
      },
    });
    expect(seen).toEqual(['/b']);
  });

  it('works with the fetch adapter', async () => {
    const service = await startRecordingService([REFUSED]);
    const { signer } = numberedTokens();
    const instance = axios.create({ adapter: 'fetch' });
    addAsapToAxios(instance, { signer });
    expect((await instance.post(service.origin, { a: 1 })).status).toBe(200);
    expect(service.requests.map(({ body }) => body)).toEqual(['{"a":1}', '{"a":1}']);
  });
});
