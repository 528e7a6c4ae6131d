import { describe, expect, it } from 'vitest';
import { createReplayTable } from '../../src/jwt/replay-table.js';

/** Hashes that all begin to look at the same slot: the worst that can happen to such a table. */
const crowded = (index: number) => ({ slot: 0xffff_ffff, first: index, second: 7 });

describe('a table of hashes', () => {
  it('keeps hashes apart that compete for one slot, at the end of the array too', () => {
    const table = createReplayTable();
    for (let index = 0; index < 200; index++) table.add(crowded(index), 1_000, 1);
    for (let index = 0; index < 200; index++) expect(table.has(crowded(index), 2_000, 1)).toBe(true);
    expect(table.has(crowded(200), 2_000, 1)).toBe(false);
    expect(table.size).toBe(200);
  });

  it('uses the room of an expired hash again, without losing those behind it', () => {
    const table = createReplayTable();
    table.add(crowded(0), 10, 1);
    table.add(crowded(1), 100, 1);
    table.add(crowded(2), 100, 10);
    expect(table.size).toBe(2);
    expect(table.has(crowded(1), 200, 10)).toBe(true);
    expect(table.has(crowded(2), 200, 10)).toBe(true);
  });

  it('knows the earliest expiry after a sweep', () => {
    const table = createReplayTable();
    expect(table.earliestExpiry).toBe(Number.POSITIVE_INFINITY);
    table.add(crowded(0), 10, 1);
    table.add(crowded(1), 20, 1);
    expect(table.earliestExpiry).toBe(10);
    table.sweep(10);
    expect(table).toMatchObject({ size: 1, earliestExpiry: 20 });
  });

  it('does not tell whether a hash was here that expires no later than one it has dropped', () => {
    const table = createReplayTable();
    table.add(crowded(0), 10, 1);
    table.sweep(10);
    expect(table.has(crowded(1), 10, 5)).toBe(true);
    expect(table.has(crowded(1), 11, 5)).toBe(false);
  });

  it('is swept from time to time although it has room', () => {
    const table = createReplayTable();
    for (let index = 0; index < 1_000; index++) table.add(crowded(index), 100, 1);
    for (let index = 0; index < 10; index++) table.add(crowded(1_000 + index), 5_000, 101);
    expect(table.size).toBeGreaterThan(500);
    table.add(crowded(2_000), 5_000, 701);
    expect(table.size).toBe(11);
  });
});
