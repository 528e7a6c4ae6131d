// The gate in front of a plain listener of node:http.
import { createServer } from 'node:http';
import { createNodeGate } from 'countersign/node';
import { gate, port, printTokens } from '../callers.mjs';

const anyCaller = createNodeGate(gate); // any caller that the gate accepts
const list = anyCaller((request, response) => {
  const { kind, subject } = request.caller;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ kind, subject }));
});

const writers = createNodeGate(gate, { kinds: ['application', 'api-token'], scopes: 'orders:write' });
const remove = writers((_request, response) => {
  response.writeHead(204).end();
});

const server = createServer((request, response) => {
  if (request.url === '/health') return response.end('ok');
  if (request.method === 'GET' && request.url === '/orders') return list(request, response);
  if (request.method === 'DELETE' && request.url.startsWith('/orders/')) return remove(request, response);
  return response.writeHead(404).end();
});
server.listen(port, '127.0.0.1', printTokens);
