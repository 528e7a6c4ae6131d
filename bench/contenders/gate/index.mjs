// Everybody at the door, by name; loaded on demand, so that nobody has code of others about it.

/**
 * @typedef {import('./door.mjs').Door} Door
 * @typedef {import('../../workload/gate-workload.mjs').GateWorkload} GateWorkload
 *
 * @callback OpenDoor
 * @param {GateWorkload} workload
 * @param {{ cached: boolean, atOnce: boolean }} way
 * @returns {Promise<Door>}
 */

/**
 * The gate in a framework.
 * @param {() => Promise<import('./door.mjs').CreateDoor>} load
 * @returns {OpenDoor}
 */
const adapter = (load) => async (workload, way) => {
  const { createBenchGate } = await import('./bare-gate.mjs');
  const create = await load();
  return create(createBenchGate(workload, way).guard(), { asynchronous: way.atOnce || !way.cached });
};

/** @type {Record<string, OpenDoor>} */
export const DOORS = {
  'bound: token': async (workload, { atOnce }) => {
    const { boundDoor, pooledBoundDoor } = await import('./bounds.mjs');
    return atOnce ? pooledBoundDoor(workload) : boundDoor(workload);
  },
  'bound: token, inline': async (workload) => (await import('./bounds.mjs')).boundDoor(workload),
  'bound: token, pool': async (workload) => (await import('./bounds.mjs')).pooledBoundDoor(workload),
  countersign: async (workload, way) => (await import('./bare-gate.mjs')).bareGate(workload, way),
  'countersign, rules and revocation': async (workload, way) =>
    (await import('./bare-gate.mjs')).strictBareGate(workload, way),
  'fast-jwt': async (workload, { cached }) => (await import('./fast-jwt.mjs')).fastJwt(workload, cached),
  '@fastify/jwt': async (workload, { cached }) =>
    (await import('./fastify-jwt.mjs')).fastifyJwtDoor(workload, cached),
  jose: async (workload) => (await import('./jose.mjs')).jose(workload),
  'express-oauth2-jwt-bearer': async (workload) =>
    (await import('./express-oauth2-jwt-bearer.mjs')).expressOauth2JwtBearer(workload),
  'express 5': adapter(async () => (await import('./express.mjs')).express5Door),
  'express 4': adapter(async () => (await import('./express.mjs')).express4Door),
  fastify: adapter(async () => (await import('./fastify.mjs')).fastifyDoor),
  koa: adapter(async () => (await import('./koa.mjs')).koaDoor),
  nest: adapter(async () => (await import('./nest.mjs')).nestDoor),
  'node:http': adapter(async () => (await import('./node-http.mjs')).nodeDoor),
  h3: adapter(async () => (await import('./h3.mjs')).h3Door),
  hono: adapter(async () => (await import('./hono.mjs')).honoDoor),
  fetch: adapter(async () => (await import('./fetch.mjs')).fetchDoor),
};

export const ADAPTERS = [
  'express 5',
  'express 4',
  'fastify',
  'koa',
  'nest',
  'node:http',
  'h3',
  'hono',
  'fetch',
];
