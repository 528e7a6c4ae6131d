/** The authority as a library: join one over a store, then listen, or mount it in another server. */
export { type Authority, type AuthorityOptions, createAuthority } from './app.js';
export { createWebHandler, type WebHandlerOptions } from './http/web-handler.js';
