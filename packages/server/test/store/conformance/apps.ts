import { describe, expect, it } from 'vitest';
import { AUTHORITY_APP_ID } from '../../../src/domain/app.js';
import { aHash, aMail, anApp, anOutcome, aRequest, aSigningKey, NOW } from '../../support/store-rows.js';
import { type CurrentStores, inParallel } from '../store-conformance.js';

/** What somebody may try instead of an id. */
const ODD_TEXTS = [
  "' OR 1=1--",
  '%',
  '_',
  '*',
  '',
  '\0',
  'app\0',
  '\u2028',
  '"; DROP TABLE apps; --',
  '9'.repeat(10_000),
  '$1',
  '?',
];

export function describeApps(current: CurrentStores): void {
  describe('apps', () => {
    it('gives an app back as it was stored', async () => {
      const { store } = current();
      const app = anApp({
        name: 'Grüße "<&>\' \u{1f511}',
        allowRefresh: true,
        createdAt: NOW + 0.25,
        mailTemplate: { subject: 'Hello', text: null, html: '<p>{link}</p>' },
      });
      expect(await store.apps.insertOnce(app, [])).toBe(true);
      expect(await store.apps.find(app.id)).toEqual(app);
    });

    it('inserts an id once, however many try', async () => {
      const app = anApp();
      const inserted = await inParallel(current(), 20, (store, index) =>
        store.apps.insertOnce({ ...app, name: `try ${index}` }, [aSigningKey(app.id, { state: 'current' })]),
      );
      expect(inserted.filter(Boolean)).toHaveLength(1);
      expect(await current().store.signingKeys.list(app.id)).toHaveLength(1);
    });

    it('lists in the order of ids, from after the given one, as many as asked for', async () => {
      const { store } = current();
      for (const id of ['c', 'a', 'd', 'b']) await store.apps.insertOnce(anApp({ id }), []);
      const ids = async (afterId: string | null, limit: number) =>
        (await store.apps.list({ afterId, limit })).map((app) => app.id);
      expect(await ids(null, 10)).toEqual(['a', 'b', 'c', 'd']);
      expect(await ids(null, 2)).toEqual(['a', 'b']);
      expect(await ids('b', 2)).toEqual(['c', 'd']);
      expect(await ids('bb', 10)).toEqual(['c', 'd']);
      expect(await ids('d', 10)).toEqual([]);
    });

    it('finds the app of the authority, and does not list it', async () => {
      const { store } = current();
      for (const id of ['a', AUTHORITY_APP_ID, 'b']) await store.apps.insertOnce(anApp({ id }), []);
      expect((await store.apps.find(AUTHORITY_APP_ID))?.id).toBe(AUTHORITY_APP_ID);
      expect((await store.apps.list({ afterId: null, limit: 2 })).map(({ id }) => id)).toEqual(['a', 'b']);
    });

    it.each([-1, 0, 1.5, Number.NaN])(
      'S8: refuses the limit %s rather than giving every row',
      async (limit) => {
        await expect(current().store.apps.list({ afterId: null, limit })).rejects.toThrow(RangeError);
      },
    );

    it.each(ODD_TEXTS)('S8: finds nothing under the odd id %j', async (id) => {
      const { store } = current();
      await store.apps.insertOnce(anApp({ id: 'app' }), []);
      expect(await store.apps.find(id)).toBeUndefined();
      expect(await store.apps.delete(id)).toBe(false);
      expect(await store.people.findByEmailKey(id, id)).toBeUndefined();
      expect(await store.refreshTokens.use(id, id, NOW)).toEqual({ outcome: 'unknown' });
      expect(await store.apps.list({ afterId: null, limit: 10 })).toHaveLength(1);
    });

    it('updates the version that was expected, and counts it up', async () => {
      const { store } = current();
      const app = anApp();
      await store.apps.insertOnce(app, []);
      const changed = { ...app, name: 'Renamed', version: 1, updatedAt: NOW + 5 };
      const result = await store.apps.update(app.id, 1, changed, NOW + 5);
      expect(result).toEqual({ outcome: 'updated', app: { ...changed, version: 2 } });
      expect(await store.apps.find(app.id)).toEqual({ ...changed, version: 2 });
    });

    it('lets one of many updates of the same version win, the others conflict', async () => {
      const app = anApp();
      await current().store.apps.insertOnce(app, []);
      const results = await inParallel(current(), 20, (store, index) =>
        store.apps.update(app.id, 1, { ...app, name: `name ${index}` }, NOW),
      );
      expect(results.filter(({ outcome }) => outcome === 'updated')).toHaveLength(1);
      expect(results.filter(({ outcome }) => outcome === 'conflict')).toHaveLength(19);
      expect((await current().other.apps.find(app.id))?.version).toBe(2);
    });

    it('says not_found when there is nothing to update, and false when there is nothing to delete', async () => {
      const { store } = current();
      expect(await store.apps.update('nobody', 1, anApp(), NOW)).toEqual({ outcome: 'not_found' });
      expect(await store.apps.delete('nobody')).toBe(false);
    });

    it('deletes an app with everything below it, and nothing of another', async () => {
      const { store } = current();
      const [doomed, kept] = [anApp(), anApp()];
      const hashes = new Map<string, { token: string; link: string }>();
      for (const app of [doomed, kept]) {
        await store.apps.insertOnce(app, [aSigningKey(app.id, { state: 'current' })]);
        const [used, open] = [aRequest(app.id, { emailKey: 'ada@example.com' }), aRequest(app.id)];
        const token = aHash();
        await store.signIns.replace(used, aMail(app.id));
        const key = { appId: app.id, linkHash: used.linkHash, starterHash: null, nowSeconds: NOW };
        const refreshToken = { hash: token, expiresAt: NOW + 100 };
        const deliveryCode = { hash: aHash(), expiresAt: NOW + 60 };
        await store.signIns.consumeByLink(key, anOutcome({ refreshToken, deliveryCode }));
        await store.signIns.replace(open, aMail(app.id));
        hashes.set(app.id, { token, link: open.linkHash });
      }
      expect(await store.apps.delete(doomed.id)).toBe(true);
      expect(await store.apps.delete(doomed.id)).toBe(false);

      const remains = async (appId: string) => {
        const { token = '', link = '' } = hashes.get(appId) ?? {};
        return {
          app: (await store.apps.find(appId)) !== undefined,
          keys: (await store.signingKeys.list(appId)).length,
          person: (await store.people.findByEmailKey(appId, 'ada@example.com')) !== undefined,
          request: (await store.signIns.findByLink(appId, link, NOW)) !== undefined,
          token: (await store.refreshTokens.use(appId, token, NOW)).outcome,
        };
      };
      expect(await remains(doomed.id)).toEqual({
        app: false,
        keys: 0,
        person: false,
        request: false,
        token: 'unknown',
      });
      expect(await remains(kept.id)).toEqual({
        app: true,
        keys: 1,
        person: true,
        request: true,
        token: 'valid',
      });
      expect(await store.mail.count()).toBe(2);
    });
  });
}
