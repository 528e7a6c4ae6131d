import { describe, expect, it } from 'vitest';
import {
  aCode,
  aDevice,
  addBasics,
  addGrant,
  aPushedRequest,
  aRefresh,
  aSecret,
  aSession,
  aTransaction,
  grantOf,
} from '../../support/oauth-rows.js';
import { aHash, NOW } from '../../support/store-rows.js';
import type { CurrentStores } from '../store-conformance.js';

const ENDS_AT = NOW + 5000;
const DAY = 86_400;

export function describeOauthPurge(current: CurrentStores): void {
  /** One row of each kind that ends at ENDS_AT; a client and a session that do not. */
  async function addExpiring() {
    const { store } = current();
    const { oauth } = store;
    const { clientId, session } = await addBasics(store);
    const ends = { expiresAt: ENDS_AT };
    await oauth.clients.addSecret(clientId, aSecret(), NOW);
    await oauth.clients.addSecret(clientId, aSecret(), ENDS_AT);
    const person = { id: session.personId, appId: '', email: session.email };
    await oauth.loginSessions.replace(aSession(person, ends), null);
    await oauth.authorizations.insertPushed(aPushedRequest(clientId, ends));
    await oauth.authorizations.insertTransaction({ ...aTransaction(clientId), ...ends });
    await oauth.authorizations.insertCode(aCode(clientId, session, ends));
    await addGrant(store, { clientId, session }, ends);
    await oauth.devices.insertOnce(aDevice(clientId, { expiresAt: ENDS_AT - DAY }));
    await oauth.revocations.append({ kind: 'token', tokenId: 't', ...ends });
    return session;
  }

  describe('purge of OAuth', () => {
    it('deletes what has ended, the moment it has, and nothing else', async () => {
      const { store } = current();
      const session = await addExpiring();
      expect(await store.purgeExpired(ENDS_AT - 0.001, 100)).toBe(0);
      expect(await store.purgeExpired(ENDS_AT, 100)).toBe(8);
      expect(await store.purgeExpired(ENDS_AT, 100)).toBe(0);
      expect(await store.oauth.loginSessions.find(session.secretHash, NOW)).toEqual(session);
      expect(await store.oauth.clients.list({ afterId: null, limit: 10 })).toHaveLength(1);
    });

    it('S19: deletes no more of each kind at once than asked for', async () => {
      const { store } = current();
      for (let i = 0; i < 3; i += 1) await addExpiring();
      expect(await store.purgeExpired(ENDS_AT, 2)).toBe(16);
      expect(await store.purgeExpired(ENDS_AT, 2)).toBe(8);
      expect(await store.purgeExpired(ENDS_AT, 2)).toBe(0);
    });

    it('keeps a grant until both its family and its last access tokens are over', async () => {
      const { store } = current();
      const basics = await addBasics(store, { accessTokenLifetimeSeconds: 600 });
      const { grants } = store.oauth;
      const grant = await addGrant(store, basics, { expiresAt: NOW + 100, idleExpiresAt: NOW + 100 });
      await grants.rotate(aRefresh(grant, { nowSeconds: NOW + 90 }));
      expect(await store.purgeExpired(NOW + 989.999, 100)).toBe(0);
      expect(await store.purgeExpired(NOW + 990, 100)).toBe(1);
      expect(await grants.find(grant.id)).toBeUndefined();
    });

    it('O14: remembers a used code, and the parent of a family, for as long as tokens may come of them', async () => {
      const { store } = current();
      const { clientId, session } = await addBasics(store);
      const { authorizations, grants } = store.oauth;
      const code = aCode(clientId, session);
      const [expiresAt, idleExpiresAt] = [NOW + 50_000, NOW + 40_000];
      const grant = grantOf(code, { expiresAt, idleExpiresAt });
      await authorizations.insertCode(code);
      expect(await authorizations.redeemCode(code.hash, grant, NOW)).toBe('redeemed');
      await grants.rotate(aRefresh(grant, { idleExpiresAt: expiresAt }));
      expect(await store.purgeExpired(expiresAt - 0.001, 100)).toBe(0);
      const late = aRefresh(grant, { nowSeconds: expiresAt - 0.001 });
      expect((await grants.rotate(late)).outcome).toBe('reused');
      expect(await authorizations.redeemCode(code.hash, grant, expiresAt)).toBe('used');
      await store.oauth.loginSessions.end({ sessionId: session.sessionId }, NOW, aHash);
      await store.purgeExpired(expiresAt + DAY - 0.001, 100);
      expect(await authorizations.findCode(code.hash, NOW)).toMatchObject({ used: true });
      await store.purgeExpired(expiresAt + DAY, 100);
      expect(await authorizations.findCode(code.hash, NOW)).toBeUndefined();
    });

    it('O6: remembers the code of a grant that lives shorter for a day', async () => {
      const { store } = current();
      const { clientId, session } = await addBasics(store);
      const { authorizations } = store.oauth;
      const code = aCode(clientId, session);
      const grant = grantOf(code, { expiresAt: NOW + 10, idleExpiresAt: null });
      await authorizations.insertCode(code);
      expect(await authorizations.redeemCode(code.hash, grant, NOW)).toBe('redeemed');
      await store.purgeExpired(code.expiresAt + DAY - 0.001, 100);
      expect(await authorizations.findCode(code.hash, NOW)).toBeDefined();
      await store.purgeExpired(code.expiresAt + DAY, 100);
      expect(await authorizations.findCode(code.hash, NOW)).toBeUndefined();
    });
  });
}
