import { describe, expect, it } from 'vitest';
import {
  ACCESS,
  aCode,
  addBasics,
  addGrant,
  aRefresh,
  aTransaction,
  grantOf,
  revokedGrantIds,
} from '../../support/oauth-rows.js';
import { aHash, NOW } from '../../support/store-rows.js';
import { type CurrentStores, inParallel } from '../store-conformance.js';

export function describeCodes(current: CurrentStores): void {
  /** A code that waits to be redeemed. */
  async function withCode() {
    const { store } = current();
    const basics = await addBasics(store);
    const code = aCode(basics.clientId, basics.session, { dpopJkt: 'jkt' });
    await store.oauth.authorizations.insertCode(code);
    return { ...basics, ...store.oauth, store, code, grant: grantOf(code) };
  }

  describe('authorization codes', () => {
    it('gives a code back as it was stored, any number of times, until it expires', async () => {
      const { authorizations, code } = await withCode();
      for (const nowSeconds of [NOW, NOW + 59.999]) {
        expect(await authorizations.findCode(code.hash, nowSeconds)).toEqual({ code, used: false });
      }
      expect(await authorizations.findCode(code.hash, NOW + 60)).toBeUndefined();
      expect(await authorizations.findCode(aHash(), NOW)).toBeUndefined();
    });

    it('O6: redeems a code until just before it expires, for the grant it was made for', async () => {
      const [early, late, foreign] = [await withCode(), await withCode(), await withCode()];
      const { authorizations, grants } = early;
      expect(await authorizations.redeemCode(early.code.hash, early.grant, NOW + 59.999)).toBe('redeemed');
      expect(await grants.find(early.grant.id)).toEqual(early.grant);
      expect(await authorizations.redeemCode(late.code.hash, late.grant, NOW + 60)).toBe('gone');
      expect(await grants.find(late.grant.id)).toBeUndefined();
      const otherGrant = { ...foreign.grant, id: aHash() };
      expect(await authorizations.redeemCode(foreign.code.hash, otherGrant, NOW)).toBe('gone');
      expect(await authorizations.redeemCode(aHash(), foreign.grant, NOW)).toBe('gone');
    });

    it('O6: the second use revokes what came of the first, also long after the code has expired', async () => {
      const { store, authorizations, grants, code, grant } = await withCode();
      await authorizations.redeemCode(code.hash, grant, NOW);
      await grants.rotate(aRefresh(grant, { idleExpiresAt: NOW + 900 }));
      expect(await authorizations.findCode(code.hash, NOW + 500)).toEqual({ code, used: true });
      expect(await authorizations.redeemCode(code.hash, grant, NOW + 500)).toBe('used');
      expect((await grants.find(grant.id))?.revokedAt).toBe(NOW + 500);
      expect(await revokedGrantIds(store)).toEqual([grant.id]);
      expect(await authorizations.redeemCode(code.hash, grant, NOW + 501)).toBe('used');
      expect(await revokedGrantIds(store)).toEqual([grant.id]);
      const head = aRefresh({ ...grant, generation: 1 }, { nowSeconds: NOW + 502 });
      expect(await grants.rotate(head)).toEqual({ outcome: 'gone' });
    });

    it('O7: redeems a code once, of 50 at once; by the others the grant is revoked', async () => {
      const { store, code, grant } = await withCode();
      const results = await inParallel(current(), 50, ({ oauth }) =>
        oauth.authorizations.redeemCode(code.hash, grant, NOW),
      );
      expect(results.filter((result) => result === 'redeemed')).toHaveLength(1);
      expect(results.filter((result) => result === 'used')).toHaveLength(49);
      expect(await revokedGrantIds(store)).toEqual([grant.id]);
    });

    it('O8: is dead after as many wrong verifiers as are allowed, and not one earlier', async () => {
      const { authorizations, code, grant } = await withCode();
      await authorizations.countWrongVerifier(code.hash, 3);
      await authorizations.countWrongVerifier(code.hash, 3);
      expect(await authorizations.findCode(code.hash, NOW)).toBeDefined();
      await authorizations.countWrongVerifier(code.hash, 3);
      expect(await authorizations.findCode(code.hash, NOW)).toBeUndefined();
      expect(await authorizations.redeemCode(code.hash, grant, NOW)).toBe('gone');
      await authorizations.countWrongVerifier(aHash(), 3);
    });

    it('O8: wrong verifiers at once are all counted, and leave a used code remembered', async () => {
      const [tried, used] = [await withCode(), await withCode()];
      await used.authorizations.redeemCode(used.code.hash, used.grant, NOW);
      await inParallel(current(), 6, async ({ oauth }) => {
        await oauth.authorizations.countWrongVerifier(tried.code.hash, 6);
        await oauth.authorizations.countWrongVerifier(used.code.hash, 6);
      });
      expect(await tried.authorizations.findCode(tried.code.hash, NOW)).toBeUndefined();
      expect(await used.authorizations.redeemCode(used.code.hash, used.grant, NOW)).toBe('used');
    });

    it('O15: keeps no code of a session that has ended, however the request is finished', async () => {
      const { authorizations, loginSessions, session, clientId } = await withCode();
      await loginSessions.end({ sessionId: session.sessionId }, NOW, aHash);
      const [direct, completed] = [aCode(clientId, session), aCode(clientId, session)];
      await authorizations.insertCode(direct);
      const transaction = aTransaction(clientId);
      await authorizations.insertTransaction(transaction);
      const key = { ...transaction, nowSeconds: NOW };
      expect(await authorizations.completeTransaction(key, { consent: null, code: completed })).toBeDefined();
      expect(await authorizations.findCode(direct.hash, NOW)).toBeUndefined();
      expect(await authorizations.findCode(completed.hash, NOW)).toBeUndefined();
    });
  });

  describe('consents', () => {
    it('remembers the newest consent of a person to a client', async () => {
      const { authorizations, clientId, personId } = await withCode();
      const consent = { personId, clientId, ...ACCESS, grantedAt: NOW };
      const give = async (change: object) => {
        const transaction = aTransaction(clientId);
        await authorizations.insertTransaction(transaction);
        const result = { consent: { ...consent, ...change }, code: null };
        await authorizations.completeTransaction({ ...transaction, nowSeconds: NOW }, result);
      };
      expect(await authorizations.findConsent(personId, clientId)).toBeUndefined();
      await give({});
      expect(await authorizations.findConsent(personId, clientId)).toEqual(consent);
      await give({ scopes: ['read', 'write'], grantedAt: NOW + 1 });
      expect(await authorizations.findConsent(personId, clientId)).toMatchObject({
        scopes: ['read', 'write'],
        grantedAt: NOW + 1,
      });
      expect(await authorizations.findConsent(personId, 'another')).toBeUndefined();
    });

    it('O15: taking a consent back revokes what that client has of that person, and nothing else', async () => {
      const one = await withCode();
      const other = await withCode();
      const { store, authorizations, grants, clientId, personId, session, code } = one;
      const mine = await addGrant(store, one);
      const elsewhere = await addGrant(store, { clientId: other.clientId, session });
      const ofAnother = await addGrant(store, { clientId, session: other.session });
      expect(await authorizations.deleteConsent(personId, clientId, NOW + 1)).toBe(true);
      expect(await authorizations.deleteConsent(personId, clientId, NOW + 1)).toBe(false);
      expect(await revokedGrantIds(store)).toEqual([mine.id]);
      expect(await authorizations.redeemCode(code.hash, one.grant, NOW + 1)).toBe('gone');
      for (const grant of [elsewhere, ofAnother]) {
        expect((await grants.rotate(aRefresh(grant))).outcome).toBe('rotated');
      }
    });
  });
}
