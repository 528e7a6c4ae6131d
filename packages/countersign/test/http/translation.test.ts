/** What adapters must not lose or add, beyond the answers of the table. */

import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { callerOf as callerOfRequest, createExpressMiddleware } from 'countersign/express';
import { countersignFastify } from 'countersign/fastify';
import { createFetchGate } from 'countersign/fetch';
import type { Gate, Guard } from 'countersign/gate';
import { createGate, createRouteTable, createTableGuard } from 'countersign/gate';
import { callerOf as callerOfEvent, createH3Middleware } from 'countersign/h3';
import { callerOf as callerOfHono, createHonoMiddleware } from 'countersign/hono';
import { callerOf as callerOfKoa } from 'countersign/koa';
import { createNodeGate } from 'countersign/node';
import express from 'express';
import createFastify from 'fastify';
import { H3 } from 'h3';
import { Hono } from 'hono';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NOW } from '../support/tokens.js';
import { usageProblem } from '../support/usage.js';
import { createDoors } from './support/doors.js';
import { ANONYMOUS, createLatch } from './support/latch.js';
import { sendRaw } from './support/raw-http.js';
import { listen } from './support/servers/running-server.js';

const { doors, callers } = createDoors();
const gate = doors.any.gate as Gate;
const bearer = () => `Authorization: Bearer ${callers.person()}`;
/** Lets everybody in at once. */
const open: Guard = { check: () => ANONYMOUS, vary: 'Authorization' };

async function serve(listener: RequestListener) {
  const server = await listen(createServer(listener));
  onTestFinished(() => server.close());
  return server.port;
}

describe('several guards on one request', () => {
  it('ASAP-35: record the use of a token once', async () => {
    const guarded = createNodeGate(gate, { kinds: 'service' });
    const port = await serve(guarded(guarded((request, response) => response.end(request.caller?.subject))));
    const lines = [`Authorization: Bearer ${callers.service()}`];
    expect((await sendRaw(port, { method: 'GET', url: '/', lines })).body).toBe('billing');
    expect((await sendRaw(port, { method: 'GET', url: '/', lines })).status).toBe(401);
  });

  it('the last one says who the caller is: nobody, where it knows none', async () => {
    const services = createGate({ accept: callers.acceptorsFor('service'), clock: () => NOW });
    const app = express();
    app.use(createExpressMiddleware(gate));
    app.use(createExpressMiddleware(services, { mode: 'unsafePermissive' }));
    app.get('/', (request, response) => response.json({ caller: request.caller ?? null }));
    const answer = await sendRaw(await serve(app), { method: 'GET', url: '/', lines: [bearer()] });
    expect(answer.body).toBe('{"caller":null}');
  });
});

describe('a rule', () => {
  it('reads the path as Express does, and TypeScript knows', async () => {
    const app = express();
    const named = createExpressMiddleware(gate, {
      check: (caller, { carrier }) => carrier.params['kind'] === caller.kind,
    });
    const typed = createExpressMiddleware<express.Request<{ kind: string }>>(gate, {
      check: ({ kind }, { carrier: { params } }) => {
        // @ts-expect-error the route has no such parameter
        const other: string | undefined = params.other;
        return params.kind === kind && other === undefined;
      },
    });
    app.get('/:kind', named, typed, (request, response) => response.end(callerOfRequest(request).kind));
    const port = await serve(app);
    const lines = [bearer()];
    expect((await sendRaw(port, { method: 'GET', url: '/person', lines })).body).toBe('person');
    expect((await sendRaw(port, { method: 'GET', url: '/service', lines })).status).toBe(403);
  });
});

describe('Vary', () => {
  it('a handler of Hono keeps its own, whatever it answers with', async () => {
    const app = new Hono();
    app.use(createHonoMiddleware(open));
    app.get('/made', () => new Response('', { headers: { vary: 'Accept' } }));
    app.get('/through', (context) => context.text('', 200, { vary: 'Accept' }));
    app.get('/fixed', () => Response.redirect('https://example.com/', 302));
    expect(await varyOf(app.request('/made'))).toBe('Accept, Authorization');
    expect(await varyOf(app.request('/through'))).toBe('Accept, Authorization');
    expect(await varyOf(app.request('/fixed'))).toBe('Authorization');
  });

  it('a handler of h3 keeps its own, whatever it answers with', async () => {
    const app = new H3({ silent: true });
    app.use((event) => {
      event.res.headers.set('vary', 'Origin');
    });
    app.use(createH3Middleware(open));
    app.get('/made', () => new Response('', { headers: { vary: 'Accept' } }));
    app.get('/bad', () => new Response('', { status: 404, headers: { vary: 'Accept' } }));
    app.get('/text', () => 'text');
    expect(await varyOf(app.request('/made'))).toBe('Origin, Accept, Authorization');
    expect(await varyOf(app.request('/bad'))).toBe('Authorization, Accept');
    expect(await varyOf(app.request('/text'))).toBe('Origin, Authorization');
  });

  it('is on the errors of h3 too, beside what CORS has put there', async () => {
    const app = new H3({ silent: true });
    app.use((event) => {
      event.res.errHeaders.set('vary', 'Origin');
    });
    app.use(createH3Middleware(open));
    app.get('/throws', () => {
      throw new Error('of the handler');
    });
    app.get('/bad', () => new Response('', { status: 404, headers: { vary: 'Accept' } }));
    expect(await varyOf(app.request('/throws'))).toBe('Origin, Authorization');
    expect(await varyOf(app.request('/nowhere'))).toBe('Origin, Authorization');
    expect(await varyOf(app.request('/bad'))).toBe('Origin, Authorization, Accept');
  });

  it('a handler of fetch keeps its own; what is no ordinary answer is left alone', async () => {
    const guarded = createFetchGate(open);
    const varied = (vary: string) => guarded(() => new Response('', { headers: { vary } }));
    const ask = (handler: (request: Request) => Response | Promise<Response>) =>
      varyOf(handler(new Request('https://api.example/')));
    expect(await ask(varied('Accept, authorization'))).toBe('Accept, authorization');
    expect(await ask(varied('*'))).toBe('*');
    expect(await ask(guarded(() => Response.redirect('https://example.com/', 302)))).toBe('Authorization');
    expect(await ask(guarded(() => Response.error()))).toBe(null);
  });
});

async function varyOf(response: Response | Promise<Response>): Promise<string | null> {
  return (await response).headers.get('vary');
}

describe('requests that are judged at once', () => {
  it('reach their handler at once', () => {
    const guarded = createFetchGate(open);
    const answer = guarded(() => new Response('here'))(new Request('https://api.example/'));
    expect(answer).toBeInstanceOf(Response);
    let isHere = false;
    const request = { method: 'GET', url: '/', rawHeaders: [], headers: {} };
    const response = {
      statusCode: 200,
      headersSent: false,
      writableEnded: false,
      getHeader: () => undefined,
      setHeader: () => {},
      end: () => {},
    };
    createExpressMiddleware(open)(request, response, () => {
      isHere = true;
    });
    expect(isHere).toBe(true);
  });
});

describe('the fetch gate', () => {
  it('passes on what a runtime gives besides the request, behind the caller', async () => {
    const guarded = createFetchGate(gate);
    const handler = guarded((_: Request, caller, context: { id: string }) =>
      Response.json([caller.subject, context.id]),
    );
    const headers = { authorization: `Bearer ${callers.person()}` };
    const answer = await handler(new Request('https://api.example/', { headers }), { id: '7' });
    expect(await answer.json()).toEqual(['ada@example.com', '7']);
  });

  it('answers a preflight that is let pass with no permission, where nobody else does', async () => {
    const handler = createFetchGate(doors.preflight.gate)(() => new Response('handled'));
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'PUT' };
    const answer = await handler(new Request('https://api.example/', { method: 'OPTIONS', headers }));
    expect([answer.status, answer.headers.has('access-control-allow-origin')]).toEqual([204, false]);
  });
});

describe('the target of a request', () => {
  it('C16: is that of the whole application in a router that is mounted', async () => {
    const table = createRouteTable([{ methods: 'GET', path: '/api/orders' }]);
    const app = express();
    const router = express.Router();
    router.use(createExpressMiddleware(createTableGuard(gate, table)));
    router.use((_, response) => response.end('in'));
    app.use('/api', router);
    const port = await serve(app);
    const lines = [bearer()];
    expect((await sendRaw(port, { method: 'GET', url: '/api/orders', lines })).body).toBe('in');
    expect((await sendRaw(port, { method: 'GET', url: '/api/other', lines })).status).toBe(403);
  });
});

describe('the node gate', () => {
  it('guards the compatible side of HTTP/2', async () => {
    const guarded = createNodeGate(gate);
    const server = createHttp2Server(
      guarded((request, response) => {
        response.end(callerOfRequest(request).subject);
      }),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    onTestFinished(() => {
      client.destroy();
      server.close();
    });
    const ask = async (headers: Record<string, string>) => {
      const stream = client.request({ ':path': '/', ...headers });
      const [answer] = (await once(stream, 'response')) as [Record<string, unknown>];
      let body = '';
      for await (const chunk of stream.setEncoding('utf8')) body += chunk;
      return [answer[':status'], answer['vary'], body];
    };
    const authorization = `Bearer ${callers.person()}`;
    expect(await ask({ authorization })).toEqual([200, 'Authorization', 'ada@example.com']);
    expect((await ask({}))[0]).toBe(401);
  });

  it('C18: a client of HTTP/2 that is gone before its verdict disturbs nobody', async () => {
    const latch = createLatch();
    let visits = 0;
    const guarded = createNodeGate(latch.guard);
    const server = createHttp2Server((request, response) => {
      guarded(() => visits++)(request as never, response as never);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    client.request({ ':path': '/' }).on('error', () => {});
    const { stream } = (await latch.asked()) as Http2ServerRequest;
    const closed = once(stream, 'close');
    client.destroy();
    await closed;
    latch.release();
    await latch.settled();
    expect(visits).toBe(0);
    server.close();
  });
});

describe('express', () => {
  it('C18: is told of a guard that fails, against its contract, and lets nobody in', async () => {
    const app = express();
    const failing: Guard = { check: () => Promise.reject(new Error('broken')), vary: '' };
    app.use(createExpressMiddleware(failing), (_, response) => response.end('in'));
    expect((await sendRaw(await serve(app), { method: 'GET', url: '/', lines: [] })).status).toBe(500);
  });

  it('does not answer once more what a time limit has answered', async () => {
    const latch = createLatch();
    const app = express();
    app.use((_, response, next) => {
      next();
      response.status(503).end('too late');
    });
    app.use(createExpressMiddleware(latch.guard), (_, response) => response.end('in'));
    const answer = sendRaw(await serve(app), { method: 'GET', url: '/', lines: [] });
    await latch.asked();
    latch.release();
    await latch.settled();
    expect((await answer).body).toBe('too late');
  });
});

describe('the Fastify plugin', () => {
  it('guards what no route is found for, and hides nothing of the other hooks', async () => {
    const app = createFastify();
    onTestFinished(() => app.close());
    app.addHook('onSend', async (_, reply) => {
      reply.header('x-seen', 'yes');
    });
    await app.register(countersignFastify, { gate });
    const answer = await app.inject('/nowhere');
    expect([answer.statusCode, answer.headers['x-seen']]).toEqual([401, 'yes']);
  });

  it('is not registered with rules that cannot be', async () => {
    const app = createFastify();
    onTestFinished(() => app.close());
    await expect(async () => {
      await app.register(countersignFastify, { gate, rules: { scopes: [] } });
    }).rejects.toThrow('scopes must be');
  });
});

describe('callerOf', () => {
  const problem = /no_caller: no gate ran/;

  it.each([
    ['a request', () => callerOfRequest({})],
    ['a request that a gate let in as nobody', () => callerOfRequest({ caller: undefined })],
    ['a request of Fastify', () => callerOfRequest({ caller: null })],
    ['a context of Koa', () => callerOfKoa({ state: {} })],
    ['a context of Hono', () => callerOfHono({ var: {} })],
    ['an event of h3', () => callerOfEvent({ context: {} })],
  ])('finds nobody in %s', (_, call) => {
    expect(usageProblem(call)).toMatch(problem);
  });

  it('finds who was let in', async () => {
    const app = new Hono();
    app.get('/', createHonoMiddleware(gate), (context) => context.text(callerOfHono(context).subject));
    const headers = { authorization: `Bearer ${callers.person()}` };
    expect(await (await app.request('/', { headers })).text()).toBe('ada@example.com');
  });
});

describe('every adapter', () => {
  it('takes a gate or a guard, and no rules for a guard that has its own', () => {
    expect(usageProblem(() => createExpressMiddleware({} as never))).toBe(
      'invalid_options: needs a gate or a guard, not an object',
    );
    expect(usageProblem(() => createExpressMiddleware(open, { scopes: 'a' }))).toBe(
      'invalid_options: rules must be left out: a guard has its own',
    );
    expect(usageProblem(() => createExpressMiddleware(gate, { scope: 'a' } as never))).toBe(
      'invalid_options: unknown option "scope", did you mean "scopes"?',
    );
  });
});
