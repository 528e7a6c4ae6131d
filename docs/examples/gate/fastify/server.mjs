// The gate in Fastify: a plugin for all routes of a context, a hook for one route.
import { callerOf, countersignFastify, createFastifyHook } from 'countersign/fastify';
import Fastify from 'fastify';
import { gate, port, printTokens } from '../callers.mjs';

const app = Fastify();
app.get('/health', async () => 'ok');

app.register(async (guarded) => {
  await guarded.register(countersignFastify, { gate }); // in this context, any caller that the gate accepts
  guarded.get('/orders', async (request) => {
    const { kind, subject } = callerOf(request); // it is at request.caller
    return { kind, subject };
  });

  const rules = { kinds: ['application', 'api-token'], scopes: 'orders:write' };
  const onRequest = createFastifyHook(gate, rules);
  guarded.delete('/orders/:id', { onRequest }, (_request, reply) => reply.code(204).send());
});

await app.listen({ port, host: '127.0.0.1' });
printTokens();
