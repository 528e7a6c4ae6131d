import { describe, expect, it } from 'vitest';
import { aHash, NOW } from '../../support/store-rows.js';
import { type CurrentStores, inParallel } from '../store-conformance.js';

const aUse = (changes: { issuer?: string; tokenHash?: string; expiresAt?: number } = {}) => ({
  issuer: 'svc',
  tokenHash: aHash(),
  expiresAt: NOW + 60,
  ...changes,
});

export function describeReplayedTokens(current: CurrentStores): void {
  describe('replayed tokens', () => {
    it('A9: has seen a token once it was used, in every process', async () => {
      const { store, other } = current();
      const use = aUse();
      expect(await store.replayedTokens.insertOnce(use)).toBe('inserted');
      expect(await store.replayedTokens.insertOnce(use)).toBe('seen');
      expect(await other.replayedTokens.insertOnce({ ...use, expiresAt: NOW + 3600 })).toBe('seen');
      expect(await other.replayedTokens.insertOnce(aUse())).toBe('inserted');
    });

    it('A9: keeps the ids of one issuer apart from those of another', async () => {
      const { store, other } = current();
      const use = aUse();
      expect(await store.replayedTokens.insertOnce(use)).toBe('inserted');
      for (const issuer of ['svc2', 'sv', 'SVC', "' OR 1=1--", '%'])
        expect(await other.replayedTokens.insertOnce({ ...use, issuer })).toBe('inserted');
    });

    it('A10: lets one of many uses at once be the first', async () => {
      const use = aUse();
      const answers = await inParallel(current(), 50, (store) => store.replayedTokens.insertOnce(use));
      expect(answers.toSorted()).toEqual(['inserted', ...Array(49).fill('seen')]);
    });

    it('A9: forgets a token when it has expired, the moment it has, and no other', async () => {
      const { store, other } = current();
      const [ending, lasting] = [aUse({ expiresAt: NOW + 10.5 }), aUse({ expiresAt: NOW + 11 })];
      for (const use of [ending, lasting]) await store.replayedTokens.insertOnce(use);
      expect(await other.purgeExpired(NOW + 10.4, 100)).toBe(0);
      expect(await store.replayedTokens.insertOnce(ending)).toBe('seen');
      expect(await other.purgeExpired(NOW + 10.5, 100)).toBe(1);
      expect(await store.replayedTokens.insertOnce(ending)).toBe('inserted');
      expect(await store.replayedTokens.insertOnce(lasting)).toBe('seen');
    });

    it('A9: remembers 1,001 tokens later', async () => {
      const { store, other } = current();
      const use = aUse();
      await store.replayedTokens.insertOnce(use);
      await inParallel(current(), 1000, (each) => each.replayedTokens.insertOnce(aUse()));
      expect(await other.replayedTokens.insertOnce(use)).toBe('seen');
    });
  });
}
