import { describe, expect, it } from 'vitest';
import { type CurrentStores, inParallel } from '../store-conformance.js';

export function describeSettings(current: CurrentStores): void {
  describe('settings', () => {
    it('keeps the first value, however many come at once', async () => {
      expect(await current().store.settings.get('name')).toBeUndefined();
      const inserted = await inParallel(current(), 20, (store, index) =>
        store.settings.insertOnce('name', `value ${index}`),
      );
      expect(inserted.filter(Boolean)).toHaveLength(1);
      const value = `value ${inserted.indexOf(true)}`;
      expect(await current().store.settings.get('name')).toBe(value);
      expect(await current().other.settings.get('name')).toBe(value);
    });

    it('answers a ping', async () => {
      await expect(current().store.ping()).resolves.toBeUndefined();
    });
  });
}
