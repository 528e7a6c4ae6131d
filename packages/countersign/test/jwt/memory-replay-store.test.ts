import { createMemoryReplayStore } from 'countersign/asap';
import { createTestClock } from 'countersign/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOW } from '../support/tokens.js';
import { usageProblem } from '../support/usage.js';

function setUp(maxTokens?: number) {
  const clock = createTestClock(NOW);
  const store = createMemoryReplayStore({ clock, maxTokens });
  const insert = (tokenId: string, expiresAt = NOW + 60, issuer = 'caller') =>
    store.insertOnce({ issuer, tokenId, expiresAt });
  return { clock, store, insert };
}

describe('the replay store in memory', () => {
  it('A9: takes an id once', () => {
    const { insert } = setUp();
    expect(insert('a')).toBe('inserted');
    expect(insert('a')).toBe('seen');
    expect(insert('b')).toBe('inserted');
    expect(insert('a', NOW + 600)).toBe('seen');
  });

  it('A9: ids of different issuers have nothing to do with one another, however they are cut', () => {
    const { insert } = setUp();
    expect(insert('a', NOW + 60, 'one')).toBe('inserted');
    expect(insert('a', NOW + 60, 'two')).toBe('inserted');
    expect(insert('aa', NOW + 60, 'on')).toBe('inserted');
    expect(insert('ea', NOW + 60, 'on')).toBe('inserted');
    expect(insert('a', NOW + 60, 'one')).toBe('seen');
  });

  it('A9: the first of 5,000 is remembered still', () => {
    const { insert, store } = setUp();
    for (let index = 0; index < 5_000; index++) expect(insert(`id-${index}`)).toBe('inserted');
    for (let index = 0; index < 5_000; index++) expect(insert(`id-${index}`)).toBe('seen');
    expect(store.size).toBe(5_000);
  });

  it('remembers until just before the id expires, and no longer', () => {
    const { insert, clock } = setUp();
    insert('a', NOW + 60);
    clock.advance(59.999);
    expect(insert('a', NOW + 600)).toBe('seen');
    clock.advance(0.001);
    expect(insert('a', NOW + 600)).toBe('inserted');
  });

  it('rounds the instant up, not down', () => {
    const { insert, clock } = setUp();
    insert('a', NOW + 60.25);
    clock.advance(60.125);
    expect(insert('a', NOW + 600)).toBe('seen');
  });

  it('refuses at its bound rather than forgets, and takes more when something has expired', () => {
    const { insert, clock, store } = setUp(3);
    for (const id of ['a', 'b']) expect(insert(id, NOW + 60)).toBe('inserted');
    expect(insert('c', NOW + 30)).toBe('inserted');
    expect(insert('d')).toBe('full');
    for (const id of ['a', 'b', 'c']) expect(insert(id)).toBe('seen');
    clock.advance(30);
    expect(insert('d')).toBe('inserted');
    expect(store.size).toBe(3);
    expect(insert('e')).toBe('full');
    for (const id of ['a', 'b', 'd']) expect(insert(id)).toBe('seen');
  });

  it('gives room back: what has expired is not counted for ever', () => {
    const { insert, clock, store } = setUp(2_000);
    for (let round = 0; round < 5; round++) {
      for (let index = 0; index < 2_000; index++) {
        expect(insert(`${round}-${index}`, NOW + round * 60 + 60)).toBe('inserted');
      }
      expect(insert('one more', NOW + 600)).toBe('full');
      expect(store.size).toBe(2_000);
      clock.advance(60);
    }
  });

  it('S14: after the clock was set back, an id that may have been forgotten counts as seen', () => {
    const { insert, clock } = setUp(1);
    insert('a', NOW + 60);
    clock.advance(60);
    expect(insert('b', NOW + 120)).toBe('inserted');
    clock.advance(-30);
    expect(insert('a', NOW + 60)).toBe('seen');
  });

  it('S14: a clock that jumps ahead and back closes the store for what was valid before, and for nothing else', () => {
    const { insert, clock } = setUp(1);
    insert('a', NOW + 60);
    clock.advance(86_400);
    expect(insert('b', NOW + 86_460)).toBe('inserted');
    clock.advance(-86_400);
    expect(insert('a', NOW + 60)).toBe('seen');
    expect(insert('c', NOW + 61)).toBe('full');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e300])('an id that expires at %j is kept', (expiresAt) => {
    const { insert, clock } = setUp();
    expect(insert('a', expiresAt)).toBe('inserted');
    clock.advance(315_360_000);
    expect(insert('a', expiresAt)).toBe('seen');
  });

  it('a clock that gives no number makes it forget nothing', () => {
    let now = NOW;
    const store = createMemoryReplayStore({ clock: () => now });
    const insert = (tokenId: string) => store.insertOnce({ issuer: 'caller', tokenId, expiresAt: NOW + 60 });
    for (let index = 0; index < 4_000; index++) insert(`id-${index}`);
    now = Number.NaN;
    for (let index = 0; index < 4_000; index++) insert(`later-${index}`);
    now = NOW;
    for (let index = 0; index < 4_000; index++) {
      expect(insert(`id-${index}`)).toBe('seen');
      expect(insert(`later-${index}`)).toBe('seen');
    }
  });

  it('says what a plain map with expiry says, whatever is inserted and however time goes on', () => {
    const step = fc.record({
      tokenId: fc.integer({ min: 0, max: 40 }).map(String),
      lifetimeSeconds: fc.integer({ min: 1, max: 100 }),
      passed: fc.integer({ min: 0, max: 30 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { insert, clock } = setUp();
        const model = new Map<string, number>();
        for (const { tokenId, lifetimeSeconds, passed } of steps) {
          clock.advance(passed);
          const expiresAt = clock() + lifetimeSeconds;
          const isKnown = (model.get(tokenId) ?? 0) > clock();
          expect(insert(tokenId, expiresAt)).toBe(isKnown ? 'seen' : 'inserted');
          if (!isKnown) model.set(tokenId, expiresAt);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('refuses options that are wrong', () => {
    expect(usageProblem(() => createMemoryReplayStore({ maxTokens: 0 }))).toMatch(
      /maxTokens must be a whole number/,
    );
    expect(usageProblem(() => createMemoryReplayStore({ max: 1 } as never))).toMatch(
      /did you mean "maxTokens"/,
    );
  });
});
