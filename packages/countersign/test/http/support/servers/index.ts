import type { Serve } from './running-server.js';
import { loadExpress4, serveExpress5 } from './serve-express.js';
import { serveFastifyHook, serveFastifyPlugin } from './serve-fastify.js';
import { serveFetch } from './serve-fetch.js';
import { serveH3 } from './serve-h3.js';
import { serveHono } from './serve-hono.js';
import { serveKoa } from './serve-koa.js';
import { serveNest } from './serve-nest.js';
import { serveNode } from './serve-node.js';

/** Every adapter that answers requests. */
export const SERVERS: readonly (readonly [name: string, load: () => Promise<Serve>])[] = [
  ['express 5', async () => serveExpress5],
  ['express 4', loadExpress4],
  ['fastify, a hook for a route', async () => serveFastifyHook],
  ['fastify, the plugin', async () => serveFastifyPlugin],
  ['koa', async () => serveKoa],
  ['nest', async () => serveNest],
  ['h3', async () => serveH3],
  ['node:http', async () => serveNode],
  // Last: their server puts a Request and a Response of its own in place of the global ones.
  ['hono', async () => serveHono],
  ['fetch', async () => serveFetch],
];
