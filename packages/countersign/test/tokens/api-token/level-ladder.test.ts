import { createLevelLadder, LEVELS } from 'countersign/api-token';
import { describe, expect, it } from 'vitest';
import { NOW } from '../../support/tokens.js';
import { usageProblem } from '../../support/usage.js';

const ladder = createLevelLadder();

describe('the level ladder', () => {
  it('POL-32: has the levels of the original, from none to a certificate', () => {
    expect(LEVELS.map(({ level }) => level)).toEqual([0, 1, 2, 3, 3.1, 3.5, 4]);
    expect(LEVELS.map(({ acr }) => acr)).toEqual(['0', '1', '2', '3', '3.1', '3.5', '4']);
    expect(ladder.levels).toEqual(LEVELS);
  });

  it('finds the level of an acr, and none for one that it does not know', () => {
    expect(ladder.levelOf('3.1')).toBe(3.1);
    for (const acr of ['3.10', '', 'toString', 3, undefined, null])
      expect(ladder.levelOf(acr)).toBeUndefined();
  });

  it('finds the acr of the highest rung that a level reaches', () => {
    expect([0, 2.9, 3, 3.4, 9].map(ladder.acrOf)).toEqual(['0', '2', '3', '3.1', '4']);
    expect(ladder.acrOf(-1)).toBeUndefined();
  });

  it('may have rungs of its own, in any order', () => {
    const own = createLevelLadder([
      { level: 2, acr: 'urn:example:gold', meaning: 'two factors' },
      { level: 1, acr: 'urn:example:silver', meaning: 'a password' },
    ]);
    expect(own.levels.map(({ level }) => level)).toEqual([1, 2]);
    expect(own.findStepUp({ level: 1 }, { level: 2 }, NOW)?.acrValues).toEqual(['urn:example:gold']);
  });

  it.each([
    [[], 'levels must be a non-empty array'],
    [[null as never], 'each level must be an object'],
    [[{ level: Number.NaN, acr: 'a', meaning: '' }], 'each level must be a finite number'],
    [[{ level: 1, acr: 'a b', meaning: '' }], 'each acr must be printable ASCII'],
    [[{ level: 1, acr: 'a"', meaning: '' }], 'each acr must be printable ASCII'],
    [[1, 1].map((level) => ({ level, acr: 'a', meaning: '' })), 'two levels are the same; two levels have'],
  ])('is checked: %#', (levels, problem) => {
    expect(usageProblem(() => createLevelLadder(levels))).toContain(`invalid_options: ${problem}`);
  });
});

describe('step-up', () => {
  it('is not asked for where the level is reached', () => {
    expect(ladder.findStepUp({ level: 3 }, { level: 3 }, NOW)).toBeUndefined();
    expect(ladder.findStepUp({ level: 4 }, { level: 3 }, NOW)).toBeUndefined();
    expect(ladder.findStepUp({}, {}, NOW)).toBeUndefined();
  });

  it('names every level that would do, the lowest first (RFC 9470 section 3)', () => {
    expect(ladder.findStepUp({ level: 2.9 }, { level: 3 }, NOW)).toEqual({
      status: 401,
      error: 'insufficient_user_authentication',
      acrValues: ['3', '3.1', '3.5', '4'],
      maxAgeSeconds: null,
      challenge:
        'Bearer error="insufficient_user_authentication", ' +
        'error_description="A higher authentication level is required", acr_values="3 3.1 3.5 4"',
    });
  });

  it.each([undefined, null, Number.NaN, Number.POSITIVE_INFINITY])(
    'a level that is not known is not enough: %s',
    (level) => {
      expect(ladder.findStepUp({ level }, { level: 0 }, NOW)?.acrValues).toContain('0');
    },
  );

  it('asks for a fresh authentication when the last one is too old', () => {
    const ask = (authenticatedAt: number | null | undefined) =>
      ladder.findStepUp({ level: 3, authenticatedAt }, { level: 3, maxAgeSeconds: 300 }, NOW);
    expect(ask(NOW - 300)).toBeUndefined();
    for (const missing of [NOW - 301, null, undefined, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(ask(missing)).toMatchObject({
        acrValues: [],
        maxAgeSeconds: 300,
        challenge: expect.stringMatching(/A fresh authentication is required", max_age="300"$/),
      });
    }
  });

  it('asks for both at once', () => {
    const { challenge } = ladder.findStepUp({ level: 1 }, { level: 4, maxAgeSeconds: 0 }, NOW) ?? {};
    expect(challenge).toMatch(/acr_values="4", max_age="0"$/);
  });

  it('what nobody could meet is a mistake of whoever asks', () => {
    expect(usageProblem(() => ladder.findStepUp({}, { level: 5 }, NOW))).toContain('level must be one');
    expect(usageProblem(() => ladder.findStepUp({}, { maxAgeSeconds: -1 }, NOW))).toContain('maxAgeSeconds');
  });
});
