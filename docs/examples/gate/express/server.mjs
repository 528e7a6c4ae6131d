// The gate in Express 5. With Express 4 every line is the same.
import { callerOf, createExpressMiddleware } from 'countersign/express';
import express from 'express';
import { gate, port, printTokens } from '../callers.mjs';

const app = express();
app.get('/health', (_request, response) => response.send('ok'));

app.use(createExpressMiddleware(gate)); // from here on, any caller that the gate accepts
app.get('/orders', (request, response) => {
  const { kind, subject } = callerOf(request); // it is at request.caller
  response.json({ kind, subject });
});

const writers = createExpressMiddleware(gate, {
  kinds: ['application', 'api-token'],
  scopes: 'orders:write',
});
app.delete('/orders/:id', writers, (_request, response) => response.status(204).end());

app.listen(port, '127.0.0.1', (error) => {
  if (error) throw error; // Express 5 tells it here that the port is taken
  printTokens();
});
