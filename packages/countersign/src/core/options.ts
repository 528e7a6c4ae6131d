/** Checks the options of a `createX` once: every problem is found and reported together. */
import { UsageError } from './errors.js';

/** What is wrong with one option's value, as in "must be a function, not null"; undefined when nothing is. */
export type ValueRule = (value: unknown) => string | undefined;

interface OptionRule<Presence extends 'required' | 'optional'> {
  readonly presence: Presence;
  readonly rule: ValueRule;
}

/** One rule for each option of `Options`; which must be present follows from its type. */
export type OptionRules<Options> = {
  readonly [Name in keyof Options]-?: OptionRule<
    Record<never, never> extends Pick<Options, Name> ? 'optional' : 'required'
  >;
};

/** The option must be given, and `undefined` is not a value: an unset configuration must not relax anything. */
export function required(rule: ValueRule): OptionRule<'required'> {
  return { presence: 'required', rule };
}

/** The option may be left out, or be `undefined`, which is the same. */
export function optional(rule: ValueRule): OptionRule<'optional'> {
  return { presence: 'optional', rule };
}

/**
 * A frozen copy of the options, each value looked at once; the caller's object is left alone.
 *
 * @param together problems that lie between options; asked only when each option is right by itself
 * @throws {UsageError} `invalid_options` with every problem: unknown names (with the nearest valid one), missing
 * options, values out of range. Values other than numbers are named by kind only: they may be secrets.
 */
export function checkOptions<Options extends object>(
  subject: string,
  given: Options,
  rules: OptionRules<Options>,
  together?: (options: Readonly<Options>) => readonly string[],
): Readonly<Options> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new UsageError('invalid_options', subject, [`options must be an object, not ${describe(given)}`]);
  }
  const options = Object.freeze({ ...given });
  const problems = findProblems(options as Readonly<Record<string, unknown>>, rules);
  if (problems.length === 0 && together !== undefined) problems.push(...together(options));
  if (problems.length > 0) throw new UsageError('invalid_options', subject, problems);
  return options;
}

function findProblems(
  options: Readonly<Record<string, unknown>>,
  rules: Readonly<Record<string, OptionRule<'required' | 'optional'>>>,
): string[] {
  const names = Object.keys(rules);
  const problems = Object.keys(options)
    .filter((name) => !names.includes(name))
    .map((name) => `unknown option "${name.slice(0, 40)}", did you mean "${nearest(name, names)}"?`);
  for (const name of names) {
    const { presence, rule } = rules[name] as OptionRule<'required' | 'optional'>;
    const value = Object.hasOwn(options, name) ? options[name] : undefined;
    if (value === undefined && presence === 'optional') continue;
    const problem = value === undefined ? `is required${hint(rule(null))}` : rule(value);
    if (problem !== undefined) problems.push(`${name} ${problem}`);
  }
  return problems;
}

/** Where null is a value, the message says so: whoever left the option out may have meant to switch it off. */
function hint(problemWithNull: string | undefined): string {
  return problemWithNull === undefined ? ' (null switches it off)' : '';
}

/** Names a value without giving away what may be secret. */
export function describe(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean' || value == null) return String(value);
  if (typeof value === 'string') return value === '' ? 'an empty string' : 'a string';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : 'an array';
  if (value instanceof RegExp) return 'a regular expression';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** The name that takes the fewest edits, case aside; a name that begins alike comes before all others. */
export function nearest(name: string, names: readonly string[]): string {
  return [...names].sort((one, two) => distance(name, one) - distance(name, two))[0] ?? '';
}

/** Whether so few edits lead from one to the other that it was meant. */
export function isNear(name: string, other: string): boolean {
  return distance(name, other) * 2 <= name.length;
}

function distance(name: string, other: string): number {
  const lower = name.slice(0, 40).toLowerCase();
  return other.toLowerCase().startsWith(lower) ? 0 : editDistance(lower, other.toLowerCase());
}

/** Levenshtein distance, one row at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, char] of [...from].entries()) {
    const next = [index + 1];
    for (let at = 1; at <= to.length; at++) {
      const replaced = (row[at - 1] ?? 0) + (to[at - 1] === char ? 0 : 1);
      next.push(Math.min(replaced, (row[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
