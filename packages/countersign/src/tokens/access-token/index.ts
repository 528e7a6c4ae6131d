/**
 * countersign/access-token: OAuth 2.0 access tokens that are JWT. Two kinds: under a secret per token, as PyJOAT makes
 * them, and under a private key, in the profile of RFC 9068. The folder may import everything below tokens, and no
 * other family.
 */
export type { Clock } from '../../core/clock.js';
export { parseScope } from '../../jwt/scope.js';
export type { AccessTokenAlgorithm } from './access-token-algorithms.js';
export type { AccessTokenCaller } from './access-token-caller.js';
export type {
  AccessTokenCredentials,
  AccessTokenJti,
  ParsedAccessToken,
  RefusedAccessToken,
  ValidAccessToken,
} from './access-token-credentials.js';
export { credentialsOrNull } from './access-token-credentials.js';
export type {
  AccessTokenGenerator,
  AccessTokenGeneratorOptions,
  AsyncAccessTokenGenerator,
} from './access-token-generator.js';
export { createAccessTokenGenerator } from './access-token-generator.js';
export type {
  AccessTokenParser,
  AccessTokenParserOptions,
  AsyncAccessTokenParser,
  ParsingOptions,
} from './access-token-parser.js';
export { createAccessTokenParser } from './access-token-parser.js';
export type { AccessTokenRequest } from './access-token-request.js';
export type {
  AccessTokenSigner,
  AccessTokenSignerOptions,
  SignedAccessTokenRequest,
} from './access-token-signer.js';
export { createAccessTokenSigner } from './access-token-signer.js';
export type { AccessTokenVerifier, AccessTokenVerifierOptions } from './access-token-verifier.js';
export { createAccessTokenVerifier } from './access-token-verifier.js';
export type { ClientSecretOptions, DerivedSecretsOptions } from './derived-secrets.js';
export { createDerivedSecrets, deriveClientSecret } from './derived-secrets.js';
export type {
  AccessTokenSecret,
  AsyncSecretFunction,
  SecretFunction,
  SecretOptions,
  UnverifiedAccessTokenClaims,
} from './secret-function.js';
