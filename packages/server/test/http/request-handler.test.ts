import { UsageError } from 'countersign';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../src/domain/refusal.js';
import { StoreUnavailableError } from '../../src/domain/stores.js';
import type { Route, RouteHandler } from '../../src/http/exchange.js';
import { createHostCheck } from '../../src/http/host-check.js';
import { json, page } from '../../src/http/respond.js';
import { httpRequest, type RequestParts } from '../support/http-request.js';
import { createRecordingLogger } from '../support/recording-logger.js';
import { createTestHandler } from '../support/request-handler.js';

const SECRET = 'c2VjcmV0LW9mLWEtbWFpbGVkLWxpbms';

function throws(error: unknown): RouteHandler {
  return async () => {
    throw error;
  };
}

const ROUTES: readonly Route[] = [
  { method: 'GET', pattern: '/api/:id', kind: 'api', handle: async () => json(200, { ok: true }) },
  { method: 'DELETE', pattern: '/api/:id', kind: 'api', handle: async () => json(200, {}) },
  { method: 'GET', pattern: '/page/:id', kind: 'page', handle: async () => page(200, '<p>hello') },
  { method: 'POST', pattern: '/page/:id', kind: 'page', handle: async () => page(200, '<p>done') },
  {
    method: 'POST',
    pattern: '/open-page',
    kind: 'page',
    anyOrigin: true,
    handle: async () => page(200, '<p>led on'),
  },
  {
    method: 'GET',
    pattern: '/own-policy',
    kind: 'page',
    handle: async () => page(200, '', { 'content-security-policy': "default-src 'self'" }),
  },
  {
    method: 'GET',
    pattern: '/healthz',
    kind: 'api',
    anyHost: true,
    handle: async () => json(200, { status: 'live' }),
  },
  {
    method: 'GET',
    pattern: '/limited',
    kind: 'api',
    handle: throws(new Refusal('too_many_requests', { retryAfterSeconds: 6.2 })),
  },
  {
    method: 'GET',
    pattern: '/no-store',
    kind: 'api',
    handle: throws(new StoreUnavailableError('database is locked', { cause: new Error('secret detail') })),
  },
  {
    method: 'GET',
    pattern: '/polled/:status',
    kind: 'api',
    polled: true,
    handle: async (_request, { status }) => json(Number(status), {}),
  },
  { method: 'GET', pattern: '/broken', kind: 'api', handle: throws(new TypeError(`cannot read ${SECRET}`)) },
  { method: 'GET', pattern: '/broken-page', kind: 'page', handle: throws(new TypeError(SECRET)) },
  { method: 'GET', pattern: '/broken-oddly', kind: 'api', handle: throws(SECRET) },
];

async function exchange(parts: RequestParts) {
  const { logger, lines } = createRecordingLogger();
  const response = await createTestHandler(ROUTES, { logger }).handle(httpRequest(parts));
  return { ...response, text: String(response.body), lines };
}

describe('answers of the API', () => {
  it('are JSON, open to every origin and never stored', async () => {
    expect(await exchange({ path: '/api/1' })).toMatchObject({
      status: 200,
      text: '{"ok":true}',
      headers: {
        'content-type': 'application/json',
        'access-control-allow-origin': '*',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      },
    });
  });

  it.each([
    ['/limited', 429],
    ['/no-store', 503],
    ['/broken', 500],
    ['/nothing/here', 404],
  ])('JAM-18: carry the CORS headers when they refuse: %s', async (path, status) => {
    const response = await exchange({ path });
    expect(response.status).toBe(status);
    expect(response.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'content-type': 'application/json',
      'cache-control': 'no-store',
    });
    expect(JSON.parse(response.text)).toEqual({ message: expect.any(String), code: expect.any(String) });
  });

  it('JAM-18: tell a preflight what a browser may send', async () => {
    const response = await exchange({ method: 'OPTIONS', path: '/api/1' });
    expect(response).toMatchObject({
      status: 204,
      body: null,
      headers: {
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'DELETE, GET, HEAD',
        'access-control-allow-headers': 'content-type, authorization, dpop',
        'access-control-max-age': '86400',
      },
    });
  });

  it('refuse another method with Allow', async () => {
    const response = await exchange({ method: 'POST', path: '/api/1' });
    expect(response.status).toBe(405);
    expect(response.headers).toMatchObject({
      allow: 'DELETE, GET, HEAD',
      'access-control-allow-origin': '*',
    });
  });

  it('S18: round Retry-After up to whole seconds', async () => {
    expect((await exchange({ path: '/limited' })).headers).toMatchObject({ 'retry-after': '7' });
  });

  it('S12: say 503 with Retry-After when the store cannot answer', async () => {
    const { status, headers, text } = await exchange({ path: '/no-store' });
    expect(status).toBe(503);
    expect(headers).toMatchObject({ 'retry-after': '5' });
    expect(text).not.toContain('locked');
  });
});

describe('answers of pages', () => {
  it('O26: carry the security headers, also when they refuse', async () => {
    for (const path of ['/page/1', '/broken-page']) {
      expect((await exchange({ path })).headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      });
    }
    expect((await exchange({ path: '/page/1' })).headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('keep a header that the route sets itself', async () => {
    expect((await exchange({ path: '/own-policy' })).headers).toMatchObject({
      'content-security-policy': "default-src 'self'",
    });
  });

  it('O25: refuse a form that comes from elsewhere, before the route sees it', async () => {
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const refused = await exchange({ method: 'POST', path: '/page/1', headers: foreign });
    expect(refused).toMatchObject({ status: 403, text: expect.stringContaining('forbidden') });
    const own = { origin: 'https://auth.example' };
    expect(await exchange({ method: 'POST', path: '/page/1', headers: own })).toMatchObject({ status: 200 });
  });

  it('O25: take a form from elsewhere only where the route says so', async () => {
    const foreign = { origin: 'https://client.example', 'sec-fetch-site': 'cross-site' };
    const response = await exchange({ method: 'POST', path: '/open-page', headers: foreign });
    expect(response).toMatchObject({ status: 200, text: '<p>led on' });
    expect(response.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('have no preflight', async () => {
    const response = await exchange({ method: 'OPTIONS', path: '/page/1' });
    expect(response).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, POST' } });
  });

  it('are what a browser gets where no route is; programs get JSON', async () => {
    const forBrowser = await exchange({ path: '/nothing', headers: { accept: 'text/html,*/*;q=0.8' } });
    expect(forBrowser.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8' });
    const forProgram = await exchange({ path: '/nothing', headers: { accept: '*/*' } });
    expect(forProgram.headers).toMatchObject({ 'content-type': 'application/json' });
  });
});

describe('the host of a request', () => {
  it.each(['auth.example', 'AUTH.example', 'auth.example:443', 'localhost'])(
    'M8: may be %s',
    async (host) => {
      expect(await exchange({ path: '/page/1', headers: { host } })).toMatchObject({ status: 200 });
    },
  );

  it.each([
    'evil.example',
    'auth.example.evil.example',
    'auth.example:444',
    'auth.example.',
    '192.0.2.1',
    '',
  ])('M8: is refused with 421 if it is %j, whatever X-Forwarded-Host and Forwarded say', async (host) => {
    const headers = { host, 'x-forwarded-host': 'auth.example', forwarded: 'host=auth.example' };
    expect(await exchange({ path: '/page/1', headers })).toMatchObject({ status: 421 });
    expect(await exchange({ path: '/api/1', headers })).toMatchObject({ status: 421 });
  });

  it('M8: does not matter to health pages', async () => {
    expect(await exchange({ path: '/healthz', headers: { host: '192.0.2.1' } })).toMatchObject({
      status: 200,
    });
  });

  it('M8: is checked when the handler is made: every allowed one that is no host is listed', () => {
    const make = () => createHostCheck(['auth.example', 'https://a.example', 'a b', '', 'a.example/x']);
    expect(make).toThrow(UsageError);
    expect(make).toThrow(/https:\/\/a\.example.*"a b".*"".*a\.example\/x/);
  });
});

describe('the path of the issuer', () => {
  it('stands before every pattern', async () => {
    const handler = createTestHandler(ROUTES, { issuer: 'https://auth.example/sign-in' });
    const get = (path: string) => handler.handle(httpRequest({ path }));
    expect((await get('/sign-in/api/1')).status).toBe(200);
    expect((await get('/api/1')).status).toBe(404);
    expect((await get('/sign-inapi/1')).status).toBe(404);
    expect((await get('/sign-in')).status).toBe(404);
  });
});

describe('the log', () => {
  it('M11: has one line a request, with the pattern and never the path or the query', async () => {
    const { lines } = await exchange({ path: `/page/${SECRET}?code=${SECRET}` });
    expect(lines).toEqual([
      {
        level: 'info',
        event: 'request',
        fields: {
          method: 'GET',
          route: '/page/:id',
          status: 200,
          durationMs: 0,
          requestId: 'request-1',
          clientIp: '192.0.2.1',
        },
      },
    ]);
  });

  it.each([
    [200, 'debug'],
    [304, 'debug'],
    [201, 'info'],
    [401, 'info'],
    [503, 'info'],
  ])('has a request that comes again and again and is answered %i at %s', async (status, level) => {
    const { lines } = await exchange({ path: `/polled/${status}` });
    expect(lines).toMatchObject([{ level, event: 'request', fields: { route: '/polled/:status', status } }]);
  });

  it('S6: has nothing of a path that fits no route', async () => {
    const { lines } = await exchange({ path: `/nothing/${SECRET}` });
    expect(lines).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toContain(SECRET);
  });

  it.each(['/broken', '/broken-page', '/broken-oddly'])(
    'S6 O33: tells of a defect once, by request id and place, without the text of the error: %s',
    async (path) => {
      const { status, text, lines } = await exchange({ path });
      expect(status).toBe(500);
      expect(lines.map(({ event }) => event)).toEqual(['unexpected error', 'request']);
      expect(lines[0]).toMatchObject({ level: 'error', fields: { requestId: 'request-1' } });
      expect(JSON.stringify(lines)).not.toContain(SECRET);
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain('.ts');
    },
  );

  it('says why the store cannot answer, without the details of its driver', async () => {
    const { lines } = await exchange({ path: '/no-store' });
    expect(lines[0]).toMatchObject({
      level: 'warn',
      fields: { reason: 'database is locked', cause: 'Error' },
    });
    expect(JSON.stringify(lines)).not.toContain('secret detail');
  });
});
