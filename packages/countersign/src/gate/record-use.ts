/** Single use of tokens, where the lane asks for it: once for each request, however many guards it passes. */
import { TokenError } from '../core/errors.js';
import { checkReplaySoon } from '../jwt/check-replay.js';
import type { AcceptedToken } from './accepted-token.js';

/**
 * Throws or rejects with TokenError `token_replayed`, UnavailableError `replay_store_full`,
 * `replay_store_unavailable`.
 */
export type UseRecorder = (accepted: AcceptedToken, carrier: object | undefined) => undefined | Promise<void>;

interface Use {
  readonly issuer: string;
  readonly tokenId: string;
  readonly recorded: undefined | Promise<void>;
}

/**
 * Remembers by issuer and `jti`, never by the text of a token (row J12), and for each request what was recorded for it
 * (rows ASAP-35 and ASAP-36). Of a failure nothing is remembered: the next guard asks the store again.
 */
export function createUseRecorder(toleranceSeconds: number): UseRecorder {
  const uses = new WeakMap<object, Use>();

  return ({ lane, verified }, carrier) => {
    if (lane.replay === null) return undefined;
    const { issuer, tokenId, expiresAt } = verified.caller;
    if (tokenId === undefined) throw new TokenError('claim_missing', 'the claim jti is missing');
    const use = carrier === undefined ? undefined : uses.get(carrier);
    if (use?.issuer === issuer && use.tokenId === tokenId) return use.recorded;

    const entry = { issuer, tokenId, expiresAt: expiresAt + toleranceSeconds };
    const recorded = checkReplaySoon(lane.replay, entry);
    if (carrier !== undefined) {
      uses.set(carrier, { issuer, tokenId, recorded });
      recorded?.catch(() => uses.delete(carrier));
    }
    return recorded;
  };
}
