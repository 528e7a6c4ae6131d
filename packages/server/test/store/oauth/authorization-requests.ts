import { describe, expect, it } from 'vitest';
import { ACCESS, aCode, addBasics, aPushedRequest, aTransaction } from '../../support/oauth-rows.js';
import { aHash, NOW } from '../../support/store-rows.js';
import { type CurrentStores, inParallel } from '../store-conformance.js';

const NOTHING = { consent: null, code: null };

export function describeAuthorizationRequests(current: CurrentStores): void {
  describe('pushed requests', () => {
    it('O30: gives a request once, of any number at once, with its parameters in their order', async () => {
      const { store } = current();
      const { clientId } = await addBasics(store);
      const pushed = aPushedRequest(clientId, { dpopJkt: 'jkt' });
      await store.oauth.authorizations.insertPushed(pushed);
      const key = { idHash: pushed.idHash, clientId, nowSeconds: NOW };
      const taken = await inParallel(current(), 50, ({ oauth }) => oauth.authorizations.consumePushed(key));
      expect(taken.filter((each) => each !== undefined)).toEqual([pushed]);
    });

    it('O30: gives none to another client, and none from the moment it expires', async () => {
      const { store } = current();
      const [mine, other] = [await addBasics(store), await addBasics(store)];
      const { authorizations } = store.oauth;
      const [early, late] = [aPushedRequest(mine.clientId), aPushedRequest(mine.clientId)];
      for (const each of [early, late]) await authorizations.insertPushed(each);
      const consume = (idHash: string, clientId: string, nowSeconds: number) =>
        authorizations.consumePushed({ idHash, clientId, nowSeconds });
      expect(await consume(early.idHash, other.clientId, NOW)).toBeUndefined();
      expect(await consume(aHash(), mine.clientId, NOW)).toBeUndefined();
      expect(await consume(early.idHash, mine.clientId, NOW + 59.999)).toEqual(early);
      expect(await consume(late.idHash, mine.clientId, NOW + 60)).toBeUndefined();
    });
  });

  describe('authorization transactions', () => {
    it('O25: shows one to the browser that began it alone, until it expires', async () => {
      const { store } = current();
      const { clientId } = await addBasics(store);
      const { authorizations } = store.oauth;
      const transaction = aTransaction(clientId);
      const { idHash, browserHash } = transaction;
      await authorizations.insertTransaction(transaction);
      const key = { idHash, browserHash, nowSeconds: NOW + 599.999 };
      expect(await authorizations.findTransaction(key)).toEqual(transaction);
      expect(await authorizations.findTransaction(key)).toEqual(transaction);
      const misses = [{ browserHash: aHash() }, { idHash: aHash() }, { nowSeconds: NOW + 600 }];
      for (const miss of misses) {
        expect(await authorizations.findTransaction({ ...key, ...miss })).toBeUndefined();
        expect(await authorizations.completeTransaction({ ...key, ...miss }, NOTHING)).toBeUndefined();
      }
      expect(await authorizations.completeTransaction(key, NOTHING)).toEqual(transaction);
    });

    it('O25: completes once, of 50 at once, with the consent and the code of that one', async () => {
      const { store } = current();
      const { clientId, session, personId } = await addBasics(store);
      const transaction = aTransaction(clientId);
      await store.oauth.authorizations.insertTransaction(transaction);
      const { idHash, browserHash } = transaction;
      const codes = Array.from({ length: 50 }, () => aCode(clientId, session));
      const consent = {
        personId,
        clientId,
        scopes: ['read'],
        audiences: ['https://api.example'],
        grantedAt: NOW,
      };
      const completed = await inParallel(current(), 50, ({ oauth }, index) =>
        oauth.authorizations.completeTransaction(
          { idHash, browserHash, nowSeconds: NOW },
          { consent: { ...consent, grantedAt: NOW + index }, code: codes[index] ?? null },
        ),
      );
      const winners = [...completed.keys()].filter((index) => completed[index] !== undefined);
      expect(winners).toHaveLength(1);
      const [winner = -1] = winners;
      expect(completed[winner]).toEqual(transaction);
      const found = await Promise.all(
        codes.map(({ hash }) => store.oauth.authorizations.findCode(hash, NOW)),
      );
      expect(found.filter((each) => each !== undefined)).toEqual([{ code: codes[winner], used: false }]);
      expect(await store.oauth.authorizations.findConsent(personId, clientId)).toEqual({
        ...consent,
        grantedAt: NOW + winner,
      });
    });

    it('keeps nothing where there was no transaction', async () => {
      const { store } = current();
      const { clientId, session, personId } = await addBasics(store);
      const { authorizations } = store.oauth;
      const code = aCode(clientId, session);
      const consent = { personId, clientId, ...ACCESS, grantedAt: NOW };
      const key = { idHash: aHash(), browserHash: aHash(), nowSeconds: NOW };
      expect(await authorizations.completeTransaction(key, { consent, code })).toBeUndefined();
      expect(await authorizations.findCode(code.hash, NOW)).toBeUndefined();
      expect(await authorizations.findConsent(personId, clientId)).toBeUndefined();
    });
  });
}
