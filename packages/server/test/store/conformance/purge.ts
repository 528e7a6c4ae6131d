import { describe, expect, it } from 'vitest';
import { REFRESH_TOKEN_MEMORY_SECONDS } from '../../../src/domain/sign-in.js';
import type { Store } from '../../../src/domain/stores.js';
import { aHash, aMail, anApp, anOutcome, aRequest, aSigningKey, NOW } from '../../support/store-rows.js';
import type { CurrentStores } from '../store-conformance.js';

const ENDS_AT = NOW + 10;

/** One row of each kind that ends at ENDS_AT. */
async function addExpiring(store: Store) {
  const app = anApp();
  const previous = { state: 'previous', retiresAt: ENDS_AT } as const;
  await store.apps.insertOnce(app, [
    aSigningKey(app.id, { state: 'current' }),
    aSigningKey(app.id, previous),
  ]);
  const [used, open, token] = [aRequest(app.id), aRequest(app.id, { linkExpiresAt: ENDS_AT }), aHash()];
  await store.signIns.replace(used, aMail(app.id, { expiresAt: ENDS_AT }));
  await store.signIns.consumeByLink(
    { appId: app.id, linkHash: used.linkHash, starterHash: null, nowSeconds: NOW },
    anOutcome({
      refreshToken: { hash: token, expiresAt: ENDS_AT - REFRESH_TOKEN_MEMORY_SECONDS },
      deliveryCode: { hash: aHash(), expiresAt: ENDS_AT },
    }),
  );
  await store.signIns.replace({ ...open, codeExpiresAt: ENDS_AT }, aMail(app.id, { expiresAt: ENDS_AT + 1 }));
  await store.replayedTokens.insertOnce({ issuer: 'svc', tokenHash: aHash(), expiresAt: ENDS_AT });
  return { appId: app.id, token };
}

export function describePurge(current: CurrentStores): void {
  describe('purge', () => {
    it('deletes what has ended, the moment it has, and nothing else', async () => {
      const { store } = current();
      const { appId, token } = await addExpiring(store);
      expect(await store.purgeExpired(ENDS_AT - 0.001, 100)).toBe(0);
      expect((await store.refreshTokens.use(appId, token, ENDS_AT)).outcome).toBe('spent');
      expect(await store.purgeExpired(ENDS_AT, 100)).toBe(6);
      expect(await store.purgeExpired(ENDS_AT, 100)).toBe(0);
      expect((await store.refreshTokens.use(appId, token, ENDS_AT)).outcome).toBe('unknown');
      expect((await store.signingKeys.list(appId)).map(({ state }) => state)).toEqual(['current']);
      expect(await store.mail.count()).toBe(1);
    });

    it('keeps a request while its link or its code is good', async () => {
      const { store } = current();
      const app = anApp();
      await store.apps.insertOnce(app, []);
      const request = aRequest(app.id, { linkExpiresAt: NOW + 10, codeExpiresAt: NOW + 20 });
      await store.signIns.replace(request, aMail(app.id));
      expect(await store.purgeExpired(NOW + 19, 100)).toBe(0);
      expect(await store.purgeExpired(NOW + 20, 100)).toBe(1);
    });

    it('S19: deletes no more of each kind at once than asked for', async () => {
      const { store } = current();
      for (let i = 0; i < 3; i += 1) await addExpiring(store);
      expect(await store.purgeExpired(ENDS_AT, 2)).toBe(12);
      expect(await store.purgeExpired(ENDS_AT, 2)).toBe(6);
      expect(await store.purgeExpired(ENDS_AT, 2)).toBe(0);
    });
  });
}
