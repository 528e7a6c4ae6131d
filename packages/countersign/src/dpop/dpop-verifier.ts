/** Verification of DPoP proofs (RFC 9449). */
import { createHash } from 'node:crypto';
import type { Clock } from '../core/clock.js';
import { systemClock } from '../core/clock.js';
import { TokenError } from '../core/errors.js';
import { aFunction, aNonEmptyString, nullOr, numberFrom } from '../core/option-rules.js';
import type { OptionRules, ValueRule } from '../core/options.js';
import { checkOptions, optional, required } from '../core/options.js';
import { checkReplay } from '../jwt/check-replay.js';
import type { ReplayEntry, ReplayStore } from '../jwt/replay-store.js';
import { isReplayStore } from '../jwt/replay-store.js';
import { publicAlgorithmNames } from '../keys/public-algorithms.js';
import type { DpopAlgorithm } from './dpop-algorithms.js';
import { DPOP_ALGORITHMS, headerNamesOf } from './dpop-algorithms.js';
import type { DpopNonces } from './dpop-nonces.js';
import type { CheckedClaims } from './proof-claims.js';
import { createProofRules } from './proof-claims.js';
import { createProofReader } from './proof-reader.js';
import type { ProofJwk } from './public-members.js';
import { normaliseTarget } from './request-target.js';

export interface DpopVerifierOptions {
  /** Accepted algorithms. Default: ES, EdDSA (Ed25519), PS and RS. Never HMAC. */
  readonly algorithms?: readonly DpopAlgorithm[] | undefined;
  /**
   * Where proofs are remembered so that none is taken twice. Verifiers that share a store must have the same clock, age
   * and tolerance.
   */
  readonly replay: ReplayStore;
  /** How old a proof may be by its `iat`, from 1 to 3600. Default 60. */
  readonly maxAgeSeconds?: number | undefined;
  /** How far clocks may differ, from 0 to 300: applied to `iat` both ways. Default 5. */
  readonly toleranceSeconds?: number | undefined;
  /** Demands that proofs hold a nonce of this server; null does without. Default null. */
  readonly nonces?: DpopNonces | null | undefined;
  readonly clock?: Clock | undefined;
}

/** A request with its proof. Policy is required: `null` is the only way to say that there is none. */
export interface DpopPresentation {
  /** Every value of the header field `DPoP`: there must be exactly one. */
  readonly proof: readonly string[];
  readonly method: string;
  /** The absolute URL that the client called, so one that is not taken from `Host` unless that is trusted. */
  readonly url: string;
  /** The access token that the request carries; null at a token endpoint. */
  readonly accessToken: string | null;
  /** The thumbprint that the access token, the refresh token or the code is bound to; null where nothing is bound yet. */
  readonly boundTo: string | null;
}

/** Frozen. */
export interface VerifiedDpopProof {
  /** RFC 7638 thumbprint of the key, SHA-256: for `cnf` of the tokens that are bound to it. */
  readonly jkt: string;
  /** The public key, its required members only. */
  readonly jwk: ProofJwk;
  /** `jti`. */
  readonly tokenId: string;
}

export interface DpopVerifier {
  /** As challenges name them: `ES256`, `EdDSA`. */
  readonly algorithms: readonly string[];
  /**
   * Checks a proof, and records that it was used. Refuses an access token that is bound to no key.
   *
   * @throws {TokenError} `dpop_proof_invalid` for a missing or second proof, and for whatever speaks against the proof,
   * in this order: structure, key, signature, claims (`iat`, `jti`, `htm`, `htu`, `ath`, whom the token is bound to),
   * use before. What a verifier of tokens would have said is its `cause`. `dpop_nonce_required`, after the claims and
   * before the use is recorded.
   * @throws {UnavailableError} `replay_store_full`, `replay_store_unavailable`.
   * @throws {UsageError} `invalid_options` for a presentation of another shape.
   */
  verifyAsync(presentation: DpopPresentation): Promise<VerifiedDpopProof>;
}

const DEFAULT_MAX_AGE_SECONDS = 60;
const DEFAULT_TOLERANCE_SECONDS = 5;

const noncesRule: ValueRule = (value) =>
  typeof value === 'object' && value !== null && 'issue' in value && 'accepts' in value
    ? undefined
    : 'must be nonces made by createDpopNonces';

export const dpopVerifierRules: OptionRules<DpopVerifierOptions> = {
  algorithms: optional(publicAlgorithmNames),
  replay: required((value) =>
    isReplayStore(value) ? undefined : 'must be a replay store: an object with insertOnce',
  ),
  maxAgeSeconds: optional(numberFrom(1, 3600, 'seconds')),
  toleranceSeconds: optional(numberFrom(0, 300, 'seconds')),
  nonces: optional(nullOr(noncesRule)),
  clock: optional(aFunction),
};

const presentationRules: OptionRules<DpopPresentation> = {
  proof: required((value) =>
    Array.isArray(value) && value.every((item) => typeof item === 'string')
      ? undefined
      : 'must be an array of strings: every value of the header field',
  ),
  method: required(aNonEmptyString),
  url: required((value) =>
    typeof value === 'string' && /^https?:\/\//i.test(value) ? undefined : 'must be an absolute URL',
  ),
  accessToken: required(nullOr(aNonEmptyString)),
  boundTo: required(nullOr(aNonEmptyString)),
};

/**
 * A verifier of DPoP proofs: every check of RFC 9449 section 4.3. Always checks `iat`, also where a nonce tells the
 * age. Does not check: the access token, and whether a bound token came with a proof at all ({@link readKeyBinding}).
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createDpopVerifier(options: DpopVerifierOptions): DpopVerifier {
  const checked = checkOptions('createDpopVerifier', options, dpopVerifierRules);
  const { replay, nonces = null, clock = systemClock } = checked;
  const maxAgeSeconds = checked.maxAgeSeconds ?? DEFAULT_MAX_AGE_SECONDS;
  const toleranceSeconds = checked.toleranceSeconds ?? DEFAULT_TOLERANCE_SECONDS;
  const algorithms = Object.freeze([...(checked.algorithms ?? DPOP_ALGORITHMS)]);
  const reader = createProofReader(algorithms);
  const checkClaims = createProofRules({ maxAgeSeconds, toleranceSeconds });
  const forgetAfter = maxAgeSeconds + toleranceSeconds;

  async function verify(presentation: DpopPresentation): Promise<VerifiedDpopProof> {
    const { proof, method, url, accessToken, boundTo } = presentation;
    const [only] = proof;
    if (only === undefined || proof.length > 1) {
      throw new TokenError('dpop_proof_invalid', `there must be one DPoP header field, not ${proof.length}`);
    }
    const opened = await reader.open(only);
    const { thumbprint, jwk } = opened.key;
    const request = { method, target: normaliseTarget(url), accessToken, boundTo };
    const claims = checkClaims(opened.claims, thumbprint, request, clock());
    if (nonces !== null) checkNonce(nonces, claims.nonce);
    await checkReplay(replay, entryOf(thumbprint, claims, forgetAfter));
    reader.remember(opened);
    return Object.freeze({ jkt: thumbprint, jwk, tokenId: claims.tokenId });
  }

  return Object.freeze({
    algorithms: headerNamesOf(algorithms),
    async verifyAsync(presentation: DpopPresentation) {
      const sound = checkOptions('verifyAsync', presentation, presentationRules);
      try {
        return await verify(sound);
      } catch (error) {
        throw asProofError(error);
      }
    },
  });
}

function checkNonce(nonces: DpopNonces, nonce: unknown): void {
  if (typeof nonce === 'string' && nonces.accepts(nonce) === true) return;
  throw new TokenError('dpop_nonce_required', 'the proof holds no fresh nonce of this server');
}

/**
 * An entry of its own for each key and target. The issuer is the URI of the thumbprint (RFC 9278), which no issuer of
 * tokens has, so one store may serve both. A proof is still taken at the very end of its age: hence one second more.
 */
function entryOf(thumbprint: string, claims: CheckedClaims, forgetAfter: number): ReplayEntry {
  const { tokenId, target, issuedAt } = claims;
  const use = `${tokenId.length}:${tokenId}${target}`;
  return {
    issuer: `urn:ietf:params:oauth:jwk-thumbprint:sha-256:${thumbprint}`,
    tokenId: createHash('sha256').update(use).digest('base64url'),
    expiresAt: issuedAt + forgetAfter + 1,
  };
}

/** What is wrong with a proof is nothing that is wrong with the token. */
function asProofError(error: unknown): unknown {
  if (!(error instanceof TokenError)) return error;
  if (error.code === 'dpop_proof_invalid' || error.code === 'dpop_nonce_required') return error;
  return new TokenError('dpop_proof_invalid', `the proof is refused: ${error.message}`, { cause: error });
}
