import { describe, expect, it } from 'vitest';
import type { StoredSigningKey } from '../../../src/domain/sign-in.js';
import type { Store } from '../../../src/domain/stores.js';
import { anApp, aSigningKey, NOW } from '../../support/store-rows.js';
import { type CurrentStores, inParallel } from '../store-conformance.js';

async function appWithKeys(store: Store) {
  const app = anApp();
  const current = aSigningKey(app.id, { kid: 'first', state: 'current' });
  const next = aSigningKey(app.id, { kid: 'second', createdAt: NOW + 1 });
  await store.apps.insertOnce(app, [next, current]);
  return { app, current, next };
}

const kidsAndStates = (keys: readonly StoredSigningKey[]) => keys.map(({ kid, state }) => `${kid} ${state}`);

export function describeSigningKeys(current: CurrentStores): void {
  describe('signing keys', () => {
    it('gives keys back as they were stored, the current one first', async () => {
      const { store } = current();
      const keys = await appWithKeys(store);
      expect(await store.signingKeys.list(keys.app.id)).toEqual([keys.current, keys.next]);
      expect(await store.signingKeys.list('nobody')).toEqual([]);
    });

    it('JAM-20: lists current, next, then previous keys from young to old through three rotations', async () => {
      const { store } = current();
      const { app } = await appWithKeys(store);
      const rotate = (expectedCurrentKid: string, kid: string, at: number) =>
        store.signingKeys.rotate(app.id, {
          expectedCurrentKid,
          retiresAt: at + 1800,
          next: aSigningKey(app.id, { kid, createdAt: at }),
        });
      expect(await rotate('first', 'third', NOW + 2)).toBe(true);
      expect(await rotate('second', 'fourth', NOW + 3)).toBe(true);
      expect(await rotate('third', 'fifth', NOW + 4)).toBe(true);
      const keys = await store.signingKeys.list(app.id);
      expect(kidsAndStates(keys)).toEqual([
        'fourth current',
        'fifth next',
        'third previous',
        'second previous',
        'first previous',
      ]);
      expect(keys.at(-1)?.retiresAt).toBe(NOW + 2 + 1800);
    });

    it('changes nothing when the current key is not the expected one', async () => {
      const { store } = current();
      const { app, current: key, next } = await appWithKeys(store);
      const change = { expectedCurrentKid: 'second', retiresAt: NOW, next: aSigningKey(app.id) };
      expect(await store.signingKeys.rotate(app.id, change)).toBe(false);
      expect(await store.signingKeys.rotate('nobody', change)).toBe(false);
      expect(await store.signingKeys.replaceAll(app.id, { ...change, keys: [change.next] })).toBe(false);
      expect(await store.signingKeys.list(app.id)).toEqual([key, next]);
    });

    it('lets one of many rotations of the same key win', async () => {
      const { app } = await appWithKeys(current().store);
      const rotated = await inParallel(current(), 20, (store) =>
        store.signingKeys.rotate(app.id, {
          expectedCurrentKid: 'first',
          retiresAt: NOW + 1800,
          next: aSigningKey(app.id, { createdAt: NOW + 2 }),
        }),
      );
      expect(rotated.filter(Boolean)).toHaveLength(1);
      const keys = await current().store.signingKeys.list(app.id);
      expect(keys.map(({ state }) => state)).toEqual(['current', 'next', 'previous']);
    });

    it('rolls a rotation back whole when its new key cannot be kept', async () => {
      const { store } = current();
      const { app, current: key, next } = await appWithKeys(store);
      const change = {
        expectedCurrentKid: 'first',
        retiresAt: NOW,
        next: aSigningKey(app.id, { kid: 'first' }),
      };
      await expect(store.signingKeys.rotate(app.id, change)).rejects.toThrow();
      expect(await store.signingKeys.list(app.id)).toEqual([key, next]);
    });

    it('replaces the key set: the old current key stays as previous, the old next one goes', async () => {
      const { store } = current();
      const { app } = await appWithKeys(store);
      const keys = [
        aSigningKey(app.id, { kid: 'new current', state: 'current', algorithm: 'EdDSA', createdAt: NOW + 2 }),
        aSigningKey(app.id, { kid: 'new next', algorithm: 'EdDSA', createdAt: NOW + 2 }),
      ];
      const change = { expectedCurrentKid: 'first', retiresAt: NOW + 1800, keys };
      const replaced = await inParallel(current(), 4, (each) => each.signingKeys.replaceAll(app.id, change));
      expect(replaced.filter(Boolean)).toHaveLength(1);
      expect(kidsAndStates(await store.signingKeys.list(app.id))).toEqual([
        'new current current',
        'new next next',
        'first previous',
      ]);
    });

    it('replaces the key that waits once, and only the one expected', async () => {
      const { store } = current();
      const { app } = await appWithKeys(store);
      const replaced = await inParallel(current(), 20, (each, index) =>
        each.signingKeys.replaceNext(app.id, {
          expectedNextKid: 'second',
          next: aSigningKey(app.id, { kid: `third ${index}` }),
        }),
      );
      expect(replaced.filter(Boolean)).toHaveLength(1);
      expect(kidsAndStates(await store.signingKeys.list(app.id))).toEqual([
        'first current',
        `third ${replaced.indexOf(true)} next`,
      ]);
      const next = aSigningKey(app.id);
      expect(await store.signingKeys.replaceNext(app.id, { expectedNextKid: 'first', next })).toBe(false);
      expect(await store.signingKeys.replaceNext('nobody', { expectedNextKid: 'first', next })).toBe(false);
    });

    it('lists the waiting keys of all apps by pages, in the order of app ids', async () => {
      const { store } = current();
      for (const id of ['c', 'a', 'b'])
        await store.apps.insertOnce(anApp({ id }), [
          aSigningKey(id, { kid: `${id} waits`, algorithm: 'EdDSA', createdAt: NOW + 3 }),
          aSigningKey(id, { state: 'current' }),
          aSigningKey(id, { state: 'previous', retiresAt: NOW }),
        ]);
      await store.apps.insertOnce(anApp({ id: 'without keys' }), []);
      const page = (afterAppId: string | null, limit: number) =>
        store.signingKeys.listNext({ afterAppId, limit });
      expect(await page(null, 1)).toEqual([
        { appId: 'a', kid: 'a waits', algorithm: 'EdDSA', createdAt: NOW + 3 },
      ]);
      expect((await page('a', 10)).map(({ appId }) => appId)).toEqual(['b', 'c']);
      expect(await page('c', 10)).toEqual([]);
      await expect(page(null, -1)).rejects.toThrow(RangeError);
    });

    it('withdraws the current key: it is gone at once, next signs, and a new next waits', async () => {
      const { store } = current();
      const { app } = await appWithKeys(store);
      const replacement = [aSigningKey(app.id, { kid: 'third', createdAt: NOW + 2 })];
      const withdrawn = await inParallel(current(), 20, (each) =>
        each.signingKeys.withdraw(app.id, { kid: 'first', replacement }),
      );
      expect(withdrawn.filter(Boolean)).toHaveLength(1);
      expect(kidsAndStates(await store.signingKeys.list(app.id))).toEqual(['second current', 'third next']);
    });

    it('withdraws the current key together with the waiting one where the replacement signs itself', async () => {
      const { store } = current();
      const { app } = await appWithKeys(store);
      const replacement = [
        aSigningKey(app.id, { kid: 'new current', state: 'current' }),
        aSigningKey(app.id, { kid: 'new next' }),
      ];
      expect(await store.signingKeys.withdraw(app.id, { kid: 'first', replacement })).toBe(true);
      expect(kidsAndStates(await store.signingKeys.list(app.id))).toEqual([
        'new current current',
        'new next next',
      ]);
    });

    it('withdraws a key that waits for another one, and a previous one for none', async () => {
      const { store } = current();
      const { app } = await appWithKeys(store);
      const withdraw = (kid: string, replacement: readonly StoredSigningKey[]) =>
        store.signingKeys.withdraw(app.id, { kid, replacement });
      expect(await withdraw('second', [aSigningKey(app.id, { kid: 'third' })])).toBe(true);
      expect(kidsAndStates(await store.signingKeys.list(app.id))).toEqual(['first current', 'third next']);
      const next = aSigningKey(app.id, { kid: 'fourth' });
      await store.signingKeys.rotate(app.id, { expectedCurrentKid: 'first', retiresAt: NOW + 1800, next });
      expect(await withdraw('first', [aSigningKey(app.id, { kid: 'unneeded' })])).toBe(true);
      expect(kidsAndStates(await store.signingKeys.list(app.id))).toEqual(['third current', 'fourth next']);
    });

    it('withdraws no key of another app, and none without one to take its place', async () => {
      const { store } = current();
      const { app, current: key, next } = await appWithKeys(store);
      const other = anApp();
      await store.apps.insertOnce(other, []);
      const replacement = [aSigningKey(other.id)];
      expect(await store.signingKeys.withdraw(other.id, { kid: 'first', replacement })).toBe(false);
      expect(await store.signingKeys.withdraw(app.id, { kid: 'unknown', replacement })).toBe(false);
      await expect(store.signingKeys.withdraw(app.id, { kid: 'first', replacement: [] })).rejects.toThrow(
        'next',
      );
      expect(await store.signingKeys.list(app.id)).toEqual([key, next]);
    });
  });
}
