import { type Clock, TokenError, UnavailableError } from 'countersign';
import { ASAP_ALGORITHMS, createAsapVerifier, isKeyIdOwnedBy } from 'countersign/asap';
import { Refusal } from '../domain/refusal.js';
import type { Store } from '../domain/stores.js';
import { createPublishedKeySource } from './published-key-source.js';
import { hashSecret, sameText } from './secrets.js';
import { createTokenReplays } from './token-replays.js';

/** Who may publish and revoke keys over HTTP. */
export interface KeyPublishers {
  /**
   * Resolves if the bearer of the token may change this key: an administrator by the one token of the configuration,
   * or the service that the key id begins with, by an ASAP token for this authority that is signed with a key published
   * already. Each ASAP token is good for one call, whichever process it comes to (A9).
   * Refusals: token_required, invalid_token, not_key_owner, unavailable.
   */
  authorize(token: string | undefined, kid: string): Promise<void>;
}

export interface KeyPublishersOptions {
  readonly store: Pick<Store, 'publishedKeys' | 'replayedTokens'>;
  /** URL of the authority: the audience of the tokens. */
  readonly issuer: string;
  /** Null: no administrator comes in over HTTP. */
  readonly adminToken: string | null;
  readonly clock: Clock;
}

/** How far the clock of a service may be off (S14). */
const TOLERANCE_SECONDS = 30;

export function createKeyPublishers(options: KeyPublishersOptions): KeyPublishers {
  const { store, issuer, adminToken, clock } = options;
  const adminHash = adminToken === null ? null : hashSecret(adminToken);
  const verifier = createAsapVerifier({
    keys: createPublishedKeySource(store.publishedKeys),
    audience: issuer,
    issuers: null,
    // Every type of key that can be published.
    algorithms: [...ASAP_ALGORITHMS, 'EdDSA'],
    replay: createTokenReplays(store.replayedTokens),
    toleranceSeconds: TOLERANCE_SECONDS,
    clock,
  });

  return Object.freeze({
    async authorize(token: string | undefined, kid: string) {
      if (token === undefined) throw new Refusal('token_required');
      // Hashes, so that the time tells nothing about the token, not even its length.
      if (adminHash !== null && sameText(hashSecret(token), adminHash)) return;
      const caller = await verifier.verifyAsync(token).catch(toRefusal);
      if (!isKeyIdOwnedBy(kid, caller.issuer)) throw new Refusal('not_key_owner');
    },
  });
}

function toRefusal(error: unknown): never {
  if (error instanceof TokenError)
    throw new Refusal('invalid_token', { message: error.publicText, cause: error });
  if (error instanceof UnavailableError)
    throw new Refusal('unavailable', { retryAfterSeconds: error.retryAfterSeconds, cause: error });
  throw error;
}
