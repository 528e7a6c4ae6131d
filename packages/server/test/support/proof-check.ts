import { type Clock, TokenError } from 'countersign';
import { createDpopVerifier, createMemoryReplayStore } from 'countersign/dpop';
import { OauthError } from '../../src/domain/oauth/oauth-error.js';
import type { DpopCheck } from '../../src/services/oauth/oauth-services.js';

/** Proofs as the library verifies them, remembered by this process alone, without nonces. */
export function proofCheck(clock: Clock): DpopCheck {
  const verifier = createDpopVerifier({ replay: createMemoryReplayStore({ clock }), clock });
  return {
    async check({ proofs, required, ...presentation }) {
      if (proofs.length === 0 && !required) return null;
      const verified = await verifier
        .verifyAsync({ ...presentation, proof: proofs })
        .catch((cause: unknown) => {
          throw cause instanceof TokenError
            ? new OauthError('invalid_dpop_proof', undefined, { cause })
            : cause;
        });
      return verified.jkt;
    },
  };
}
