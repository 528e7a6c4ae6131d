// Rules by method and path, where there is no router.
import { accept, ask, callers } from './support.mjs';

const token = callers.application({ scopes: ['orders:read'] });

// #region table
import { createGate, createRouteTable, createTableGuard } from 'countersign/gate';
import { createNodeGate } from 'countersign/node';

const table = createRouteTable([
  { methods: 'GET', path: '/health', mode: 'optional' },
  { methods: 'GET', path: '/orders/*rest', scopes: 'orders:read' },
  { methods: ['PUT', 'DELETE'], path: '/orders/:id', scopes: 'orders:write' },
  { methods: 'POST', path: '/invoices', kinds: 'service', issuers: 'billing' },
]);
const gate = createGate({ accept });
const guarded = createNodeGate(createTableGuard(gate, table));

const listener = guarded((request, response) => {
  response.end(request.caller?.subject ?? 'nobody'); // for node:http: createServer(listener)
});
// #endregion

for (const request of [
  { path: '/health' },
  { path: '/orders/1', token },
  { path: '/orders/1', method: 'DELETE', token },
  { path: '/orders/../invoices', method: 'POST', token },
  { path: '/orders%2f1', token },
  { path: '/Orders/1', token },
])
  console.log((await ask(listener, request)).status);
