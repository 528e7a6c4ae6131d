import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.js';
import {
  aBoolean,
  aFunction,
  aNonEmptyString,
  integerFrom,
  nullOr,
  numberFrom,
  stringOrStrings,
} from '../../src/core/option-rules.js';
import type { OptionRules } from '../../src/core/options.js';
import { checkOptions, describe as describeValue, optional, required } from '../../src/core/options.js';

interface Options {
  readonly audience: string | readonly string[] | null;
  readonly name: string;
  readonly lifetimeSeconds?: number | undefined;
  readonly isStrict?: boolean | undefined;
  readonly clock?: (() => number) | undefined;
}

const rules: OptionRules<Options> = {
  audience: required(nullOr(stringOrStrings)),
  name: required(aNonEmptyString),
  lifetimeSeconds: optional(numberFrom(1, 3600, 'seconds')),
  isStrict: optional(aBoolean),
  clock: optional(aFunction),
};

function problemsOf(options: unknown, together?: (checked: Options) => string[]): readonly string[] {
  try {
    checkOptions('createThing', options as Options, rules, together);
    return [];
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    expect(error.code).toBe('invalid_options');
    return error.problems;
  }
}

const GOOD: Options = { audience: 'a', name: 'n' };

describe('checking options', () => {
  it('gives a frozen copy and leaves the original alone', () => {
    const given = { ...GOOD };
    const checked = checkOptions('createThing', given, rules);
    expect(checked).toEqual(GOOD);
    expect(checked).not.toBe(given);
    expect(Object.isFrozen(checked)).toBe(true);
    expect(Object.isFrozen(given)).toBe(false);
  });

  it('looks at each value once', () => {
    let looks = 0;
    const given = {
      ...GOOD,
      get name() {
        looks++;
        return looks === 1 ? 'n' : '';
      },
    };
    expect(checkOptions('createThing', given, rules).name).toBe('n');
    expect(looks).toBe(1);
  });

  it('reports every problem together', () => {
    expect(
      problemsOf({ audience: [], name: 1, lifetimeSeconds: 0, isStrict: 'yes', clock: 5, colour: 1 }),
    ).toHaveLength(6);
  });

  it('says subject, option, range, unit and value', () => {
    expect(() => checkOptions('createThing', { ...GOOD, lifetimeSeconds: 4000 }, rules)).toThrow(
      'createThing: lifetimeSeconds must be a number of seconds from 1 to 3600, not 4000',
    );
  });

  it.each([
    ['lifetime', 'lifetimeSeconds'],
    ['lifetimeSecond', 'lifetimeSeconds'],
    ['nmae', 'name'],
    ['Clock', 'clock'],
    ['audiance', 'audience'],
  ])('names the nearest option for the unknown one %s', (unknown, nearest) => {
    expect(problemsOf({ ...GOOD, [unknown]: 1 })).toEqual([
      `unknown option "${unknown}", did you mean "${nearest}"?`,
    ]);
  });

  it('does not take inherited members for options', () => {
    expect(problemsOf(Object.create(GOOD))).toHaveLength(2);
  });

  it('C10: a required option that is left out or undefined is refused, with a word on null', () => {
    expect(problemsOf({ name: 'n' })).toEqual(['audience is required (null switches it off)']);
    expect(problemsOf({ name: 'n', audience: undefined })).toEqual([
      'audience is required (null switches it off)',
    ]);
    expect(problemsOf({ audience: null })).toEqual(['name is required']);
  });

  it('takes an optional undefined as left out', () => {
    expect(problemsOf({ ...GOOD, lifetimeSeconds: undefined })).toEqual([]);
  });

  it('asks for what lies between options once each is right', () => {
    expect(problemsOf(GOOD, () => ['a and b exclude each other'])).toEqual(['a and b exclude each other']);
    expect(problemsOf({ ...GOOD, name: '' }, () => ['a and b exclude each other'])).toHaveLength(1);
  });

  it.each([undefined, null, 'text', 5, []])('refuses %j for options', (options) => {
    expect(problemsOf(options)).toHaveLength(1);
  });

  it('does not repeat strings, which may be secrets', () => {
    const [problem] = problemsOf({ ...GOOD, lifetimeSeconds: 'secret-value' });
    expect(problem).toContain('not a string');
    expect(problem).not.toContain('secret-value');
  });
});

describe('rules', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, 0.99, 10.01, '5', null, 5n])(
    'C8: a number from 1 to 10 is not %s',
    (value) => {
      expect(numberFrom(1, 10, 'seconds')(value)).toMatch(/^must be a number of seconds from 1 to 10, not /);
    },
  );

  it('C8: both ends of a range belong to it, and fractions do', () => {
    for (const value of [1, 1.5, 10]) expect(numberFrom(1, 10, 'seconds')(value)).toBeUndefined();
  });

  it('C8: a whole number is not a fraction', () => {
    expect(integerFrom(1, 10, 'bytes')(1.5)).toBeDefined();
    for (const value of [1, 10]) expect(integerFrom(1, 10, 'bytes')(value)).toBeUndefined();
    for (const value of [0, 11, Number.NaN, '5']) expect(integerFrom(1, 10, 'bytes')(value)).toBeDefined();
  });

  it.each([[[]], [['']], [''], [['a', 1]], [[['a']]], [/a/], [{ a: 1 }], [null], [1]])(
    'C10, C12: %j is neither a string nor a list of them',
    (value) => {
      expect(stringOrStrings(value)).toBeDefined();
    },
  );

  it('takes null only where it is named', () => {
    expect(nullOr(aNonEmptyString)(null)).toBeUndefined();
    expect(nullOr(aNonEmptyString)('')).toBe('must be null or a non-empty string, not an empty string');
  });

  it.each([
    [Number.NaN, 'NaN'],
    [undefined, 'undefined'],
    ['secret', 'a string'],
    ['', 'an empty string'],
    [[], 'an empty array'],
    [[1], 'an array'],
    [{}, 'an object'],
    [/a/, 'a regular expression'],
    [5n, 'a bigint'],
    [() => 1, 'a function'],
  ])('calls %s %s', (value, name) => {
    expect(describeValue(value)).toBe(name);
  });
});
