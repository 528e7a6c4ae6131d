import { createFastifyHook } from 'countersign/fastify';
import createFastify from 'fastify';
import { byCallback } from './door.mjs';
import { fastifyRequests } from './fastify-requests.mjs';

/** @type {import('./door.mjs').CreateDoor} */
export async function fastifyDoor(guard, settings) {
  const app = createFastify();
  app.decorateRequest('caller', null);
  const hook = createFastifyHook(guard);
  return {
    toRequest: await fastifyRequests(app),
    ...byCallback(
      ({ request, reply }, done) => hook(request, reply, done),
      settings,
      ({ reply }) => reply.sent,
    ),
    claimsOf: ({ request }) => request.caller?.claims,
  };
}
