/** countersign/express: the gate as middleware of Express 4 and 5, which is known by its shape only. */
export { callerOf } from '../shared/caller-of.js';
export type { ExpressCarrier, ExpressMiddleware, ExpressRequestLike } from './create-express-middleware.js';
export { createExpressMiddleware } from './create-express-middleware.js';
