/** The rules for values that options of several modules share. */
import type { ValueRule } from './options.js';
import { describe, isNear, nearest } from './options.js';

/** A finite number in a closed range (row C8: NaN or Infinity must never disable a check). */
export function numberFrom(min: number, max: number, unit: string): ValueRule {
  return (value) =>
    typeof value === 'number' && value >= min && value <= max
      ? undefined
      : `must be a number of ${unit} from ${min} to ${max}, not ${describe(value)}`;
}

/** A whole number in a closed range. */
export function integerFrom(min: number, max: number, unit: string): ValueRule {
  return (value) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max
      ? undefined
      : `must be a whole number of ${unit} from ${min} to ${max}, not ${describe(value)}`;
}

export const aBoolean: ValueRule = (value) =>
  typeof value === 'boolean' ? undefined : `must be true or false, not ${describe(value)}`;

export const aFunction: ValueRule = (value) =>
  typeof value === 'function' ? undefined : `must be a function, not ${describe(value)}`;

export const aNonEmptyString: ValueRule = (value) =>
  typeof value === 'string' && value !== ''
    ? undefined
    : `must be a non-empty string, not ${describe(value)}`;

/** One string or several. An empty list is a mistake, never "any"; there are no patterns (rows C10 and C12). */
export const stringOrStrings: ValueRule = (value) => {
  const isString = (item: unknown) => typeof item === 'string' && item !== '';
  if (isString(value) || (Array.isArray(value) && value.length > 0 && value.every(isString)))
    return undefined;
  return `must be a non-empty string or a non-empty array of such, not ${describe(value)}`;
};

/** One of a few words. A text that is none of them may be a secret: the word that was meant is named, if one was. */
export function oneOf(...words: readonly string[]): ValueRule {
  return (value) =>
    words.some((word) => word === value)
      ? undefined
      : `must be one of ${words.join(', ')}, ${wordInstead(value, words)}`;
}

/** The end of a message about a word that is none of those known. */
export function wordInstead(value: unknown, words: readonly string[]): string {
  if (typeof value !== 'string' || value === '') return `not ${describe(value)}`;
  const meant = nearest(value, words);
  return isNear(value, meant) ? `did you mean "${meant}"?` : 'not another text';
}

/** Null stands for "switched off". */
export function nullOr(rule: ValueRule): ValueRule {
  return (value) => (value === null ? undefined : rule(value)?.replace(/^must be /, 'must be null or '));
}
