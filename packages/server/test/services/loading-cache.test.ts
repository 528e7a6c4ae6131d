import { createTestClock } from 'countersign/testing';
import { describe, expect, it } from 'vitest';
import { createLoadingCache } from '../../src/services/loading-cache.js';

function openCache(values: Record<string, string>, maxEntries = 3) {
  const clock = createTestClock(1000);
  const loads: string[] = [];
  const waiting: (() => void)[] = [];
  let isHeld = false;
  const cache = createLoadingCache<string>({
    load: async (key) => {
      loads.push(key);
      const value = values[key];
      if (isHeld) await new Promise<void>((resolve) => waiting.push(resolve));
      if (value === 'down') throw new Error('down');
      return value;
    },
    clock,
    maxAgeSeconds: 5,
    maxEntries,
  });
  return {
    cache,
    clock,
    loads,
    values,
    hold: () => {
      isHeld = true;
    },
    release: () => {
      isHeld = false;
      for (const resolve of waiting.splice(0)) resolve();
    },
  };
}

describe('the cache of loaded things', () => {
  it('loads again when the age is reached, not before', async () => {
    const { cache, clock, loads } = openCache({ a: '1' });
    await cache.get('a');
    clock.advance(4.9);
    expect(await cache.get('a')).toBe('1');
    expect(loads).toEqual(['a']);
    clock.advance(0.1);
    await cache.get('a');
    expect(loads).toEqual(['a', 'a']);
  });

  it('S14: does not go on with what is from the future after the clock was set back', async () => {
    const { cache, clock, loads } = openCache({ a: '1' });
    await cache.get('a');
    clock.advance(-600);
    await cache.get('a');
    expect(loads).toEqual(['a', 'a']);
  });

  it('remembers that there is nothing, until it is forgotten', async () => {
    const { cache, loads, values } = openCache({});
    expect(await cache.get('a')).toBeUndefined();
    values['a'] = '1';
    expect(await cache.get('a')).toBeUndefined();
    expect(loads).toEqual(['a']);
    cache.forget('a');
    expect(await cache.get('a')).toBe('1');
  });

  it('shares one load among callers at the same time', async () => {
    const { cache, loads } = openCache({ a: '1' });
    expect(await Promise.all([cache.get('a'), cache.get('a'), cache.get('a')])).toEqual(['1', '1', '1']);
    expect(loads).toEqual(['a']);
  });

  it('does not remember a failure', async () => {
    const { cache, values } = openCache({ a: 'down' });
    await expect(cache.get('a')).rejects.toThrow('down');
    values['a'] = '1';
    expect(await cache.get('a')).toBe('1');
  });

  it('does not remember what was loaded before it was told to forget', async () => {
    const { cache, hold, release, values, loads } = openCache({ a: 'old' });
    hold();
    const early = cache.get('a');
    values['a'] = 'new';
    cache.forget('a');
    release();
    expect(await early).toBe('old');
    expect(await cache.get('a')).toBe('new');
    expect(loads).toEqual(['a', 'a']);
  });

  it('forgets the least recently used first', async () => {
    const { cache, loads } = openCache({ a: '1', b: '2', c: '3', d: '4' });
    for (const key of ['a', 'b', 'c', 'a', 'd']) await cache.get(key);
    loads.length = 0;
    for (const key of ['a', 'c', 'd']) await cache.get(key);
    expect(loads).toEqual([]);
    await cache.get('b');
    expect(loads).toEqual(['b']);
  });

  it('S18: keys that do not exist push out none that do', async () => {
    const { cache, loads } = openCache({ a: '1' });
    await cache.get('a');
    for (let made = 0; made < 100; made++) await cache.get(`made-${made}`);
    loads.length = 0;
    await cache.get('a');
    expect(loads).toEqual([]);
  });
});
