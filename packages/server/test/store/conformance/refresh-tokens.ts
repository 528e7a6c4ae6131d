import { describe, expect, it } from 'vitest';
import type { Store } from '../../../src/domain/stores.js';
import { aHash, aMail, anApp, anOutcome, aRequest, NOW } from '../../support/store-rows.js';
import { type CurrentStores, inParallel } from '../store-conformance.js';

const EXPIRES_AT = NOW + 100;

/** Signs the address in, with a refresh token. */
async function signedIn(store: Store, appId: string, emailKey: string) {
  const [request, hash] = [aRequest(appId, { email: emailKey, emailKey }), aHash()];
  await store.signIns.replace(request, aMail(appId));
  const person = await store.signIns.consumeByLink(
    { appId, linkHash: request.linkHash, starterHash: null, nowSeconds: NOW },
    anOutcome({ refreshToken: { hash, expiresAt: EXPIRES_AT } }),
  );
  return { appId, emailKey, hash, person };
}

async function signedInToNewApp(store: Store, emailKey = 'ada@example.com') {
  const app = anApp();
  await store.apps.insertOnce(app, []);
  return signedIn(store, app.id, emailKey);
}

export function describeRefreshTokens(current: CurrentStores): void {
  describe('refresh tokens', () => {
    it('gives the person until just before the token expires, then says spent', async () => {
      const { store } = current();
      const { appId, hash, person } = await signedInToNewApp(store);
      for (const nowSeconds of [NOW, NOW + 50, EXPIRES_AT - 0.001]) {
        expect(await store.refreshTokens.use(appId, hash, nowSeconds)).toEqual({ outcome: 'valid', person });
      }
      expect(await store.refreshTokens.use(appId, hash, EXPIRES_AT)).toEqual({ outcome: 'spent' });
    });

    it('knows no token of another app, and none that never was', async () => {
      const { store } = current();
      const [one, two] = [await signedInToNewApp(store), await signedInToNewApp(store)];
      expect(await store.refreshTokens.use(two.appId, one.hash, NOW)).toEqual({ outcome: 'unknown' });
      expect(await store.refreshTokens.use(one.appId, aHash(), NOW)).toEqual({ outcome: 'unknown' });
    });

    it('deletes a token: it is spent, deleting it again is true, also after it expired', async () => {
      const { store } = current();
      const { appId, emailKey, hash } = await signedInToNewApp(store);
      const remove = (nowSeconds: number) =>
        store.refreshTokens.delete({ appId, emailKey, hash, nowSeconds });
      expect(await remove(NOW)).toBe(true);
      expect(await store.refreshTokens.use(appId, hash, NOW)).toEqual({ outcome: 'spent' });
      expect(await remove(NOW + 1)).toBe(true);
      expect(await remove(EXPIRES_AT + 1)).toBe(true);
    });

    it('deletes nobody else’s token', async () => {
      const { store } = current();
      const ada = await signedInToNewApp(store);
      const bob = await signedIn(store, ada.appId, 'bob@example.com');
      const elsewhere = await signedInToNewApp(store);
      const remove = (change: { appId?: string; emailKey?: string; hash?: string }) =>
        store.refreshTokens.delete({
          appId: ada.appId,
          emailKey: ada.emailKey,
          hash: ada.hash,
          nowSeconds: NOW,
          ...change,
        });
      expect(await remove({ emailKey: bob.emailKey })).toBe(false);
      expect(await remove({ emailKey: 'nobody@example.com' })).toBe(false);
      expect(await remove({ appId: elsewhere.appId })).toBe(false);
      expect(await remove({ hash: aHash() })).toBe(false);
      expect((await store.refreshTokens.use(ada.appId, ada.hash, NOW)).outcome).toBe('valid');
    });

    it('deletes all tokens of a person, and none of another person or app', async () => {
      const { store } = current();
      const first = await signedInToNewApp(store);
      const { appId, emailKey } = first;
      const second = await signedIn(store, appId, emailKey);
      const bob = await signedIn(store, appId, 'bob@example.com');
      const elsewhere = await signedInToNewApp(store);
      await store.refreshTokens.deleteAll({ appId, emailKey, nowSeconds: NOW });
      await store.refreshTokens.deleteAll({ appId, emailKey: 'nobody@example.com', nowSeconds: NOW });
      const outcome = async (token: { appId: string; hash: string }) =>
        (await store.refreshTokens.use(token.appId, token.hash, NOW)).outcome;
      expect(await outcome(first)).toBe('spent');
      expect(await outcome(second)).toBe('spent');
      expect(await outcome(bob)).toBe('valid');
      expect(await outcome(elsewhere)).toBe('valid');
      const again = { appId, emailKey, hash: second.hash, nowSeconds: NOW };
      expect(await store.refreshTokens.delete(again)).toBe(true);
    });

    it('O15: deletes with all tokens of a person the delivery codes that would become some, and nobody else’s', async () => {
      const { store } = current();
      const ada = await signedInToNewApp(store);
      const [hers, his] = [aHash(), aHash()];
      for (const [emailKey, hash] of [
        [ada.emailKey, hers],
        ['bob@example.com', his],
      ] as const) {
        const request = aRequest(ada.appId, { email: emailKey, emailKey });
        await store.signIns.replace(request, aMail(ada.appId));
        const { appId, linkHash } = request;
        const deliveryCode = { hash, expiresAt: NOW + 60 };
        const key = { appId, linkHash, starterHash: null, nowSeconds: NOW };
        await store.signIns.consumeByLink(key, anOutcome({ deliveryCode }));
      }
      await store.refreshTokens.deleteAll({ appId: ada.appId, emailKey: ada.emailKey, nowSeconds: NOW });
      const exchange = (hash: string) =>
        store.signIns.consumeDeliveryCode(
          { appId: ada.appId, hash, nowSeconds: NOW },
          { hash: aHash(), expiresAt: EXPIRES_AT },
        );
      expect(await exchange(hers)).toBeUndefined();
      expect(await exchange(his)).toMatchObject({ email: 'bob@example.com' });
    });

    it('once a deletion has resolved no use on any process succeeds', async () => {
      const { store } = current();
      const { appId, emailKey, hash } = await signedInToNewApp(store);
      let deleted = false;
      const deletion = store.refreshTokens.delete({ appId, emailKey, hash, nowSeconds: NOW }).then(() => {
        deleted = true;
      });
      const uses = await inParallel(current(), 40, async (each) => {
        const deletedBefore = deleted;
        return { deletedBefore, ...(await each.refreshTokens.use(appId, hash, NOW)) };
      });
      await deletion;
      const late = await inParallel(current(), 10, (each) => each.refreshTokens.use(appId, hash, NOW));
      expect(uses.filter((use) => use.deletedBefore && use.outcome === 'valid')).toEqual([]);
      expect(late.map(({ outcome }) => outcome)).toEqual(Array(10).fill('spent'));
    });
  });
}
