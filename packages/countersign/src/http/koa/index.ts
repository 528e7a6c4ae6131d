/** countersign/koa: the gate as middleware of Koa, which is known by its shape only. */
export type { KoaContextLike, KoaGateState, KoaMiddleware } from './create-koa-middleware.js';
export { callerOf, createKoaMiddleware } from './create-koa-middleware.js';
