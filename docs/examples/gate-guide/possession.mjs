// Tokens that are bound to a key of their holder (DPoP), and the metadata that says so.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { importSecret } from 'countersign';
import { createExpressMiddleware } from 'countersign/express';
import express from 'express';
import { accept, callers } from './support.mjs';

const app = express();
const server = createServer(app).listen(0, '127.0.0.1');
await once(server, 'listening');
const BASE_URL = `http://127.0.0.1:${server.address().port}`;
const secret = importSecret({ algorithm: 'HS256', secret: 'x'.repeat(32) });

// #region metadata
import { createResourceMetadata } from 'countersign/gate';

const metadata = createResourceMetadata({
  resource: 'https://orders.example.com', // the audience of its tokens
  authorizationServers: 'https://auth.example.com',
  scopes: ['orders:read', 'orders:write'],
  dpopAlgorithms: ['ES256'],
});
app.get(metadata.path, (_request, response) => {
  response.writeHead(metadata.status, metadata.headers).end(metadata.body); // in front of the gate: it is public
});

// #endregion

// #region dpop
import { createDpopNonces, createMemoryReplayStore } from 'countersign/dpop';
import { createGate } from 'countersign/gate';

const gate = createGate({
  accept,
  dpop: {
    baseUrl: BASE_URL, // https://orders.example.com, as clients call it
    algorithms: ['ES256'],
    replay: createMemoryReplayStore(), // each proof once
    nonces: createDpopNonces({ secret }), // null, the default, does without
    required: false, // the default: tokens that are bound to no key may come in without a proof
  },
  resourceMetadata: metadata.url,
});
// #endregion

app.use(createExpressMiddleware(gate));
app.get('/orders', (request, response) => response.json(request.caller.subject));
let token;

// #region client
import { withDpopFetch } from 'countersign/client';
import { createDpopSigner, generateDpopKey } from 'countersign/dpop';

const signer = createDpopSigner({ key: generateDpopKey() });
const callOrders = withDpopFetch(fetch, { signer, accessToken: () => token });
// #endregion

token = callers.application({ claims: { cnf: { jkt: signer.thumbprint } } });
const asBearer = { headers: { authorization: `Bearer ${token}` } };
console.log((await callOrders(`${BASE_URL}/orders`)).status);
console.log((await fetch(`${BASE_URL}/orders`, asBearer)).status);
const nobody = await fetch(`${BASE_URL}/orders`);
console.log(nobody.status, nobody.headers.get('www-authenticate'));
console.log((await (await fetch(BASE_URL + metadata.path)).json()).resource);
server.close();
