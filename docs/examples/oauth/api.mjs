// Orders: an API for whoever has an access token of the authority.
import { createServer } from 'node:http';
import { createMemoryReplayStore } from 'countersign/dpop';
import { accessTokens, createGate, createResourceMetadata, createRevocationFeed } from 'countersign/gate';
import { createNodeGate } from 'countersign/node';

const { ISSUER = 'http://localhost:8080', ORDERS = 'http://localhost:8081' } = process.env;
const { PORT = new URL(ORDERS).port, CLIENT_ID = '', CLIENT_SECRET = '' } = process.env;
const dpopAlgorithms = ['ES256', 'EdDSA'];

const metadata = createResourceMetadata({
  resource: ORDERS, // the audience of its tokens, and where it is
  authorizationServers: ISSUER,
  scopes: ['orders:read', 'orders:write'],
  dpopAlgorithms,
});
const revocations = createRevocationFeed({
  url: `${ISSUER}/revocations`,
  authorization: `Basic ${Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString('base64')}`,
});
const gate = createGate({
  accept: [accessTokens({ issuer: ISSUER, audience: ORDERS })], // keys as the issuer's metadata says
  revocation: { source: revocations, whenUnavailable: 'refuse' },
  dpop: { baseUrl: ORDERS, algorithms: dpopAlgorithms, replay: createMemoryReplayStore(), nonces: null },
  resourceMetadata: metadata.url,
});
await gate.ready();

const listOrders = createNodeGate(gate, { scopes: 'orders:read' })((request, response) => {
  const { subject, clientId, claims } = request.caller;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ orders: [], of: subject, by: clientId, actor: claims.act?.sub }));
});
const server = createServer((request, response) => {
  if (request.url === metadata.path) return response.writeHead(200, metadata.headers).end(metadata.body);
  if (request.url === '/orders') return listOrders(request, response);
  return response.writeHead(404).end();
});
server.listen(Number(PORT), '127.0.0.1');
