import { describe, expect, it } from 'vitest';
import type { SignInRequest } from '../../../src/domain/sign-in.js';
import type { Store } from '../../../src/domain/stores.js';
import { aHash, aMail, anApp, anOutcome, aRequest, NOW } from '../../support/store-rows.js';
import { type CurrentStores, inParallel } from '../store-conformance.js';

const MAX_TRIES = 5;

async function started(store: Store): Promise<SignInRequest> {
  const app = anApp();
  await store.apps.insertOnce(app, []);
  const request = aRequest(app.id);
  await store.signIns.replace(request, aMail(app.id));
  return request;
}

function guess(store: Store, request: SignInRequest, codeHash: string, nowSeconds = NOW) {
  const { appId, starterHash } = request;
  const key = { appId, starterHash, codeHash, maxTries: MAX_TRIES, nowSeconds };
  return store.signIns.consumeByCode(key, anOutcome());
}

export function describeTypedCodes(current: CurrentStores): void {
  describe('typed codes', () => {
    it('the right code signs in once, and takes the link with it', async () => {
      const { store } = current();
      const request = await started(store);
      const result = await guess(store, request, request.codeHash);
      expect(result).toMatchObject({ outcome: 'consumed', person: { email: request.email } });
      expect(await guess(store, request, request.codeHash)).toEqual({ outcome: 'gone' });
      const { appId, linkHash } = request;
      const key = { appId, linkHash, starterHash: null, nowSeconds: NOW };
      expect(await store.signIns.consumeByLink(key, anOutcome())).toBeUndefined();
    });

    it('M7: counts tries down, and takes the right code at the last one', async () => {
      const { store } = current();
      const request = await started(store);
      for (const triesLeft of [4, 3, 2, 1]) {
        expect(await guess(store, request, aHash())).toEqual({ outcome: 'wrong', triesLeft });
      }
      expect(await guess(store, request, request.codeHash)).toMatchObject({ outcome: 'consumed' });
    });

    it('M7: compares no code after the last try, not even the right one; the link stays good', async () => {
      const { store } = current();
      const request = await started(store);
      for (const triesLeft of [4, 3, 2, 1, 0]) {
        expect(await guess(store, request, aHash())).toEqual({ outcome: 'wrong', triesLeft });
      }
      expect(await guess(store, request, request.codeHash)).toEqual({ outcome: 'gone' });
      const { appId, linkHash } = request;
      const key = { appId, linkHash, starterHash: null, nowSeconds: NOW };
      expect(await store.signIns.consumeByLink(key, anOutcome())).toBeDefined();
    });

    it('M7: of 100 wrong guesses at once five are compared', async () => {
      const request = await started(current().store);
      const results = await inParallel(current(), 100, (store) => guess(store, request, aHash()));
      const left = results.flatMap((result) => (result.outcome === 'wrong' ? [result.triesLeft] : []));
      expect(left.sort()).toEqual([0, 1, 2, 3, 4]);
      expect(results.filter(({ outcome }) => outcome === 'gone')).toHaveLength(95);
    });

    it('M7: of 50 right codes at once one signs in', async () => {
      const request = await started(current().store);
      const results = await inParallel(current(), 50, (store) => guess(store, request, request.codeHash));
      expect(results.filter(({ outcome }) => outcome === 'consumed')).toHaveLength(1);
      expect(results.filter(({ outcome }) => outcome === 'gone')).toHaveLength(49);
    });

    it('M7: a code belongs to whoever started, and to its app', async () => {
      const { store } = current();
      const request = await started(store);
      const foreign = { ...request, starterHash: aHash() };
      expect(await guess(store, foreign, request.codeHash)).toEqual({ outcome: 'gone' });
      const elsewhere = { ...request, appId: 'another app' };
      expect(await guess(store, elsewhere, request.codeHash)).toEqual({ outcome: 'gone' });
      expect(await guess(store, request, request.codeHash)).toMatchObject({ outcome: 'consumed' });
    });

    it('M7: two people with the same code each end their own request', async () => {
      const { store } = current();
      const request = await started(store);
      const twin = aRequest(request.appId, { codeHash: request.codeHash });
      await store.signIns.replace(twin, aMail(twin.appId));
      const first = await guess(store, request, request.codeHash);
      expect(first).toMatchObject({ outcome: 'consumed', person: { email: request.email } });
      const second = await guess(store, twin, twin.codeHash);
      expect(second).toMatchObject({ outcome: 'consumed', person: { email: twin.email } });
    });

    it('takes a code until just before it expires, not when it does; a late guess counts no try', async () => {
      const { store } = current();
      const request = await started(store);
      const { codeExpiresAt } = request;
      expect(await guess(store, request, request.codeHash, codeExpiresAt)).toEqual({ outcome: 'gone' });
      const wrong = await guess(store, request, aHash(), codeExpiresAt - 0.001);
      expect(wrong).toEqual({ outcome: 'wrong', triesLeft: 4 });
      const right = await guess(store, request, request.codeHash, codeExpiresAt - 0.001);
      expect(right).toMatchObject({ outcome: 'consumed' });
    });

    it('a newer request begins with all its tries', async () => {
      const { store } = current();
      const request = await started(store);
      for (let i = 0; i < MAX_TRIES; i += 1) await guess(store, request, aHash());
      const newer = aRequest(request.appId, { email: request.email, emailKey: request.emailKey });
      await store.signIns.replace(newer, aMail(request.appId));
      expect(await guess(store, newer, aHash())).toEqual({ outcome: 'wrong', triesLeft: 4 });
    });
  });
}
