// A service that other services call: it answers who is calling.
import { createServer } from 'node:http';
import { createPemRepository } from 'countersign';
import { createAsapAuthenticator, createMemoryReplayStore } from 'countersign/asap';

const { KEYS_URL = 'http://localhost:8090/asap/', PORT = '8091' } = process.env;

const asap = createAsapAuthenticator({
  keys: createPemRepository({ baseUrl: KEYS_URL, allowHttpLoopback: true }), // https anywhere else
  audience: 'orders', // who we are: a token for somebody else is refused
  issuers: ['billing', 'shipping'], // who may come in; null for every service with a published key
  replay: createMemoryReplayStore(), // each token once; null takes a token until it expires
});

const server = createServer(async (request, response) => {
  const found = await asap.authenticate(request.headers.authorization);
  if (found.outcome === 'refused') {
    response.writeHead(found.status, found.headers).end(found.body);
    return;
  }
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ caller: found.caller.issuer, keyId: found.caller.keyId }));
});
server.listen(Number(PORT), '127.0.0.1');
