/** Servers of the frameworks that an authority is mounted in, each as its guide shows it. */
import { createServer, type RequestListener } from 'node:http';
import { serve } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import express from 'express';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Hono } from 'hono';
import type { Authority, AuthorityOptions } from '../../src/index.js';
import type { MountingServer } from '../support/mounted-authority.js';

export interface Host {
  readonly name: string;
  readonly options?: Partial<AuthorityOptions>;
  mount(authority: Authority, port: number): Promise<MountingServer>;
  /** With a parser that has taken every body before. */
  mountBehindParser(authority: Authority, port: number): Promise<MountingServer>;
}

function listen(listener: RequestListener, port: number): Promise<MountingServer> {
  const server = createServer(listener);
  return new Promise((resolve) => {
    server.listen(port, () => {
      resolve({ stop: () => closed(server) });
    });
  });
}

function closed(server: { close(done: () => void): unknown; closeAllConnections?(): void }): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections?.();
  });
}

function mountInExpress(app: express.Express, authority: Authority): express.Express {
  app.use('/auth', authority.nodeListener);
  app.get([...authority.wellKnownPaths], authority.nodeListener);
  app.get('/', (_request, response) => void response.send('the rest of the server'));
  return app;
}

const expressHost: Host = {
  name: 'Express 5',
  mount: (authority, port) => listen(mountInExpress(express(), authority), port),
  mountBehindParser(authority, port) {
    const app = express();
    app.use(express.json(), express.urlencoded());
    return listen(mountInExpress(app, authority), port);
  },
};

function leadTo(authority: Authority) {
  return (request: FastifyRequest, reply: FastifyReply) => {
    reply.hijack();
    return authority.nodeListener(request.raw, reply.raw);
  };
}

function addRoutes(scope: FastifyInstance, authority: Authority): void {
  for (const path of ['/auth', '/auth/*']) scope.all(path, leadTo(authority));
  for (const path of authority.wellKnownPaths) scope.get(path, leadTo(authority));
}

async function listenWith(app: FastifyInstance, port: number): Promise<MountingServer> {
  app.get('/', async () => 'the rest of the server');
  await app.listen({ port, host: 'localhost' });
  return { stop: () => app.close() };
}

const fastifyHost: Host = {
  name: 'Fastify 5',
  async mount(authority, port) {
    const app = fastify({ forceCloseConnections: true });
    await app.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', (_request, _body, done) => done(null));
      addRoutes(scope, authority);
    });
    return listenWith(app, port);
  },
  async mountBehindParser(authority, port) {
    const app = fastify({ forceCloseConnections: true });
    addRoutes(app, authority);
    return listenWith(app, port);
  },
};

function mountInHono(app: Hono, authority: Authority): Hono {
  for (const path of ['/auth/*', ...authority.wellKnownPaths])
    app.all(path, (context) =>
      authority.fetch(context.req.raw, { remoteAddress: getConnInfo(context).remote.address }),
    );
  app.get('/', (context) => context.text('the rest of the server'));
  return app;
}

async function serveWeb(fetch: Parameters<typeof serve>[0]['fetch'], port: number): Promise<MountingServer> {
  const server = serve({ fetch, port });
  await new Promise((resolve) => server.once('listening', resolve));
  return { stop: () => closed(server) };
}

const honoHost: Host = {
  name: 'Hono 4',
  mount: (authority, port) => serveWeb(mountInHono(new Hono(), authority).fetch, port),
  mountBehindParser(authority, port) {
    const app = new Hono();
    app.use(async (context, next) => {
      await context.req.text();
      await next();
    });
    return serveWeb(mountInHono(app, authority).fetch, port);
  },
};

type RouteHandler = (
  request: Request,
  context: { params: Promise<{ path?: string[] }> },
) => Response | Promise<Response>;

/** What `app/auth/[[...path]]/route.ts` exports. */
function routeModule(authority: Authority): Readonly<Record<string, RouteHandler>> {
  const handler = (request: Request) => authority.fetch(request);
  return { GET: handler, HEAD: handler, POST: handler, PUT: handler, DELETE: handler, OPTIONS: handler };
}

/** Calls the functions of a route module as Next.js does: the whole URL, and the path in `params`. */
function callRouteModule(authority: Authority, { before }: { before?: (request: Request) => unknown } = {}) {
  const route = routeModule(authority);
  return async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    const isOurs = /^\/auth(?:\/|$)/.test(pathname) || authority.wellKnownPaths.includes(pathname);
    if (!isOurs) return new Response('the rest of the server');
    await before?.(request);
    const params = Promise.resolve({ path: pathname.split('/').slice(2) });
    const handler = route[request.method];
    return handler === undefined ? new Response(null, { status: 405 }) : handler(request, { params });
  };
}

const nextHost: Host = {
  name: 'handlers with the signature of Next.js routes',
  options: { clientIp: (request) => request.headers.get('x-real-ip') ?? '127.0.0.1' },
  mount: (authority, port) => serveWeb(callRouteModule(authority), port),
  mountBehindParser: (authority, port) =>
    serveWeb(callRouteModule(authority, { before: (request) => request.text() }), port),
};

export const HOSTS: readonly Host[] = [expressHost, fastifyHost, honoHost, nextHost];
