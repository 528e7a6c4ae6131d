/** countersign/h3: the gate as middleware of h3, which is known by its shape only. */
export type { H3EventLike, H3Middleware } from './create-h3-middleware.js';
export { callerOf, createH3Middleware } from './create-h3-middleware.js';
