import { describe, expect, it } from 'vitest';
import type { Client } from '../../../src/domain/oauth/client.js';
import { LOGOUT_DELIVERY_SECONDS } from '../../../src/domain/oauth/grant.js';
import type { Store } from '../../../src/domain/stores.js';
import {
  aClient,
  aCode,
  addBasics,
  addGrant,
  addPerson,
  aRefresh,
  aSession,
  grantOf,
  OFFLINE,
  revokedGrantIds,
} from '../../support/oauth-rows.js';
import { aHash, NOW } from '../../support/store-rows.js';
import { type CurrentStores, inParallel } from '../store-conformance.js';

const TOLD = { backchannelLogoutUri: 'https://client.example/out' };

async function addClient({ oauth }: Store, changes: Partial<Client>) {
  const client = aClient(changes);
  await oauth.clients.insertOnce(client, null);
  return client.id;
}

const due = (store: Store, nowSeconds = NOW + 1) =>
  store.oauth.logoutDeliveries.claimDue({ nowSeconds, leaseSeconds: 60, limit: 100 });

export function describeLoginSessions(current: CurrentStores): void {
  describe('login sessions', () => {
    it('gives a session back by its secret until it expires', async () => {
      const { loginSessions } = current().store.oauth;
      const session = aSession(await addPerson(current().store), { amr: ['email', 'otp'] });
      await loginSessions.replace(session, null);
      expect(await loginSessions.find(session.secretHash, session.expiresAt - 0.001)).toEqual(session);
      expect(await loginSessions.find(session.secretHash, session.expiresAt)).toBeUndefined();
      expect(await loginSessions.find(session.sessionId, NOW)).toBeUndefined();
    });

    it('O27: forgets the session that the browser had before, and no other', async () => {
      const { store } = current();
      const { loginSessions } = store.oauth;
      const person = await addPerson(store);
      const [first, second, elsewhere] = [aSession(person), aSession(person), aSession(person)];
      for (const session of [first, elsewhere]) await loginSessions.replace(session, null);
      await loginSessions.replace(second, first.secretHash);
      expect(await loginSessions.find(first.secretHash, NOW)).toBeUndefined();
      expect(await loginSessions.find(second.secretHash, NOW)).toEqual(second);
      expect(await loginSessions.find(elsewhere.secretHash, NOW)).toEqual(elsewhere);
    });

    it('O27: a session that goes on under a new secret loses the old one, and keeps the clients to tell', async () => {
      const { store } = current();
      const basics = await addBasics(store, TOLD);
      const { loginSessions } = store.oauth;
      await addGrant(store, basics);
      const renewed = { ...basics.session, secretHash: aHash(), acr: '2', authenticatedAt: NOW + 5 };
      await loginSessions.replace(renewed, basics.session.secretHash);
      expect(await loginSessions.find(basics.session.secretHash, NOW)).toBeUndefined();
      expect(await loginSessions.find(renewed.secretHash, NOW)).toEqual(renewed);
      const ended = await loginSessions.end({ sessionId: renewed.sessionId }, NOW + 6, aHash);
      expect(ended).toEqual({ ended: [renewed], deliveries: 1 });
    });
  });

  describe('ending sessions', () => {
    it('O15: ends one session with its grants and codes, but not what has offline_access', async () => {
      const { store } = current();
      const basics = await addBasics(store);
      const { authorizations, grants, loginSessions } = store.oauth;
      const { clientId, session } = basics;
      const [grant, offline] = [
        await addGrant(store, basics),
        await addGrant(store, basics, { access: OFFLINE }),
      ];
      const [code, offlineCode] = [aCode(clientId, session), aCode(clientId, session, { access: OFFLINE })];
      for (const each of [code, offlineCode]) await authorizations.insertCode(each);
      const ended = await loginSessions.end({ sessionId: session.sessionId }, NOW + 1, aHash);
      expect(ended).toEqual({ ended: [session], deliveries: 0 });
      expect(await loginSessions.find(session.secretHash, NOW)).toBeUndefined();
      expect(await revokedGrantIds(store)).toEqual([grant.id]);
      expect(await grants.rotate(aRefresh(grant))).toEqual({ outcome: 'gone' });
      expect((await grants.rotate(aRefresh(offline))).outcome).toBe('rotated');
      expect(await authorizations.redeemCode(code.hash, grantOf(code), NOW + 2)).toBe('gone');
      const redeemed = await authorizations.redeemCode(offlineCode.hash, grantOf(offlineCode), NOW + 2);
      expect(redeemed).toBe('redeemed');
    });

    it('O15: ends all sessions of a person with every grant, offline_access included, and nobody else’s', async () => {
      const { store } = current();
      const [hers, his] = [await addBasics(store), await addBasics(store)];
      const { loginSessions, grants, authorizations } = store.oauth;
      const second = { ...hers.session, sessionId: aHash(), secretHash: aHash() };
      await loginSessions.replace(second, null);
      const revoked = [
        await addGrant(store, hers),
        await addGrant(store, { ...hers, session: second }, { access: OFFLINE }),
      ];
      const kept = await addGrant(store, his);
      const code = aCode(hers.clientId, second, { access: OFFLINE });
      await authorizations.insertCode(code);
      const { ended } = await loginSessions.end({ personId: hers.personId }, NOW + 1, aHash);
      expect(ended.map(({ sessionId }) => sessionId).sort()).toEqual(
        [hers.session.sessionId, second.sessionId].sort(),
      );
      expect((await revokedGrantIds(store)).toSorted()).toEqual(revoked.map(({ id }) => id).sort());
      expect(await authorizations.redeemCode(code.hash, grantOf(code), NOW + 2)).toBe('gone');
      expect((await grants.rotate(aRefresh(kept))).outcome).toBe('rotated');
      expect(await loginSessions.find(his.session.secretHash, NOW)).toBeDefined();
    });

    it('queues one delivery for each client that had tokens of the session and can be told', async () => {
      const { store } = current();
      const basics = await addBasics(store, TOLD);
      const { session, clientId } = basics;
      const offline = await addClient(store, { backchannelLogoutUri: 'https://offline.example/out' });
      const [untold, disabled] = [await addClient(store, {}), aClient(TOLD)];
      await store.oauth.clients.insertOnce(disabled, null);
      await addClient(store, TOLD);
      for (const each of [clientId, clientId, untold, disabled.id]) {
        await addGrant(store, { clientId: each, session });
      }
      await addGrant(store, { clientId: offline, session }, { access: OFFLINE });
      await store.oauth.clients.update(disabled.id, 1, { ...disabled, disabled: true }, NOW);
      const { deliveries } = await store.oauth.loginSessions.end(
        { sessionId: session.sessionId },
        NOW + 1,
        aHash,
      );
      expect(deliveries).toBe(2);
      const queued = await due(store);
      expect(queued.map((each) => each.clientId).sort()).toEqual([clientId, offline].sort());
      expect(queued.find((each) => each.clientId === clientId)).toMatchObject({
        url: TOLD.backchannelLogoutUri,
        subject: session.personId,
        sessionId: session.sessionId,
        createdAt: NOW + 1,
        expiresAt: NOW + 1 + LOGOUT_DELIVERY_SECONDS,
        attempts: 1,
      });
    });

    it('tells a client also when the grant it had is long over', async () => {
      const { store } = current();
      const basics = await addBasics(store, TOLD);
      await addGrant(store, basics, { expiresAt: NOW + 60, idleExpiresAt: null });
      await store.purgeExpired(NOW + 5000, 100);
      const { sessionId } = basics.session;
      expect((await store.oauth.loginSessions.end({ sessionId }, NOW + 5000, aHash)).deliveries).toBe(1);
    });

    it('O15: revokes what is left of a session that is itself over, and tells its clients once', async () => {
      const { store } = current();
      const basics = await addBasics(store, TOLD);
      const { session } = basics;
      const grant = await addGrant(store, basics, { expiresAt: NOW + 900_000, idleExpiresAt: NOW + 900_000 });
      await store.purgeExpired(session.expiresAt, 100);
      const end = () =>
        store.oauth.loginSessions.end({ sessionId: session.sessionId }, session.expiresAt + 1, aHash);
      expect(await end()).toEqual({ ended: [], deliveries: 1 });
      expect((await store.oauth.grants.find(grant.id))?.revokedAt).toBe(session.expiresAt + 1);
      expect(await end()).toEqual({ ended: [], deliveries: 0 });
    });

    it('ends a session once, of 20 at once', async () => {
      const { store } = current();
      const basics = await addBasics(store, TOLD);
      const { sessionId } = basics.session;
      await addGrant(store, basics, { access: OFFLINE });
      const results = await inParallel(current(), 20, ({ oauth }) =>
        oauth.loginSessions.end({ sessionId }, NOW + 1, aHash),
      );
      expect(results.filter(({ ended }) => ended.length === 1)).toHaveLength(1);
      expect(results.reduce((sum, { deliveries }) => sum + deliveries, 0)).toBe(1);
      expect(await due(store)).toHaveLength(1);
    });
  });

  describe('logout deliveries', () => {
    /** So many deliveries, due at NOW + 1. */
    async function withDeliveries(count: number) {
      const { store } = current();
      const basics = await addBasics(store, TOLD);
      await addGrant(store, basics);
      for (let i = 1; i < count; i += 1) {
        await addGrant(store, { ...basics, clientId: await addClient(store, TOLD) });
      }
      await store.oauth.loginSessions.end({ sessionId: basics.session.sessionId }, NOW + 1, aHash);
      return store;
    }

    it('gives each due delivery to one worker at a time, for as long as it has leased it', async () => {
      await withDeliveries(5);
      const claimed = await inParallel(current(), 10, (store) => due(store));
      expect(claimed.flat()).toHaveLength(5);
      const { store } = current();
      expect(await due(store, NOW + 60.999)).toHaveLength(0);
      expect(await due(store, NOW + 61)).toMatchObject(Array(5).fill({ attempts: 2 }));
    });

    it('forgets what was delivered, and gives back what was not at its time', async () => {
      const store = await withDeliveries(2);
      const { logoutDeliveries } = store.oauth;
      const [first, second] = await due(store);
      await logoutDeliveries.remove(first?.id ?? '');
      await logoutDeliveries.retryAt(second?.id ?? '', NOW + 30);
      expect(await due(store, NOW + 29.999)).toEqual([]);
      expect(await due(store, NOW + 30)).toMatchObject([{ id: second?.id, attempts: 2 }]);
      expect(await due(store, NOW + 1000)).toHaveLength(1);
      await expect(logoutDeliveries.claimDue({ nowSeconds: NOW, leaseSeconds: 1, limit: 0 })).rejects.toThrow(
        RangeError,
      );
    });
  });
}
