/** A key source over a set of keys that is loaded as a whole and kept for a while (rows K1 to K3). */
import { TokenError, UnavailableError } from '../core/errors.js';
import { createAttempts, retryAfterSeconds } from './attempts.js';
import type { VerificationKey } from './key.js';
import { KeyRetrievalError } from './key-retrieval-error.js';
import type { KeySetSettings } from './key-set-options.js';
import type { KeyLookup, KeySource } from './key-source.js';
import type { RemoteKeySet } from './remote-key-set.js';
import type { Loaded } from './remote-value.js';
import { createRemoteValue } from './remote-value.js';

export interface KeySetSource extends KeySource {
  /**
   * Fetches the set now, cool-down or not.
   * @throws UnavailableError key_source_unavailable; the keys known before stay in use
   */
  refetch(): Promise<void>;
  /**
   * Fetches the set where none is at hand.
   * @throws UnavailableError key_source_unavailable
   */
  warmUp(): Promise<void>;
  /**
   * The usable public keys, fetched if need be.
   * @throws UnavailableError key_source_unavailable
   */
  document(): Promise<RemoteKeySet['document']>;
}

/**
 * @param name of the set, as messages call it
 * @param load must not reject
 */
export function createKeySetSource(
  settings: KeySetSettings,
  name: string,
  load: () => Promise<Loaded<RemoteKeySet>>,
): KeySetSource {
  const attempts = createAttempts(settings.clock, settings.cooldownSeconds);
  const keySet = createRemoteValue({ ...settings, attempts, restSeconds: settings.cooldownSeconds, load });
  const unavailable = (cause: KeyRetrievalError) => {
    const details = { retryAfterSeconds: retryAfterSeconds(attempts), cause };
    return new UnavailableError('key_source_unavailable', cause.message, details);
  };
  const current = async (): Promise<RemoteKeySet> => {
    const atHand = keySet.atHand();
    if (atHand !== undefined) return atHand;
    const failure = await keySet.loadIfDue();
    const usable = keySet.usable();
    if (usable !== undefined) return usable;
    throw unavailable(failure ?? new KeyRetrievalError('bad_answer', `${name} was not fetched`));
  };

  return Object.freeze({
    algorithms: settings.algorithms,
    peek: (lookup: KeyLookup) => keySet.atHand()?.find(lookup),
    async resolve(lookup: KeyLookup): Promise<VerificationKey> {
      const known = keySet.atHand()?.find(lookup);
      if (known !== undefined) return known;
      const kept = keySet.keptWhileFailing()?.find(lookup);
      const loading = keySet.loadIfDue();
      if (kept !== undefined) return kept;
      const failure = await loading;
      const key = keySet.usable()?.find(lookup);
      if (key !== undefined) return key;
      if (failure !== undefined) throw unavailable(failure);
      throw new TokenError('key_not_found', `${name} has no one key of that id for that algorithm`);
    },
    async refetch(): Promise<void> {
      const failure = await keySet.load();
      if (failure !== undefined) throw unavailable(failure);
    },
    async warmUp(): Promise<void> {
      await current();
    },
    document: async () => (await current()).document,
  });
}
