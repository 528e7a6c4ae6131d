// The gate in Koa, without a router: with one, the middleware stands in front of a route in the same way.
import { callerOf, createKoaMiddleware } from 'countersign/koa';
import Koa from 'koa';
import { gate, port, printTokens } from '../callers.mjs';

const app = new Koa();
app.use((context, next) => {
  if (context.path !== '/health') return next();
  context.body = 'ok';
});

app.use(createKoaMiddleware(gate)); // from here on, any caller that the gate accepts
app.use((context, next) => {
  if (context.method !== 'GET' || context.path !== '/orders') return next();
  const { kind, subject } = callerOf(context); // it is at context.state.caller
  context.body = { kind, subject };
});

const writers = createKoaMiddleware(gate, { kinds: ['application', 'api-token'], scopes: 'orders:write' });
app.use((context, next) => {
  if (context.method !== 'DELETE' || !context.path.startsWith('/orders/')) return next();
  return writers(context, () => {
    context.status = 204;
  });
});

app.listen(port, '127.0.0.1', printTokens);
