/** Every acceptor with its options. */
export type { AccessTokensOptions, AgeOptions } from './access-tokens.js';
export { accessTokens } from './access-tokens.js';
export type { ApiTokensOptions } from './api-tokens.js';
export { apiTokens } from './api-tokens.js';
export type { AsapAcceptorOptions } from './asap.js';
export { asap } from './asap.js';
export type { IssuerKeys, IssuerOptions } from './issuer-option.js';
export type { KeyOptions, PublicAlgorithm, PublicKeys } from './lane-keys.js';
export type { OidcOptions } from './oidc.js';
export { oidc } from './oidc.js';
export type { SecretAccessTokensOptions } from './secret-access-tokens.js';
export type { SignInApp } from './sign-in.js';
export { signIn } from './sign-in.js';
