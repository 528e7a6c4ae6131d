/** Rules for single settings of apps and clients: each gives the value as it will be kept, or says what is wrong. */
import { nearestName } from './nearest-name.js';

/** A value as it will be kept, or what is wrong with it, as in "must be a string". */
export type Checked = { readonly value: unknown } | { readonly problem: string };
export type Rule = (value: unknown) => Checked;

/** Control characters would end a header line of the mail; the others turn a name into a picture of another one. */
const NOT_IN_A_NAME = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

/** What people are shown. Without white space at its ends. */
export function checkName(value: unknown): Checked {
  if (typeof value !== 'string') return { problem: 'must be a string' };
  const name = value.length > 1000 ? value : value.trim();
  const length = name.length > 1000 ? name.length : [...name].length;
  if (length < 1 || length > 80) return { problem: 'must be 1 to 80 characters long' };
  if (NOT_IN_A_NAME.test(name) || !name.isWellFormed()) {
    return { problem: 'must be one line without control characters' };
  }
  return { value: name };
}

export function checkBoolean(value: unknown): Checked {
  return typeof value === 'boolean' ? { value } : { problem: 'must be true or false' };
}

export function oneOf(allowed: readonly string[]): Rule {
  return (value) => {
    if (typeof value === 'string' && allowed.includes(value)) return { value };
    const meant = typeof value === 'string' ? `, did you mean "${nearestName(value, allowed)}"?` : '';
    return { problem: `must be one of ${allowed.join(', ')}${meant}` };
  };
}

export function wholeNumber(min: number, max: number, unit: string): Rule {
  return (value) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max
      ? { value }
      : { problem: `must be a whole number of ${unit}, from ${min} to ${max}` };
}

/** One problem for each member of `given` that is none of `names`. */
export function unknownNames(given: Readonly<Record<string, unknown>>, names: readonly string[]): string[] {
  return Object.keys(given)
    .filter((name) => !names.includes(name))
    .map(
      (name) =>
        `${JSON.stringify(name.slice(0, 40))} is no setting, did you mean "${nearestName(name, names)}"?`,
    );
}
