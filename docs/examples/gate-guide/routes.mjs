// What routes may ask of their callers, and what comes of it.
import { createGate } from 'countersign/gate';
import express from 'express';
import { accept, ask, callers } from './support.mjs';

const gate = createGate({ accept });
const app = express();
const answer = (request, response) => response.json(request.caller?.subject ?? 'nobody');

// #region rules
import { createExpressMiddleware } from 'countersign/express';

const readers = createExpressMiddleware(gate, { scopes: 'orders:read' });
const writers = createExpressMiddleware(gate, {
  kinds: ['application', 'api-token'],
  scopes: ['orders:read', 'orders:write'], // all of them
});
const billing = createExpressMiddleware(gate, { kinds: 'service', issuers: 'billing' });

app.get('/orders', readers, answer);
app.delete('/orders/:id', writers, answer);
app.post('/invoices', billing, answer);
// #endregion

// #region by-kind
const anybodyWhoMay = createExpressMiddleware(gate, {
  kinds: {
    person: {}, // people have no scopes
    application: { scopes: 'orders:read' },
    'api-token': { scopes: 'orders:read', target: ({ carrier }) => carrier.params.customer },
  }, // and no services
});
app.get('/customers/:customer/orders', anybodyWhoMay, answer);
// #endregion

// #region check
const owner = createExpressMiddleware(gate, {
  check: async (caller, { carrier }) => {
    const { issuer, subject } = await findOwner(carrier.params.id);
    return caller.issuer === issuer && caller.subject === subject; // a subject is known at its issuer only
  },
});
app.get('/orders/:id', owner, answer);
// #endregion

// #region step-up
const surely = createExpressMiddleware(gate, {
  level: 3, // several factors
  maxAuthenticationAgeSeconds: 300,
});
app.post('/refunds', surely, answer);
// #endregion

// #region modes
const anybody = createExpressMiddleware(gate, { mode: 'optional' });
app.get('/catalogue', anybody, (request, response) => {
  response.json({ prices: request.caller === undefined ? 'list' : 'yours' });
});
// #endregion

async function findOwner(_id) {
  return { issuer: callers.issuers.person, subject: 'ada@example.com' };
}

const { person, application, service, apiToken } = callers;
const read = { scopes: ['orders:read'] };
const write = { scopes: ['orders:read', 'orders:write'] };
const refund = { method: 'POST', path: '/refunds' };
const now = Math.floor(Date.now() / 1000);
const orders = (customer) => `/customers/${customer}/orders`;
const tried = [
  { path: '/orders', token: application(read) },
  { path: '/orders', token: person() },
  { method: 'DELETE', path: '/orders/1', token: application(write) },
  { method: 'DELETE', path: '/orders/1', token: application(read) },
  { method: 'POST', path: '/invoices', token: service({ issuer: 'billing' }) },
  { method: 'POST', path: '/invoices', token: service({ issuer: 'shipping' }) },
  { path: orders('c1'), token: person() },
  { path: orders('c1'), token: apiToken({ kind: 'user', target: 'c1', ...read }) },
  { path: orders('c2'), token: apiToken({ kind: 'user', target: 'c1', ...read }) },
  { path: '/orders/1', token: person({ email: 'ada@example.com' }) },
  { path: '/orders/1', token: person({ email: 'bob@example.com' }) },
  { ...refund, token: application({ acr: '3', authTime: now - 60 }) },
  { ...refund, token: application({ acr: '2', authTime: now - 600 }) },
  { path: '/catalogue' },
  { path: '/catalogue', token: person() },
  { path: '/catalogue', token: person({ expired: true }) },
];
for (const request of tried) {
  const { status, body, headers } = await ask(app, request);
  const { method = 'GET', path } = request;
  console.log(method, path, status, status === 200 ? body : (headers.get('www-authenticate') ?? ''));
}
