import { describe, expect, it } from 'vitest';
import { createMemoryRateLimits } from '../../src/store/memory/index.js';
import { NOW } from '../support/store-rows.js';

const budget = (key: string, limit: number, windowSeconds = 900) => ({ key, limit, windowSeconds });
const ALLOWED = { allowed: true };
const refused = (retryAfterSeconds: number) => ({ allowed: false, retryAfterSeconds });

/** Takes as often as allowed. */
async function exhaust(limits: ReturnType<typeof createMemoryRateLimits>, limit: number, at: number) {
  for (let i = 0; i < limit; i += 1) {
    expect(await limits.takeAll([budget('a', limit)], at)).toEqual(ALLOWED);
  }
}

describe('rate limits in memory', () => {
  it('M6: allows the limit and not one more, until the window has passed', async () => {
    const limits = createMemoryRateLimits();
    await exhaust(limits, 3, NOW);
    expect(await limits.takeAll([budget('a', 3)], NOW)).toEqual(refused(900));
    expect(await limits.takeAll([budget('a', 3)], NOW + 899.999)).toEqual(refused(1));
    expect(await limits.takeAll([budget('a', 3)], NOW + 900)).toEqual(ALLOWED);
  });

  it('M6: the window slides: never more than the limit in any of its length', async () => {
    const limits = createMemoryRateLimits();
    const taken: number[] = [];
    for (let at = NOW; at < NOW + 5000; at += 37) {
      if ((await limits.takeAll([budget('a', 3)], at)).allowed) taken.push(at);
    }
    for (const from of taken) {
      expect(taken.filter((at) => at >= from && at < from + 900).length).toBeLessThanOrEqual(3);
    }
    expect(taken.length).toBeGreaterThanOrEqual(15);
  });

  it('allows again exactly when it said it would', async () => {
    const limits = createMemoryRateLimits();
    for (const after of [0, 10, 25]) await limits.takeAll([budget('a', 3)], NOW + after);
    expect(await limits.takeAll([budget('a', 3)], NOW + 30.5)).toEqual(refused(870));
    expect(await limits.takeAll([budget('a', 3)], NOW + 30.5 + 869.5)).toEqual(ALLOWED);
    expect(await limits.takeAll([budget('a', 3)], NOW + 900)).toEqual(refused(10));
  });

  it('takes from every budget or from none, and names the longest wait', async () => {
    const limits = createMemoryRateLimits();
    const all = [budget('address', 3, 900), budget('ip', 1, 3600), budget('app', 1000, 3600)];
    expect(await limits.takeAll(all, NOW)).toEqual(ALLOWED);
    for (let i = 0; i < 10; i += 1) expect(await limits.takeAll(all, NOW)).toEqual(refused(3600));
    const alone = [budget('address', 3, 900)];
    expect(await limits.takeAll(alone, NOW)).toEqual(ALLOWED);
    expect(await limits.takeAll(alone, NOW)).toEqual(ALLOWED);
    expect(await limits.takeAll(alone, NOW)).toEqual(refused(900));
    expect(await limits.takeAll(all, NOW)).toEqual(refused(3600));
  });

  it('M6: of 100 at once the limit is allowed', async () => {
    const limits = createMemoryRateLimits();
    const results = await Promise.all(
      Array.from({ length: 100 }, () => limits.takeAll([budget('a', 20)], NOW)),
    );
    expect(results.filter(({ allowed }) => allowed)).toHaveLength(20);
  });

  it.each([64, 65, 1000])(
    'a limit of %i is never exceeded in a window, and the window ends',
    async (limit) => {
      const limits = createMemoryRateLimits();
      const taken: number[] = [];
      for (let at = NOW; at < NOW + 2000; at += 0.5) {
        if ((await limits.takeAll([budget('a', limit, 600)], at)).allowed) taken.push(at);
      }
      for (const [index, from] of taken.entries()) {
        const after = taken[index + limit];
        if (after !== undefined) expect(after - from).toBeGreaterThanOrEqual(600);
      }
      // At most a 64th of the window late.
      expect(await limits.takeAll([budget('a', limit, 600)], NOW + 2000 + 600 * (1 + 1 / 64))).toEqual(
        ALLOWED,
      );
    },
  );

  it('a limit that was lowered counts what was taken under the higher one', async () => {
    const limits = createMemoryRateLimits();
    await limits.takeAll([budget('a', 5)], NOW);
    await limits.takeAll([budget('a', 5)], NOW + 1);
    await limits.takeAll([budget('a', 5)], NOW + 2);
    expect(await limits.takeAll([budget('a', 2)], NOW + 2)).toEqual(refused(899));
    expect(await limits.takeAll([budget('a', 0)], NOW + 2)).toEqual(refused(900));
  });

  it('S14: a clock that steps back gives nothing back', async () => {
    const limits = createMemoryRateLimits();
    await exhaust(limits, 3, NOW);
    expect(await limits.takeAll([budget('a', 3)], NOW - 600)).toEqual(refused(1500));
    await limits.takeAll([budget('b', 3)], NOW);
    await limits.takeAll([budget('b', 3)], NOW - 600);
    await limits.takeAll([budget('b', 3)], NOW - 600);
    expect(await limits.takeAll([budget('b', 3)], NOW + 899)).toEqual(refused(1));
  });

  it('S18: remembers no more keys than told, whatever keys arrive: a million', async () => {
    const limits = createMemoryRateLimits({ maxKeys: 1000 });
    for (let i = 0; i < 1_000_000; i += 1) await limits.takeAll([budget(`key ${i}`, 3)], NOW);
    expect(limits.size).toBe(1000);
  }, 60_000);

  it('S18: forgets the key that was counted longest ago first; a refused call counts as none', async () => {
    const limits = createMemoryRateLimits({ maxKeys: 2 });
    await limits.takeAll([budget('old', 1)], NOW);
    await limits.takeAll([budget('young', 1)], NOW + 1);
    expect((await limits.takeAll([budget('old', 1)], NOW + 2)).allowed).toBe(false);
    await limits.takeAll([budget('new', 1)], NOW + 3);
    expect((await limits.takeAll([budget('young', 1)], NOW + 4)).allowed).toBe(false);
    expect((await limits.takeAll([budget('old', 1)], NOW + 5)).allowed).toBe(true);
  });

  it('S18: a key that is counted again is the last to be forgotten', async () => {
    const limits = createMemoryRateLimits({ maxKeys: 2 });
    for (const key of ['a', 'b', 'a', 'c']) await limits.takeAll([budget(key, 2)], NOW);
    expect((await limits.takeAll([budget('a', 2)], NOW)).allowed).toBe(false);
    expect((await limits.takeAll([budget('b', 2)], NOW)).allowed).toBe(true);
  });

  it('S18: forgets keys whose window has passed', async () => {
    const limits = createMemoryRateLimits();
    for (let i = 0; i < 500; i += 1) await limits.takeAll([budget(`key ${i}`, 3)], NOW);
    await limits.takeAll([budget('later', 3)], NOW + 899);
    expect(limits.size).toBe(501);
    await limits.takeAll([budget('even later', 3)], NOW + 900);
    expect(limits.size).toBe(2);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses maxKeys %s', (maxKeys) => {
    expect(() => createMemoryRateLimits({ maxKeys })).toThrow(RangeError);
  });
});
