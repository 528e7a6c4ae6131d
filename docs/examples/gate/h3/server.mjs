// The gate in h3, version 2, which Nitro and Nuxt are built on.
import { callerOf, createH3Middleware } from 'countersign/h3';
import { H3, noContent, serve } from 'h3';
import { gate, port, printTokens } from '../callers.mjs';

const app = new H3();
app.get('/health', () => 'ok');

app.use('/orders/**', createH3Middleware(gate)); // any caller that the gate accepts
app.get('/orders', (event) => {
  const { kind, subject } = callerOf(event); // it is at event.context.caller
  return { kind, subject };
});

const writers = createH3Middleware(gate, { kinds: ['application', 'api-token'], scopes: 'orders:write' });
app.delete('/orders/:id', () => noContent(), { middleware: [writers] });

await serve(app, { port, hostname: '127.0.0.1', silent: true }).ready();
printTokens();
