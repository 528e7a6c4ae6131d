// A service that calls another one, and proves with each request who it is.
import { createServer } from 'node:http';
import { createAsapSigner, createPrivateKeyDirectory } from 'countersign/asap';
import { withAsapFetch } from 'countersign/client';

const { ORDERS_URL = 'http://localhost:8091/', PRIVATE_KEYS = 'private-keys', PORT = '8092' } = process.env;

const signer = createAsapSigner({
  issuer: 'billing',
  keys: createPrivateKeyDirectory({ root: PRIVATE_KEYS }), // private-keys/billing/*.pem, the last name signs
  algorithm: 'ES256',
});
const callOrders = withAsapFetch({ signer, audience: 'orders' });

const server = createServer(async (_request, response) => {
  try {
    const answer = await callOrders(ORDERS_URL);
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: answer.status, answer: await answer.text() }));
  } catch (error) {
    console.error(error.message); // no key to sign with, or nobody answers
    response.writeHead(503).end();
  }
});
server.listen(Number(PORT), '127.0.0.1');
