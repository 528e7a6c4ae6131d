import { describe, expect, it } from 'vitest';
import { aPublishedKey, NOW } from '../../support/store-rows.js';
import { type CurrentStores, inParallel } from '../store-conformance.js';

export function describePublishedKeys(current: CurrentStores): void {
  describe('published keys', () => {
    it('gives a key back as it was stored, to every process', async () => {
      const { store, other } = current();
      const key = aPublishedKey({ kid: 'svc/a+b.c-d_e/2', publishedAt: NOW + 0.25 });
      expect(await store.publishedKeys.find(key.kid)).toBeUndefined();
      expect(await store.publishedKeys.insertOnce(key)).toBeUndefined();
      expect(await other.publishedKeys.find(key.kid)).toEqual(key);
    });

    it('lets one of many keys have an id, and gives that one to the others', async () => {
      const key = aPublishedKey();
      const answers = await inParallel(current(), 20, (store, index) =>
        store.publishedKeys.insertOnce({ ...key, pem: `key ${index}` }),
      );
      const winner = answers.indexOf(undefined);
      const kept = { ...key, pem: `key ${winner}` };
      expect(answers.filter((answer) => answer === undefined)).toHaveLength(1);
      expect(answers.filter((answer) => answer !== undefined)).toEqual(Array(19).fill(kept));
      expect(await current().other.publishedKeys.find(key.kid)).toEqual(kept);
    });

    it('revokes a key for every process at once; the first instant stays, and the id stays taken', async () => {
      const { store, other } = current();
      const key = aPublishedKey();
      await store.publishedKeys.insertOnce(key);
      const revoked = { ...key, revokedAt: NOW + 5 };
      expect(await store.publishedKeys.revoke(key.kid, NOW + 5)).toBe(true);
      expect(await other.publishedKeys.find(key.kid)).toEqual(revoked);
      expect(await other.publishedKeys.revoke(key.kid, NOW + 9)).toBe(true);
      expect(await store.publishedKeys.insertOnce(key)).toEqual(revoked);
      expect(await store.publishedKeys.revoke('svc/unknown', NOW)).toBe(false);
    });

    it('lists in the order of ids, from after the given one, of one issuer or of all', async () => {
      const { store } = current();
      for (const [kid, issuer] of [
        ['svc/2', 'svc'],
        ['svcx/1', 'svcx'],
        ['svc', 'svc'],
        ['svc/1', 'svc'],
      ] as const)
        await store.publishedKeys.insertOnce(aPublishedKey({ kid, issuer }));
      await store.publishedKeys.revoke('svc/1', NOW);
      const kids = async (issuer: string | null, afterKid: string | null, limit: number) =>
        (await store.publishedKeys.list({ issuer, afterKid, limit })).map(({ kid }) => kid);
      expect(await kids(null, null, 10)).toEqual(['svc', 'svc/1', 'svc/2', 'svcx/1']);
      expect(await kids('svc', null, 10)).toEqual(['svc', 'svc/1', 'svc/2']);
      expect(await kids('svc', 'svc', 1)).toEqual(['svc/1']);
      expect(await kids(null, 'svc/2', 10)).toEqual(['svcx/1']);
      expect(await kids('sv', null, 10)).toEqual([]);
      expect(await kids('%', null, 10)).toEqual([]);
    });

    it.each([-1, 0, 1.5, Number.NaN])(
      'S8: refuses the limit %s rather than giving every row',
      async (limit) => {
        const { publishedKeys } = current().store;
        for (const issuer of [null, 'svc']) {
          const listed = Promise.resolve().then(() => publishedKeys.list({ issuer, afterKid: null, limit }));
          await expect(listed).rejects.toThrow(RangeError);
        }
      },
    );

    it.each([
      "' OR 1=1--",
      '%',
      '_',
      '*',
      '',
      '\0',
      'svc/1\0',
      "svc/1'; DROP TABLE published_keys; --",
      '$1',
    ])('S8: takes %j for an id like any other', async (kid) => {
      const { publishedKeys } = current().store;
      const key = aPublishedKey({ kid: 'svc/1' });
      await publishedKeys.insertOnce(key);
      expect(await publishedKeys.find(kid)).toBeUndefined();
      expect(await publishedKeys.revoke(kid, NOW)).toBe(false);
      expect(await publishedKeys.list({ issuer: kid, afterKid: null, limit: 10 })).toEqual([]);
      expect(await publishedKeys.list({ issuer: null, afterKid: null, limit: 10 })).toEqual([key]);
    });

    it('keeps keys, also revoked ones, from every purge', async () => {
      const { store } = current();
      const key = aPublishedKey({ publishedAt: 0, revokedAt: 1 });
      await store.publishedKeys.insertOnce(key);
      await store.purgeExpired(NOW, 100);
      expect(await store.publishedKeys.find(key.kid)).toEqual(key);
    });
  });
}
