/**
 * Where the acceptors of one gate get remote keys: sources of one address are shared, all have the bounds of the
 * key sources (rows K1 to K7), and none reaches a private address unless the gate allows it (row K6).
 */
import type { AlgorithmName } from '../keys/algorithms.js';
import type { KeySource } from '../keys/key-source.js';

/** A key source that can be loaded ahead of the first token. */
export interface WarmKeySource extends KeySource {
  warmUp(): Promise<void>;
}

export interface KeyResolver {
  /** The keys of a JWK Set at `url`. */
  jwks(url: string, algorithms: readonly AlgorithmName[]): WarmKeySource;
  /**
   * The keys that the issuer publishes by its metadata (RFC 8414 or OpenID Connect Discovery), whose `issuer` must be
   * the very string.
   */
  discover(issuer: string, algorithms: readonly AlgorithmName[]): WarmKeySource;
  /** The keys of an ASAP repository; several are asked in their order. `issuers`: those that are expected, if known. */
  pemRepository(
    baseUrls: readonly string[],
    algorithms: readonly AlgorithmName[],
    issuers?: readonly string[],
  ): WarmKeySource;
}
