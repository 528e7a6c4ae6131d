import { nodeRequest, nodeResponse } from '../../workload/http-requests.mjs';

/**
 * Makes what Fastify hands to a hook, the way its router does: the classes and the context of the route are taken from
 * one request that went through.
 * @param {import('fastify').FastifyInstance} app
 */
export async function fastifyRequests(app) {
  /** @type {any} */
  let route;
  app.get('/orders', {
    onRequest: (request, reply, done) => {
      const context = Object.getOwnPropertySymbols(request).find(
        ({ description }) => description === 'fastify.context',
      );
      route = { Request: request.constructor, Reply: reply.constructor, log: request.log };
      route.context = /** @type {any} */ (request)[/** @type {symbol} */ (context)];
      done();
    },
    handler: async () => 'ok',
  });
  await app.inject('/orders');
  return (/** @type {string} */ header) => {
    const raw = nodeRequest(header);
    const request = new route.Request('req-1', {}, raw, { page: '2' }, route.log, route.context);
    return { request, reply: new route.Reply(nodeResponse(raw), request, route.log) };
  };
}
