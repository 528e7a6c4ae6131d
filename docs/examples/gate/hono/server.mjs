// The gate in Hono, here on Node; on Bun, Deno and Workers the app is the same.
import { serve } from '@hono/node-server';
import { createHonoMiddleware } from 'countersign/hono';
import { Hono } from 'hono';
import { gate, port, printTokens } from '../callers.mjs';

const app = new Hono(); // with TypeScript: new Hono<HonoGateEnv>()
app.get('/health', (context) => context.text('ok'));

app.use(createHonoMiddleware(gate)); // from here on, any caller that the gate accepts
app.get('/orders', (context) => {
  const { kind, subject } = context.get('caller');
  return context.json({ kind, subject });
});

const writers = createHonoMiddleware(gate, { kinds: ['application', 'api-token'], scopes: 'orders:write' });
app.delete('/orders/:id', writers, (context) => context.body(null, 204));

serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, printTokens);
