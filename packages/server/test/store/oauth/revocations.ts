import { describe, expect, it } from 'vitest';
import type { Revocation } from '../../../src/domain/oauth/grant.js';
import { addBasics, addGrant } from '../../support/oauth-rows.js';
import { NOW } from '../../support/store-rows.js';
import { type CurrentStores, inParallel } from '../store-conformance.js';

const EXPIRES_AT = NOW + 100;
const aToken = (tokenId: string, expiresAt = EXPIRES_AT): Revocation => ({
  kind: 'token',
  tokenId,
  expiresAt,
});

export function describeRevocations(current: CurrentStores): void {
  describe('revocations', () => {
    it('gives the three kinds back as they were appended, in the order of their positions', async () => {
      const { revocations } = current().store.oauth;
      const appended: readonly Revocation[] = [
        aToken('t'),
        { kind: 'grant', grantId: 'g', expiresAt: EXPIRES_AT },
        { kind: 'subject', subject: 's', before: NOW + 0.5, expiresAt: EXPIRES_AT },
      ];
      expect(await revocations.lastPosition()).toBe(0);
      for (const revocation of appended) await revocations.append(revocation);
      const listed = await revocations.list({ after: null, nowSeconds: NOW, limit: 10 });
      expect(listed).toEqual(appended.map((revocation, index) => ({ position: index + 1, ...revocation })));
      expect(await revocations.lastPosition()).toBe(3);
    });

    it('gives what comes after a position, as much as asked for, as long as it is in force', async () => {
      const { revocations } = current().store.oauth;
      for (const [index, id] of ['a', 'b', 'c', 'd'].entries())
        await revocations.append(aToken(id, NOW + index + 1));
      const positions = async (after: number | null, nowSeconds: number, limit = 10) =>
        (await revocations.list({ after, nowSeconds, limit })).map(({ position }) => position);
      expect(await positions(null, NOW, 3)).toEqual([1, 2, 3]);
      expect(await positions(3, NOW)).toEqual([4]);
      expect(await positions(4, NOW)).toEqual([]);
      expect(await positions(null, NOW + 1.999)).toEqual([2, 3, 4]);
      expect(await positions(null, NOW + 2)).toEqual([3, 4]);
      await expect(positions(null, NOW, 0)).rejects.toThrow(RangeError);
    });

    it('never gives a position twice, also after everything was purged', async () => {
      const { store } = current();
      const { revocations } = store.oauth;
      await inParallel(current(), 50, ({ oauth }, index) => oauth.revocations.append(aToken(`t${index}`)));
      const listed = await revocations.list({ after: null, nowSeconds: NOW, limit: 100 });
      expect(listed.map(({ position }) => position)).toEqual(
        Array.from({ length: 50 }, (_, index) => index + 1),
      );
      expect(await store.purgeExpired(EXPIRES_AT, 100)).toBe(50);
      expect(await revocations.lastPosition()).toBe(50);
      await revocations.append(aToken('next', EXPIRES_AT + 1));
      expect(await revocations.list({ after: 50, nowSeconds: EXPIRES_AT, limit: 10 })).toMatchObject([
        { position: 51, tokenId: 'next' },
      ]);
    });

    it('O22: knows a token by its id, its grant, or its subject and age', async () => {
      const { revocations } = current().store.oauth;
      await revocations.append(aToken('t'));
      await revocations.append({ kind: 'grant', grantId: 'g', expiresAt: EXPIRES_AT });
      await revocations.append({ kind: 'subject', subject: 's', before: NOW, expiresAt: EXPIRES_AT });
      const token = { tokenId: null, grantId: null, subject: 'x', issuedAt: NOW };
      const isRevoked = (changes: object) => revocations.isRevoked({ ...token, ...changes });
      expect(await isRevoked({ tokenId: 't' })).toBe(true);
      expect(await isRevoked({ grantId: 'g' })).toBe(true);
      expect(await isRevoked({ subject: 's', issuedAt: NOW - 0.001 })).toBe(true);
      expect(await isRevoked({ subject: 's', issuedAt: NOW })).toBe(false);
      expect(await isRevoked({})).toBe(false);
      expect(await isRevoked({ tokenId: 'g', grantId: 't', subject: 't', issuedAt: 0 })).toBe(false);
    });

    it('O22: counts a grant as revoked as long as it is remembered', async () => {
      const { store } = current();
      const [revoked, live] = await Promise.all(
        [1, 2].map(async () => addGrant(store, await addBasics(store))),
      );
      if (revoked === undefined || live === undefined) throw new Error('two grants were made');
      await store.oauth.grants.revoke(revoked.id, NOW + 5000);
      const isRevoked = (grantId: string) =>
        store.oauth.revocations.isRevoked({ tokenId: null, grantId, subject: 's', issuedAt: NOW });
      expect(await isRevoked(revoked.id)).toBe(true);
      expect(await isRevoked(live.id)).toBe(false);
    });
  });
}
