/** countersign/hono: the gate as middleware of Hono, which is known by its shape only. */
export type { HonoContextLike, HonoGateEnv, HonoMiddleware } from './create-hono-middleware.js';
export { callerOf, createHonoMiddleware } from './create-hono-middleware.js';
