import fastifyJwt from '@fastify/jwt';
import createFastify from 'fastify';
import { AUDIENCE, ISSUER } from '../../workload/jwt-workload.mjs';
import { byCallback } from './door.mjs';
import { fastifyRequests } from './fastify-requests.mjs';

/**
 * `request.jwtVerify`, which is fast-jwt behind it, and decodes each token a second time. With a callback, which
 * saves it a promise, and without options of the call, with which it would build a verifier each time.
 * @param {import('../../workload/gate-workload.mjs').GateWorkload} workload
 * @param {boolean} cache
 * @returns {Promise<import('./door.mjs').Door>}
 */
export async function fastifyJwtDoor({ algorithm, publicKey, type }, cache) {
  const app = createFastify();
  const key =
    publicKey.type === 'secret'
      ? publicKey.export().toString()
      : { public: publicKey.export({ format: 'pem', type: 'spki' }).toString() };
  await app.register(fastifyJwt, {
    secret: /** @type {any} */ (key),
    verify: {
      algorithms: [/** @type {any} */ (algorithm)],
      allowedIss: ISSUER,
      allowedAud: AUDIENCE,
      requiredClaims: ['exp', 'iss', 'aud'],
      checkTyp: type,
      cache,
    },
  });
  return {
    toRequest: await fastifyRequests(app),
    ...byCallback(({ request }, next) => request.jwtVerify(undefined, next), { asynchronous: false }),
    claimsOf: ({ request }) => request.user ?? undefined,
  };
}
