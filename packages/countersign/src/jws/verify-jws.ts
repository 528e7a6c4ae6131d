/** Verification of compact JWS (RFC 7515): bytes out, no claims. */
import { checkOptions } from '../core/options.js';
import type { VerificationKey } from '../keys/key.js';
import type { CompactVerifierOptions, VerifiedCompact } from './compact-verifier.js';
import { compactVerifierRules, createCompactVerifier, findAlgorithmProblems } from './compact-verifier.js';
import type { JwsHeader } from './jws-header.js';

export type JwsVerifierOptions = CompactVerifierOptions;

export interface VerifiedJws {
  readonly header: JwsHeader;
  readonly payload: Uint8Array;
  /** The key that the signature holds under. */
  readonly key: VerificationKey;
}

export interface JwsVerifier {
  /**
   * Checks with keys that are at hand. Where a key would have to be fetched first, this throws `key_not_found`:
   * use {@link JwsVerifier.verifyAsync} with such sources.
   *
   * @throws {TokenError} in this order: `token_too_large`, `malformed_token`, `unsupported_critical_header`,
   * `algorithm_not_allowed`, `unexpected_token_type`, `key_not_found`, `bad_signature`.
   */
  verify(token: string): VerifiedJws;
  /**
   * Checks, fetching the key where need be, and in the thread pool where that pays.
   *
   * @throws {TokenError} as {@link JwsVerifier.verify}.
   * @throws {UnavailableError} `key_source_unavailable` when the key cannot be fetched now.
   */
  verifyAsync(token: string): Promise<VerifiedJws>;
}

/**
 * A verifier of compact JWS (RFC 7515 section 5.2). The JSON serialisations and detached payloads are refused.
 * Checks the structure, the algorithm, the type and the signature; does not look into the payload.
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createJwsVerifier(options: JwsVerifierOptions): JwsVerifier {
  const checked = checkOptions('createJwsVerifier', options, compactVerifierRules, findAlgorithmProblems);
  const verifier = createCompactVerifier(
    checked,
    (bytes, length) => new Uint8Array(bytes.subarray(0, length)),
  );
  return Object.freeze({
    verify: (token: string) => handOut(verifier.verify(token)),
    verifyAsync: async (token: string) => handOut(await verifier.verifyAsync(token)),
  });
}

function handOut({ header, payload, key }: VerifiedCompact<Uint8Array>): VerifiedJws {
  return Object.freeze({ header, payload, key });
}
