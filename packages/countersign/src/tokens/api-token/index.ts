/**
 * countersign/api-token: tokens for users of an API, whose contents a policy bounds. The folder may import everything
 * below tokens, and no other family.
 */
export type { Clock } from '../../core/clock.js';
export type {
  Authentication,
  AuthenticationRequirement,
  Level,
  LevelLadder,
  StepUpChallenge,
} from '../../jwt/level-ladder.js';
export { createLevelLadder, LEVELS } from '../../jwt/level-ladder.js';
export type { ApiJwt, ApiJwtAllowed, ApiJwtOptions, ApiJwtRequest, ApiJwtUser } from './api-jwt.js';
export { createApiJwt } from './api-jwt.js';
export type { ApiTokenAlgorithm } from './api-token-algorithms.js';
export type { ApiTokenDecoder, ApiTokenDecoderOptions } from './api-token-decoder.js';
export { createApiTokenDecoder } from './api-token-decoder.js';
export type { ApiTokenEncoder, ApiTokenEncoderOptions, EncodeRequest } from './api-token-encoder.js';
export { createApiTokenEncoder } from './api-token-encoder.js';
export type { ApiTokenKeyRing } from './api-token-key-ring.js';
export { createApiTokenKeyRing } from './api-token-key-ring.js';
export type { ApiTokenBadReason, ApiTokenOutcome } from './api-token-outcome.js';
export type { ApiTokenRecord } from './api-token-record.js';
export type { Policy } from './define-policy.js';
export { definePolicy, parsePolicy } from './define-policy.js';
export type { EnvironmentKeys, KeysFromEnvironmentOptions } from './keys-from-environment.js';
export { readKeysFromEnvironment } from './keys-from-environment.js';
export type {
  AllowedValues,
  BooleanExtra,
  DecodedExtras,
  ExtraDefinition,
  ExtraInputs,
  IntegerExtra,
  JsonExtra,
  JsonValue,
  KindOf,
  ListExtra,
  NumberExtra,
  PolicyDefinition,
  TextExtra,
} from './policy-definition.js';
export { STANDARD_EXTRAS } from './standard-extras.js';
export type { WireProfile } from './wire-profiles.js';
