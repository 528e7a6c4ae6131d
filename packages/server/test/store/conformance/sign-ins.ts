import { describe, expect, it } from 'vitest';
import type { SignInRequest } from '../../../src/domain/sign-in.js';
import type { Store } from '../../../src/domain/stores.js';
import { aHash, aMail, anApp, anOutcome, aRequest, NOW } from '../../support/store-rows.js';
import { type CurrentStores, inParallel } from '../store-conformance.js';

async function started(store: Store, changes: Partial<SignInRequest> = {}): Promise<SignInRequest> {
  const app = anApp();
  await store.apps.insertOnce(app, []);
  const request = aRequest(app.id, changes);
  await store.signIns.replace(request, aMail(app.id));
  return request;
}

const byLink = ({ appId, linkHash }: SignInRequest, nowSeconds = NOW) => ({
  appId,
  linkHash,
  starterHash: null,
  nowSeconds,
});

export function describeSignIns(current: CurrentStores): void {
  describe('sign-in requests', () => {
    it('finds a request by its link and by whoever started it, as it was stored, and consumes nothing', async () => {
      const { store } = current();
      const request = await started(store);
      for (let i = 0; i < 3; i += 1) {
        expect(await store.signIns.findByLink(request.appId, request.linkHash, NOW)).toEqual(request);
        expect(await store.signIns.findByStarter(request.appId, request.starterHash, NOW)).toEqual(request);
      }
      expect(await store.signIns.findByLink('another app', request.linkHash, NOW)).toBeUndefined();
      expect(await store.signIns.findByStarter('another app', request.starterHash, NOW)).toBeUndefined();
    });

    it('M4: of 50 who redeem one link at once exactly one signs in', async () => {
      const request = await started(current().store);
      const tokens = Array.from({ length: 50 }, () => ({ hash: aHash(), expiresAt: NOW + 100 }));
      const people = await inParallel(current(), 50, (store, index) =>
        store.signIns.consumeByLink(
          byLink(request),
          anOutcome({ refreshToken: tokens[index] ?? null, deliveryCode: null }),
        ),
      );
      const winner = people.findIndex((person) => person !== undefined);
      expect(people.filter((person) => person !== undefined)).toHaveLength(1);
      const uses = await Promise.all(
        tokens.map(({ hash }) => current().store.refreshTokens.use(request.appId, hash, NOW)),
      );
      expect(uses.filter(({ outcome }) => outcome === 'valid')).toHaveLength(1);
      expect(uses[winner]?.outcome).toBe('valid');
    });

    it('M3: redeems a link until just before it expires, not when it does', async () => {
      const { store } = current();
      const request = await started(store);
      const { linkExpiresAt } = request;
      expect(await store.signIns.findByLink(request.appId, request.linkHash, linkExpiresAt)).toBeUndefined();
      expect(await store.signIns.consumeByLink(byLink(request, linkExpiresAt), anOutcome())).toBeUndefined();
      expect(
        await store.signIns.consumeByLink(byLink(request, linkExpiresAt - 0.001), anOutcome()),
      ).toBeDefined();
    });

    it('M3: redeems no link of another app, none a second time, none with another hash', async () => {
      const { store } = current();
      const request = await started(store);
      const consume = (key: ReturnType<typeof byLink>) => store.signIns.consumeByLink(key, anOutcome());
      expect(await consume({ ...byLink(request), appId: 'another app' })).toBeUndefined();
      expect(await consume({ ...byLink(request), linkHash: aHash() })).toBeUndefined();
      expect(await consume({ ...byLink(request), linkHash: request.starterHash })).toBeUndefined();
      expect(await consume(byLink(request))).toBeDefined();
      expect(await consume(byLink(request))).toBeUndefined();
      expect(await store.signIns.findByStarter(request.appId, request.starterHash, NOW)).toBeUndefined();
    });

    it('M10: a link bound to its starter is redeemed with the starter only, and stays good meanwhile', async () => {
      const { store } = current();
      const request = await started(store);
      const wrong = { ...byLink(request), starterHash: aHash() };
      expect(await store.signIns.consumeByLink(wrong, anOutcome())).toBeUndefined();
      const right = { ...byLink(request), starterHash: request.starterHash };
      expect(await store.signIns.consumeByLink(right, anOutcome())).toBeDefined();
    });

    it('M3: a newer request of the same address and app replaces the older one', async () => {
      const { store } = current();
      const older = await started(store);
      const newer = aRequest(older.appId, { email: older.email, emailKey: older.emailKey });
      await store.signIns.replace(newer, aMail(older.appId));
      expect(await store.signIns.findByLink(older.appId, older.linkHash, NOW)).toBeUndefined();
      expect(await store.signIns.findByStarter(older.appId, older.starterHash, NOW)).toBeUndefined();
      expect(await store.signIns.consumeByLink(byLink(older), anOutcome())).toBeUndefined();
      expect(await store.signIns.consumeByLink(byLink(newer), anOutcome())).toBeDefined();
    });

    it('M19: of many requests at once for one address one link and one mail are left, and they belong together', async () => {
      const app = anApp();
      await current().store.apps.insertOnce(app, []);
      const requests = Array.from({ length: 30 }, () =>
        aRequest(app.id, { email: 'ada@example.com', emailKey: 'ada@example.com' }),
      );
      await inParallel(current(), requests.length, async (store, index) => {
        const request = requests[index];
        if (request === undefined) return;
        const mail = aMail(app.id, { replaceKey: 'ada@example.com', sealed: request.linkHash });
        await store.signIns.replace(request, mail);
      });
      const { store } = current();
      const mails = await store.mail.claimDue({ nowSeconds: NOW, leaseSeconds: 60, limit: 100 });
      expect(mails).toHaveLength(1);
      const found = await Promise.all(
        requests.map(({ linkHash }) => store.signIns.findByLink(app.id, linkHash, NOW)),
      );
      const live = found.filter((request) => request !== undefined);
      expect(live.map(({ linkHash }) => linkHash)).toEqual(mails.map(({ sealed }) => sealed));
    });

    it('keeps requests of one address in two apps apart', async () => {
      const { store } = current();
      const [one, two] = [
        await started(store, { emailKey: 'ada@example.com' }),
        await started(store, { emailKey: 'ada@example.com' }),
      ];
      expect(await store.signIns.consumeByLink(byLink(one), anOutcome())).toBeDefined();
      expect(await store.signIns.consumeByLink(byLink(two), anOutcome())).toBeDefined();
    });

    it('keeps nothing for an app that is gone', async () => {
      const { store } = current();
      const request = aRequest('deleted a moment ago');
      await store.signIns.replace(request, aMail(request.appId));
      expect(await store.signIns.findByLink(request.appId, request.linkHash, NOW)).toBeUndefined();
      expect(await store.mail.count()).toBe(0);
    });

    it('stores either the request and its mail, or neither', async () => {
      const { store } = current();
      const request = aRequest('');
      const app = anApp();
      await store.apps.insertOnce(app, []);
      const taken = aMail(app.id);
      await store.signIns.replace(aRequest(app.id), taken);
      const mail = aMail(app.id, { id: taken.id });
      await expect(store.signIns.replace({ ...request, appId: app.id }, mail)).rejects.toThrow();
      expect(await store.signIns.findByLink(app.id, request.linkHash, NOW)).toBeUndefined();
    });

    it('M13: the address that was proved first stays the one of the person', async () => {
      const { store } = current();
      const first = await started(store, { email: 'Ada@example.com', emailKey: 'ada@example.com' });
      const person = await store.signIns.consumeByLink(byLink(first), anOutcome({ newPersonId: 'one' }));
      const again = aRequest(first.appId, { email: 'ADA@example.com', emailKey: 'ada@example.com' });
      await store.signIns.replace(again, aMail(first.appId));
      const same = await store.signIns.consumeByLink(byLink(again), anOutcome({ newPersonId: 'two' }));
      expect(person).toEqual({ id: 'one', appId: first.appId, email: 'Ada@example.com' });
      expect(same).toEqual(person);
      expect(await store.people.findByEmailKey(first.appId, 'ada@example.com')).toEqual(person);
    });

    it('a delivery code is exchanged once, in its app, before it expires, however many try at once', async () => {
      const { store } = current();
      const request = await started(store);
      const [deliveryCode, token] = [{ hash: aHash(), expiresAt: NOW + 60 }, aHash()];
      const person = await store.signIns.consumeByLink(byLink(request), anOutcome({ deliveryCode }));
      const key = { appId: request.appId, hash: deliveryCode.hash, nowSeconds: NOW + 60 };
      expect(await store.signIns.consumeDeliveryCode(key, null)).toBeUndefined();
      expect(
        await store.signIns.consumeDeliveryCode({ ...key, nowSeconds: NOW, appId: 'another app' }, null),
      ).toBeUndefined();
      const exchanged = await inParallel(current(), 50, (each) =>
        each.signIns.consumeDeliveryCode(
          { ...key, nowSeconds: NOW + 59.999 },
          { hash: token, expiresAt: NOW + 100 },
        ),
      );
      expect(exchanged.filter((each) => each !== undefined)).toEqual([person]);
      expect(await store.refreshTokens.use(request.appId, token, NOW)).toEqual({ outcome: 'valid', person });
    });
  });
}
