/**
 * countersign/sign-in: e-mail sign-in, for servers. Start a sign-in, verify the ID tokens that come back, refresh and
 * log out, at an authority that speaks the API of justauthenticate.me. The folder may import everything below tokens;
 * browser.ts and what it reaches import nothing from Node.
 */
export type { Clock } from '../../core/clock.js';
export type { Jwk } from '../../keys/jwk.js';
export type { FetchAnswer, FetchFunction, FetchInit } from '../../keys/remote-fetch.js';
export type { IdTokenAlgorithm } from './id-token-keys.js';
export type { DeliveredTokens, SignInApi, StartedSignIn } from './sign-in-api.js';
export type { SignInClient, SignInClientOptions } from './sign-in-client.js';
export { createSignInClient } from './sign-in-client.js';
export type { SignInConnectionOptions } from './sign-in-connection.js';
export type { SignInErrorReason } from './sign-in-error.js';
export { SignInError } from './sign-in-error.js';
export type { PersonDetails, RemotelyVerifiedPerson, SignedInPerson } from './signed-in-person.js';
