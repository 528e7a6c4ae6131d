import {
  importPublicKey,
  type KeyLookup,
  type KeySource,
  TokenError,
  UnavailableError,
  UsageError,
} from 'countersign';
import { type PublishedKeyStore, StoreUnavailableError } from '../domain/stores.js';

const STORE_RETRY_AFTER_SECONDS = 5;

/**
 * The published keys as a verifier sees them. Nothing is remembered: a revoked key is gone for the next token, also if
 * another process revoked it (K8). Rejects with TokenError `key_not_found`, UnavailableError `key_source_unavailable`.
 */
export function createPublishedKeySource(publishedKeys: Pick<PublishedKeyStore, 'find'>): KeySource {
  return Object.freeze({
    peek: () => undefined,
    async resolve({ kid, algorithm }: KeyLookup) {
      const key = kid === undefined ? undefined : await publishedKeys.find(kid).catch(toUnavailable);
      if (kid === undefined || key === undefined || key.revokedAt !== null) {
        throw new TokenError('key_not_found', 'no usable key is published under this key id');
      }
      try {
        return importPublicKey({ algorithm, kid, pem: key.pem });
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        throw new TokenError('key_not_found', `the key published under this key id is not for ${algorithm}`);
      }
    },
  });
}

function toUnavailable(error: unknown): never {
  if (!(error instanceof StoreUnavailableError)) throw error;
  throw new UnavailableError('key_source_unavailable', 'the store of published keys cannot answer', {
    retryAfterSeconds: STORE_RETRY_AFTER_SECONDS,
    cause: error,
  });
}
