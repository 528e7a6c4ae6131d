import type { AddressInfo } from 'node:net';
import { countersignFastify, createFastifyHook } from 'countersign/fastify';
import type { Caller } from 'countersign/gate';
import type { FastifyInstance } from 'fastify';
import createFastify from 'fastify';
import type { RunningServer, Serve } from './running-server.js';
import { answerFor, corsHeaders, eachDoor } from './running-server.js';

declare module 'fastify' {
  interface FastifyRequest {
    caller?: Caller | null | undefined;
  }
}

function createApp(): FastifyInstance {
  const app = createFastify({ exposeHeadRoutes: false });
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(corsHeaders(request.headers.origin));
  });
  return app;
}

async function start(app: FastifyInstance): Promise<RunningServer> {
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
}

/** A hook for each route. */
export const serveFastifyHook: Serve = async (doors, visit) => {
  const app = createApp();
  app.decorateRequest('caller', null);
  for (const [name, { gate, rules }] of eachDoor(doors)) {
    app.all(`/${name}`, { onRequest: createFastifyHook(gate, rules) }, async (request) => {
      visit(request.caller ?? undefined);
      return answerFor(request.caller);
    });
  }
  return start(app);
};

/** A context for each route, with the plugin in it. */
export const serveFastifyPlugin: Serve = async (doors, visit) => {
  const app = createApp();
  for (const [name, { gate, rules }] of eachDoor(doors)) {
    await app.register(async (context) => {
      await context.register(countersignFastify, { gate, rules });
      context.all(`/${name}`, async (request) => {
        visit(request.caller ?? undefined);
        return answerFor(request.caller);
      });
    });
  }
  return start(app);
};
