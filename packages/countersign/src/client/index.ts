/**
 * countersign/client: outgoing requests with a token between services (around `fetch`, as an interceptor of axios, as
 * hooks of got) or with an access token that is bound to a key (around `fetch`). May import every layer up to tokens;
 * knows axios and got by their shape only.
 */
export type { AxiosLike } from './add-asap-to-axios.js';
export { addAsapToAxios } from './add-asap-to-axios.js';
export type { GotHooks } from './asap-got-hooks.js';
export { asapGotHooks } from './asap-got-hooks.js';
export type { AsapClientOptions } from './asap-tokens.js';
export type { AsapFetch, AsapFetchOptions } from './with-asap-fetch.js';
export { withAsapFetch } from './with-asap-fetch.js';
export type { DpopFetch, DpopFetchOptions } from './with-dpop-fetch.js';
export { withDpopFetch } from './with-dpop-fetch.js';
