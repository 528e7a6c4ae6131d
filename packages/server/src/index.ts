/** The authority as a library. */
export { type Authority, type AuthorityOptions, createAuthority } from './app.js';
