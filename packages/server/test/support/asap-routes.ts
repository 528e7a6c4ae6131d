import { createTestClock, type TestClock } from 'countersign/testing';
import type { HttpResponse } from '../../src/http/exchange.js';
import { asapRoutes } from '../../src/routes/asap/index.js';
import { createKeyPublishers } from '../../src/services/key-publishers.js';
import { createKeyRepository, type KeyRepository } from '../../src/services/key-repository.js';
import { httpRequest, type RequestParts } from './http-request.js';
import { createRecordingLogger, type LogLine } from './recording-logger.js';
import { createTestHandler, ISSUER } from './request-handler.js';
import { openTemporaryStore, type TemporaryStore } from './temporary-store.js';

export const ADMIN_TOKEN = 'q3Rk/9+vLx0TzB7mWnE2uYpS5aHdGcJf';
export const ADMIN = { authorization: `Bearer ${ADMIN_TOKEN}` };

export interface TestKeyServer {
  readonly clock: TestClock;
  readonly keys: KeyRepository;
  readonly log: readonly LogLine[];
  readonly temporary: TemporaryStore;
  /** An answer with its JSON, or null where the body is none. */
  call(method: string, kid: string, parts?: RequestParts): Promise<HttpResponse & { json: unknown }>;
  /** PUT of a key; as an administrator unless the headers say otherwise. */
  put(kid: string, pem: string, headers?: RequestParts['headers']): Promise<HttpResponse & { json: unknown }>;
  /** One more server on the same database, as another process has it. Whoever opens it closes it, and first. */
  openAgain(): Promise<TestKeyServer>;
  close(): Promise<void>;
}

/** The key repository as it is served, without sockets. */
export async function openKeyServer({
  adminToken = ADMIN_TOKEN,
}: {
  adminToken?: string | null;
} = {}): Promise<TestKeyServer> {
  const clock = createTestClock(1_700_000_000);
  return serveKeys({ temporary: await openTemporaryStore(), clock, adminToken });
}

interface Parts {
  readonly temporary: TemporaryStore;
  readonly clock: TestClock;
  readonly adminToken: string | null;
}

function serveKeys({ temporary, clock, adminToken }: Parts): TestKeyServer {
  const { logger, lines } = createRecordingLogger();
  const keys = createKeyRepository({ store: temporary.store, clock, logger });
  const publishers = createKeyPublishers({ store: temporary.store, issuer: ISSUER, adminToken, clock });
  const handler = createTestHandler(asapRoutes({ keys, publishers }), { logger });

  async function call(method: string, kid: string, parts: RequestParts = {}) {
    const response = await handler.handle(httpRequest({ ...parts, method, path: `/asap/${kid}` }));
    const isJson = response.headers['content-type'] === 'application/json';
    const json: unknown = isJson ? JSON.parse(String(response.body)) : null;
    return { ...response, json };
  }

  return {
    clock,
    keys,
    log: lines,
    temporary,
    call,
    put: (kid, pem, headers = ADMIN) =>
      call('PUT', kid, { body: pem, headers: { 'content-type': 'application/x-pem-file', ...headers } }),
    async openAgain() {
      const store = await temporary.openAgain();
      return serveKeys({ temporary: { ...temporary, store, close: () => store.close() }, clock, adminToken });
    },
    close: () => temporary.close(),
  };
}
