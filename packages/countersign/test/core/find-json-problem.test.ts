import { describe, expect, it } from 'vitest';
import { findJsonProblem } from '../../src/core/find-json-problem.js';
import type { JsonObject } from '../../src/core/strict-json.js';

function nested(depth: number): JsonObject {
  return depth === 1 ? {} : { a: nested(depth - 1) };
}

const cyclic: JsonObject = {};
cyclic['self'] = [cyclic];

class Point {
  x = 1;
}

describe('what JSON cannot say', () => {
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a bigint', 1n],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['bytes', new Uint8Array(1)],
    ['a boxed number', Object(1)],
    ['an instance of a class', new Point()],
    ['an object with toJSON', { toJSON: () => 1 }],
    ['an array with toJSON', Object.assign([1], { toJSON: () => 1 })],
    ['an array with a hole', new Array(1)],
    ['an unpaired surrogate', '\ud800'],
    ['a name with an unpaired surrogate', { '\ud800': 1 }],
    ['a member __proto__', JSON.parse('{"__proto__":1}')],
    ['a cycle', cyclic],
    ['33 levels', nested(32)],
  ])('J29: %s is found, at the top and further down', (_, value) => {
    expect(findJsonProblem({ claim: value })).toMatch(/^"claim" (holds|is) /);
    expect(findJsonProblem({ claim: [{ deep: value }] })).toMatch(/^"claim" (holds|is) /);
  });

  it('finds nothing in plain values', () => {
    const plain = {
      a: 1,
      b: -0.5,
      c: 'ü😀',
      d: true,
      e: null,
      f: [],
      g: { h: [{}] },
      i: Object.create(null),
    };
    expect(findJsonProblem(plain)).toBeUndefined();
    expect(findJsonProblem(nested(32))).toBeUndefined();
  });
});
