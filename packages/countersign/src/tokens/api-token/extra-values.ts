/** The types of extras: what is a value of each, whatever a policy allows. */
import { findJsonProblem } from '../../core/find-json-problem.js';
import { describe } from '../../core/options.js';
import type { ExtraType, JsonValue } from './policy-definition.js';

/** As held in memory: lists are arrays, numbers are numbers. */
export type ExtraValue = Exclude<JsonValue, null>;

export type ReadValue =
  | { readonly ok: true; readonly value: ExtraValue }
  | { readonly ok: false; readonly problem: string };

const NUMBER = /^-?\d{1,400}(?:\.\d{1,400})?(?:e[+-]?\d{1,3})?$/i;
const INTEGER = /^-?\d{1,16}$/;

const found = (value: ExtraValue): ReadValue => ({ ok: true, value });
const wrong = (wanted: string, value: unknown): ReadValue => ({
  ok: false,
  problem: `must be ${wanted}, not ${describe(value)}`,
});

/**
 * A value as a caller gives it: numbers may be text (row POL-16), and one string stands for a list of one (row POL-10).
 */
export const readGivenValue: Readonly<Record<ExtraType, (value: unknown) => ReadValue>> = {
  text: readText,
  number: readNumber,
  integer: readInteger,
  list: (value) => readList(typeof value === 'string' ? [value] : value),
  boolean: (value) => (typeof value === 'boolean' ? found(value) : wrong('true or false', value)),
  json: readJson,
};

function readText(value: unknown): ReadValue {
  return typeof value === 'string' && value.isWellFormed() ? found(value) : wrong('well-formed text', value);
}

export function readNumber(value: unknown): ReadValue {
  const number = typeof value === 'string' && NUMBER.test(value) ? Number(value) : value;
  // There is one zero in JSON.
  if (typeof number === 'number' && Number.isFinite(number)) return found(number === 0 ? 0 : number);
  return wrong('a finite number', value);
}

export function readInteger(value: unknown): ReadValue {
  const number = typeof value === 'string' && INTEGER.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return found(number === 0 ? 0 : number);
  return wrong('a whole number', value);
}

/** A frozen copy. Items that are no strings made the original crash (row POL-14). */
export function readList(value: unknown): ReadValue {
  if (!Array.isArray(value)) return wrong('a list of strings', value);
  const odd = value.findIndex((item) => typeof item !== 'string' || item === '' || !item.isWellFormed());
  if (odd >= 0) {
    const problem = `must hold non-empty strings only, not ${describe(value[odd])} as item ${odd + 1}`;
    return { ok: false, problem };
  }
  return found(Object.freeze([...value]));
}

function readJson(value: unknown): ReadValue {
  if (value === undefined || value === null) return wrong('a value', value);
  const problem = findJsonProblem({ value });
  return problem === undefined ? found(value as ExtraValue) : { ok: false, problem: `${problem.slice(8)}` };
}

export function isSameValue(one: ExtraValue, other: ExtraValue | null): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return one === other;
  return one.length === other.length && one.every((item, index) => item === other[index]);
}
