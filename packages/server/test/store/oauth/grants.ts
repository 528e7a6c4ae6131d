import { describe, expect, it } from 'vitest';
import {
  addBasics,
  addGrant,
  aGrant,
  aRefresh,
  authenticationOf,
  OFFLINE,
  revokedGrantIds,
} from '../../support/oauth-rows.js';
import { NOW } from '../../support/store-rows.js';
import { type CurrentStores, inParallel } from '../store-conformance.js';

export function describeGrants(current: CurrentStores): void {
  describe('grants', () => {
    it('gives a grant back as it was stored, of a person or of the client itself', async () => {
      const { store } = current();
      const { clientId, session } = await addBasics(store);
      const ofPerson = aGrant(clientId, session, { nonce: 'n', dpopJkt: 'jkt', access: OFFLINE });
      const ofClient = aGrant(clientId, null, { idleExpiresAt: null, createdAt: NOW + 0.5 });
      for (const grant of [ofPerson, ofClient]) {
        expect(await store.oauth.grants.insert(grant)).toBe(true);
        expect(await store.oauth.grants.find(grant.id)).toEqual(grant);
      }
      expect(ofPerson.authentication).toEqual(authenticationOf(session));
    });

    it('moves the family on by one, to a new idle end', async () => {
      const { store } = current();
      const grant = await addGrant(store, await addBasics(store));
      const rotated = { ...grant, generation: 1, rotatedAt: NOW + 10, idleExpiresAt: NOW + 110 };
      expect(await store.oauth.grants.rotate(aRefresh(grant))).toEqual({
        outcome: 'rotated',
        grant: rotated,
      });
      expect(await store.oauth.grants.find(grant.id)).toEqual(rotated);
      const again = aRefresh(rotated, { nowSeconds: NOW + 20 });
      expect(await store.oauth.grants.rotate(again)).toMatchObject({
        outcome: 'rotated',
        grant: { generation: 2 },
      });
    });

    it('O16: refreshes until just before the idle end and the end of the family', async () => {
      const { store } = current();
      const basics = await addBasics(store);
      const at = async (nowSeconds: number, ends: { idleExpiresAt: number | null; expiresAt: number }) => {
        const grant = await addGrant(store, basics, ends);
        return (await store.oauth.grants.rotate(aRefresh(grant, { nowSeconds }))).outcome;
      };
      const [idle, family] = [
        { idleExpiresAt: NOW + 50, expiresAt: NOW + 99 },
        { idleExpiresAt: NOW + 99, expiresAt: NOW + 50 },
      ];
      for (const ends of [idle, family]) {
        expect(await at(NOW + 49.999, ends)).toBe('rotated');
        expect(await at(NOW + 50, ends)).toBe('gone');
      }
      expect(await at(NOW, { idleExpiresAt: null, expiresAt: NOW + 99 })).toBe('gone');
    });

    it('O16: refreshes nothing for another client, nor an unknown, a later or a revoked one', async () => {
      const { store } = current();
      const [mine, other] = [await addBasics(store), await addBasics(store)];
      const { grants } = store.oauth;
      const grant = await addGrant(store, mine);
      const gone = { outcome: 'gone' };
      expect(await grants.rotate(aRefresh(grant, { clientId: other.clientId }))).toEqual(gone);
      expect(await grants.rotate(aRefresh(grant, { id: 'unknown' }))).toEqual(gone);
      expect(await grants.rotate(aRefresh(grant, { generation: 1 }))).toEqual(gone);
      expect(await grants.find(grant.id)).toEqual(grant);
      expect(await grants.revoke(grant.id, NOW + 1)).toBe(true);
      expect(await grants.rotate(aRefresh(grant))).toEqual(gone);
    });

    it('O13: tells the parent the same as long as the grace lasts, and not a moment longer', async () => {
      const { store } = current();
      const basics = await addBasics(store);
      const { grants } = store.oauth;
      const [retried, stolen] = [await addGrant(store, basics), await addGrant(store, basics)];
      for (const grant of [retried, stolen]) await grants.rotate(aRefresh(grant));
      const retry = await grants.rotate(
        aRefresh(retried, { nowSeconds: NOW + 20, idleExpiresAt: NOW + 500 }),
      );
      const head = { generation: 1, rotatedAt: NOW + 10, idleExpiresAt: NOW + 110, revokedAt: null };
      expect(retry).toMatchObject({ outcome: 'repeated', grant: head });
      expect(await revokedGrantIds(store)).toEqual([]);

      const reuse = await grants.rotate(aRefresh(stolen, { nowSeconds: NOW + 20.001 }));
      expect(reuse).toMatchObject({ outcome: 'reused', grant: { generation: 1, revokedAt: NOW + 20.001 } });
      expect(await revokedGrantIds(store)).toEqual([stolen.id]);
      const live = aRefresh({ ...stolen, generation: 1 }, { nowSeconds: NOW + 21 });
      expect(await grants.rotate(live)).toEqual({ outcome: 'gone' });
      expect(await grants.rotate(aRefresh(stolen, { nowSeconds: NOW + 21 }))).toEqual({ outcome: 'gone' });
    });

    it('O13: never accepts the grandparent, however soon it comes', async () => {
      const { store } = current();
      const { grants } = store.oauth;
      const grant = await addGrant(store, await addBasics(store));
      await grants.rotate(aRefresh(grant));
      await grants.rotate(aRefresh({ ...grant, generation: 1 }));
      expect(await grants.rotate(aRefresh(grant))).toMatchObject({
        outcome: 'reused',
        grant: { generation: 2, revokedAt: NOW + 10 },
      });
      expect((await grants.find(grant.id))?.revokedAt).toBe(NOW + 10);
    });

    it('O12: of 50 refreshes at once one wins, and 49 are told the same', async () => {
      const { store } = current();
      const grant = await addGrant(store, await addBasics(store));
      const uses = await inParallel(current(), 50, ({ oauth }) => oauth.grants.rotate(aRefresh(grant)));
      expect(uses.filter(({ outcome }) => outcome === 'rotated')).toHaveLength(1);
      expect(uses.filter(({ outcome }) => outcome === 'repeated')).toHaveLength(49);
      const successor = await store.oauth.grants.find(grant.id);
      expect(successor).toMatchObject({ generation: 1, revokedAt: null });
      for (const use of uses) expect(use).toMatchObject({ grant: successor });
    });

    it('O11: of 50 uses of an old generation at once one is told of the reuse, and the family dies once', async () => {
      const { store } = current();
      const grant = await addGrant(store, await addBasics(store));
      await store.oauth.grants.rotate(aRefresh(grant));
      const late = aRefresh(grant, { nowSeconds: NOW + 30 });
      const uses = await inParallel(current(), 50, ({ oauth }) => oauth.grants.rotate(late));
      expect(uses.filter(({ outcome }) => outcome === 'reused')).toHaveLength(1);
      expect(uses.filter(({ outcome }) => outcome === 'gone')).toHaveLength(49);
      expect(await revokedGrantIds(store)).toEqual([grant.id]);
    });

    it('O15: revokes once, and tells gates until the last access token has expired', async () => {
      const { store } = current();
      const { grants, revocations } = store.oauth;
      const grant = await addGrant(store, await addBasics(store, { accessTokenLifetimeSeconds: 600 }));
      await grants.rotate(aRefresh(grant, { nowSeconds: NOW + 50 }));
      const revoked = await inParallel(current(), 20, ({ oauth }) => oauth.grants.revoke(grant.id, NOW + 60));
      expect(revoked.filter(Boolean)).toHaveLength(1);
      expect(await grants.revoke('unknown', NOW)).toBe(false);
      expect(await revocations.list({ after: null, nowSeconds: NOW + 60, limit: 10 })).toEqual([
        { position: 1, kind: 'grant', grantId: grant.id, expiresAt: NOW + 50 + 600 + 300 },
      ]);
    });

    it('O15: tells gates for as long as tokens live that were issued before the client got shorter ones', async () => {
      const { store } = current();
      const basics = await addBasics(store, { accessTokenLifetimeSeconds: 3600 });
      const { grants, clients, revocations } = store.oauth;
      const grant = await addGrant(store, basics);
      await clients.update(basics.clientId, 1, { ...basics.client, accessTokenLifetimeSeconds: 60 }, NOW + 1);
      await grants.rotate(aRefresh(grant));
      await grants.revoke(grant.id, NOW + 11);
      const [entry] = await revocations.list({ after: null, nowSeconds: NOW, limit: 10 });
      expect(entry?.expiresAt).toBe(NOW + 3600 + 300);
    });

    it('does not bother gates with a grant whose tokens have all expired', async () => {
      const { store } = current();
      const basics = await addBasics(store, { accessTokenLifetimeSeconds: 600 });
      const [grant, later] = [await addGrant(store, basics), await addGrant(store, basics)];
      expect(await store.oauth.grants.revoke(grant.id, NOW + 899.999)).toBe(true);
      expect(await store.oauth.grants.revoke(later.id, NOW + 900)).toBe(true);
      expect(await revokedGrantIds(store)).toEqual([grant.id]);
    });
  });
}
