/**
 * countersign/asap: tokens between services (ASAP), signed with a key of the calling service and verified with what it
 * has published. The folder may import everything below tokens, and no other family.
 */
export type { Clock } from '../../core/clock.js';
export type { Logger } from '../../core/logger.js';
export type { MemoryReplayStore, MemoryReplayStoreOptions } from '../../jwt/memory-replay-store.js';
export { createMemoryReplayStore } from '../../jwt/memory-replay-store.js';
export type { ReplayEntry, ReplayStore, ReplayVerdict } from '../../jwt/replay-store.js';
export type { ParsedKeyId } from '../../keys/key-id.js';
export { findIssuerProblem, isKeyIdOwnedBy, parseKeyId } from '../../keys/key-id.js';
export type { ParsedPrivateKeyDataUri } from '../../keys/private-key-data-uri.js';
export { exportPrivateKeyDataUri, parsePrivateKeyDataUri } from '../../keys/private-key-data-uri.js';
export type { PrivateKeyDirectoryOptions } from '../../keys/private-key-directory.js';
export { createPrivateKeyDirectory } from '../../keys/private-key-directory.js';
export type { PrivateKeySource } from '../../keys/private-key-source.js';
export type { StaticPrivateKeyInput } from '../../keys/private-static-key.js';
export { createStaticPrivateKey } from '../../keys/private-static-key.js';
export type { AsapAlgorithm } from './asap-algorithms.js';
export { ASAP_ALGORITHMS } from './asap-algorithms.js';
export type {
  AsapAuthenticator,
  AsapAuthenticatorOptions,
  AsapOutcome,
} from './asap-authenticator.js';
export { createAsapAuthenticator } from './asap-authenticator.js';
export type { AsapCaller } from './asap-caller.js';
export type { AsapMode, AsapRouteOptions, AsapSettings } from './asap-settings.js';
export type {
  AsapSigner,
  AsapSignerOptions,
  AsapTokenRequest,
  AsapTokenReuseOptions,
} from './asap-signer.js';
export { createAsapSigner } from './asap-signer.js';
export type { AsapVerifier, AsapVerifierOptions } from './asap-verifier.js';
export { createAsapVerifier } from './asap-verifier.js';
export { extractBearerToken } from './bearer-token.js';
export type { AsapRefusal, AsapRefusalCode } from './refusal.js';
