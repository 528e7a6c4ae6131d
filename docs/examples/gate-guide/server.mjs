// Orders: every caller may look, an application may remove what its token allows.
import { readFileSync } from 'node:fs';
import { importPublicKey } from 'countersign';
import { callerOf, createExpressMiddleware } from 'countersign/express';
import { accessTokens, asap, createGate } from 'countersign/gate';
import express from 'express';

const { KEYS_URL = 'http://localhost:8090/asap/', PORT = '8091' } = process.env;
const pem = readFileSync('public-keys/login/key-1.pem', 'utf8');

const gate = createGate({
  accept: [
    asap({ audience: 'orders', issuers: ['billing'], repository: KEYS_URL }),
    accessTokens({
      issuer: 'https://login.example.com',
      audience: 'orders',
      keys: importPublicKey({ pem, algorithm: 'ES256' }), // without it, those that the issuer publishes
    }),
  ],
});

const app = express();
app.use(createExpressMiddleware(gate)); // from here on, nobody without a good token

app.get('/orders', (request, response) => {
  const { kind, subject } = callerOf(request); // the same whatever the token was
  response.json({ kind, subject });
});

const writers = createExpressMiddleware(gate, { kinds: 'application', scopes: 'orders:write' });
app.delete('/orders/:id', writers, (_request, response) => response.status(204).end());

app.listen(Number(PORT), '127.0.0.1');
