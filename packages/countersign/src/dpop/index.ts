/**
 * countersign/dpop: proofs that whoever sends a token holds the key that it is bound to (RFC 9449). May import every
 * layer up to jwt, and knows no kind of token.
 */
export type { Clock } from '../core/clock.js';
export type { MemoryReplayStore, MemoryReplayStoreOptions } from '../jwt/memory-replay-store.js';
export { createMemoryReplayStore } from '../jwt/memory-replay-store.js';
export type { ReplayEntry, ReplayStore, ReplayVerdict } from '../jwt/replay-store.js';
export type { DpopAlgorithm } from './dpop-algorithms.js';
export type { DpopNonces, DpopNoncesOptions } from './dpop-nonces.js';
export { createDpopNonces } from './dpop-nonces.js';
export type { DpopRequest, DpopSigner, DpopSignerOptions } from './dpop-signer.js';
export { createDpopSigner } from './dpop-signer.js';
export type {
  DpopPresentation,
  DpopVerifier,
  DpopVerifierOptions,
  VerifiedDpopProof,
} from './dpop-verifier.js';
export { createDpopVerifier } from './dpop-verifier.js';
export { generateDpopKey } from './generate-dpop-key.js';
export { readKeyBinding } from './key-binding.js';
export type { ProofJwk } from './public-members.js';
