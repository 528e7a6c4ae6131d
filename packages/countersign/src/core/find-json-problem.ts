/** JSON objects on their way out: only what reads back as it was given. Used for headers and claims. */
import { describe } from './options.js';
import type { JsonObject } from './strict-json.js';

/** Nothing is signed that the strict parser would refuse to read. */
const MAX_DEPTH = 32;

/**
 * What keeps an object from being written as JSON without loss, as in `sub is undefined`, or undefined when nothing
 * does: undefined, functions, bigint, NaN and Infinity, objects that are not plain (dates, maps), a `toJSON`,
 * unpaired surrogates, cycles, members named `__proto__` (row J29).
 */
export function findJsonProblem(object: JsonObject): string | undefined {
  return findObjectProblem(object, 1);
}

function findObjectProblem(object: JsonObject, depth: number): string | undefined {
  for (const name of Object.keys(object)) {
    const problem =
      name === '__proto__' || !name.isWellFormed()
        ? 'is no name for a member'
        : findValueProblem(object[name], depth);
    if (problem !== undefined)
      return depth === 1 ? `${JSON.stringify(name.slice(0, 40))} ${problem}` : problem;
  }
  return undefined;
}

function findValueProblem(value: unknown, depth: number): string | undefined {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? undefined : 'holds an unpaired surrogate';
    case 'number':
      return Number.isFinite(value) ? undefined : `holds ${value}`;
    case 'boolean':
      return undefined;
    case 'object':
      return value === null ? undefined : findContainerProblem(value, depth + 1);
    default:
      return `holds ${describe(value)}`;
  }
}

function findContainerProblem(value: object, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return 'is nested too deeply, or in itself';
  if ('toJSON' in value) return 'holds an object with a toJSON of its own';
  if (Array.isArray(value)) {
    for (const item of value) {
      const problem = findValueProblem(item, depth);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return 'holds an object that is not a plain one';
  return findObjectProblem(value as JsonObject, depth);
}
