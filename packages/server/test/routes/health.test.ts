import { describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../src/domain/stores.js';
import { healthRoutes } from '../../src/routes/health.js';
import { httpRequest } from '../support/http-request.js';
import { createTestHandler } from '../support/request-handler.js';

async function probe(path: string, ping: () => Promise<void> = async () => {}) {
  const handler = createTestHandler(healthRoutes({ store: { ping } }));
  const { status, headers, body } = await handler.handle(
    httpRequest({ path, headers: { host: '192.0.2.1' } }),
  );
  return { status, headers, body: String(body) };
}

async function fail(): Promise<void> {
  throw new StoreUnavailableError('/var/lib/countersign is read-only');
}

describe('health pages', () => {
  it('S22: say that the process lives, also when the store does not', async () => {
    expect(await probe('/healthz', fail)).toMatchObject({ status: 200, body: '{"status":"live"}' });
  });

  it('S22: are ready exactly while the store answers, and say nothing more', async () => {
    expect(await probe('/readyz')).toMatchObject({ status: 200, body: '{"status":"ready"}' });
    expect(await probe('/readyz', fail)).toMatchObject({
      status: 503,
      body: '{"status":"unavailable"}',
      headers: { 'retry-after': '5' },
    });
  });
});
