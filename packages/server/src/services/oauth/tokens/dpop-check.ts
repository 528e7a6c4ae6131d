import { type Clock, decodeUnverifiedJwt, TokenError, UnavailableError } from 'countersign';
import { createDpopVerifier, type DpopNonces, type DpopVerifier } from 'countersign/dpop';
import { OauthError } from '../../../domain/oauth/oauth-error.js';
import type { Store } from '../../../domain/stores.js';
import { createTokenReplays } from '../../token-replays.js';
import type { DpopCheck } from '../oauth-services.js';
import { toUnavailable } from '../to-unavailable.js';

export interface DpopCheckOptions {
  readonly store: Pick<Store, 'replayedTokens'>;
  readonly nonces: DpopNonces;
  readonly clock: Clock;
}

export interface CreatedDpopCheck extends DpopCheck {
  /** Of proofs, as challenges and metadata name them. */
  readonly algorithms: readonly string[];
}

type DpopRequest = Parameters<DpopCheck['check']>[0];

/**
 * Proofs as RFC 9449 section 4.3 has them (row O23), each taken once by all processes together.
 *
 * Nonces (RFC 9449 section 8) are offered and not demanded: a proof without one is judged by its `iat`, a minute old at
 * most, and saves its client a round trip. A nonce that is there must be a fresh one of this authority: whoever sends
 * one relies on it. Answers to proofs bring the next (`withDpopNonce` in routes/oauth), so that clients which use nonces
 * have one.
 */
export function createDpopCheck({ store, nonces, clock }: DpopCheckOptions): CreatedDpopCheck {
  const shared = { replay: createTokenReplays(store.replayedTokens), clock };
  const withoutNonce = createDpopVerifier(shared);
  const withNonce = createDpopVerifier({ ...shared, nonces });
  return Object.freeze({
    algorithms: withoutNonce.algorithms,
    async check(request: DpopRequest) {
      const { proofs, required, boundTo } = request;
      if (proofs.length === 0 && !required && boundTo === null) return null;
      const verifier = claimsNonce(proofs[0]) ? withNonce : withoutNonce;
      return verify(verifier, request).catch((error: unknown) => refuse(error, nonces));
    },
  });
}

async function verify(
  verifier: DpopVerifier,
  { proofs, method, url, accessToken, boundTo }: DpopRequest,
): Promise<string> {
  const { jkt } = await verifier.verifyAsync({ proof: proofs, method, url, accessToken, boundTo });
  return jkt;
}

/** Only chooses who judges the proof: what cannot be read here is refused by either. */
function claimsNonce(unverifiedProof: string | undefined): boolean {
  try {
    const { unverifiedClaims } = decodeUnverifiedJwt(unverifiedProof ?? '');
    return Object.hasOwn(unverifiedClaims, 'nonce');
  } catch (error) {
    if (error instanceof TokenError) return false;
    throw error;
  }
}

/** The nonce belongs to its error, whatever the route adds: the client tries again with it at once (RFC 9449 section 8). */
function refuse(error: unknown, nonces: DpopNonces): never {
  if (error instanceof UnavailableError) throw toUnavailable(error);
  if (!(error instanceof TokenError)) throw error;
  if (error.code !== 'dpop_nonce_required')
    throw new OauthError('invalid_dpop_proof', undefined, { cause: error });
  throw new OauthError('use_dpop_nonce', undefined, {
    headers: { 'dpop-nonce': nonces.issue() },
    cause: error,
  });
}
