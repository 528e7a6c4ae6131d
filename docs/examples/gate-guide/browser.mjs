// Browsers: a token in a cookie, and requests of other origins.
import express from 'express';
import { accept, ask, callers } from './support.mjs';

const OWN_ORIGIN = 'https://orders.example.com';
const app = express();

// #region cookie
import { createExpressMiddleware } from 'countersign/express';
import { createGate } from 'countersign/gate';

const gate = createGate({ accept, cookie: '__Host-token' }); // set with Secure, HttpOnly, SameSite=Lax, Path=/

app.use((request, response, next) => {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const origin = request.get('origin') ?? OWN_ORIGIN; // browsers name it with everything but reads
  if (isRead || origin === OWN_ORIGIN) next();
  else response.status(403).end();
});
app.use(createExpressMiddleware(gate));

// #endregion

// #region cors
import { createFetchGate } from 'countersign/fetch';

const guarded = createFetchGate(createGate({ accept, letPreflightPass: true }), undefined, {
  preflight: () =>
    new Response(null, {
      status: 204,
      headers: {
        'access-control-allow-origin': 'https://shop.example.com',
        'access-control-allow-headers': 'authorization',
      },
    }),
});
// #endregion

app.all('/orders', (request, response) => response.json(request.caller.subject));

const cookie = `theme=dark; __Host-token=${callers.person()}`;
const evil = { cookie, origin: 'https://evil.example' };
for (const request of [
  { headers: { cookie } },
  { headers: { cookie }, token: callers.person() },
  { method: 'POST', headers: { cookie, origin: OWN_ORIGIN } },
  { method: 'POST', headers: evil },
])
  console.log((await ask(app, { path: '/orders', ...request })).status);

const handle = guarded((_request, caller) => Response.json(caller.subject));
const headers = { origin: 'https://shop.example.com', 'access-control-request-method': 'GET' };
const url = 'https://orders.example.com/';
console.log((await handle(new Request(url, { method: 'OPTIONS', headers }))).status);
console.log((await handle(new Request(url, { method: 'OPTIONS' }))).status);
