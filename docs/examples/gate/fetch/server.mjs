// The handlers of route.mjs without Next.js. On Bun, Deno and Workers: `export default { fetch: handle }`.
import { serve } from '@hono/node-server';
import { port, printTokens } from '../callers.mjs';
import { DELETE, GET } from './route.mjs';

const handlers = { GET, DELETE };

function handle(request) {
  const { pathname } = new URL(request.url);
  if (pathname === '/health') return new Response('ok');
  const handler = pathname.startsWith('/orders') ? handlers[request.method] : undefined;
  return handler?.(request) ?? new Response(null, { status: 404 });
}

serve({ fetch: handle, port, hostname: '127.0.0.1' }, printTokens);
