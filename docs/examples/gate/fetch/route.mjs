// The gate in front of web-standard handlers. This file is a route handler of Next.js: app/orders/[[...id]]/route.js
import { createFetchGate } from 'countersign/fetch';
import { gate } from '../callers.mjs';

const anyCaller = createFetchGate(gate); // any caller that the gate accepts
export const GET = anyCaller((_request, caller) => {
  const { kind, subject } = caller;
  return Response.json({ kind, subject });
});

const writers = createFetchGate(gate, { kinds: ['application', 'api-token'], scopes: 'orders:write' });
export const DELETE = writers(() => new Response(null, { status: 204 }));
