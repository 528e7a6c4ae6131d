import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenError } from '../../src/core/errors.js';
import { parseStrictJsonObject } from '../../src/core/strict-json.js';

const parse = (text: string | Uint8Array) => parseStrictJsonObject(Buffer.from(text));

function expectMalformed(text: string | Uint8Array) {
  expect(() => parse(text)).toThrow(expect.objectContaining({ name: 'TokenError', code: 'malformed_token' }));
}

describe('members that occur twice', () => {
  it.each([
    '{"alg":"none","alg":"HS256"}',
    '{"sub":"a","sub":"a"}',
    '{"exp":1,"sub":"a","exp":2}',
    '{"__proto__":1,"__proto__":2}',
    '{"a":1,"\\u0061":2}',
    '{"a":{"b":1,"b":2}}',
    '{"a":[{"b":[]},{"b":1,"b":1}]}',
    '{"":1,"":2}',
    '{"1":1,"1":2}',
    '{"a" : 1, "a"\t:2}',
    '{"a:b":1,"a:b":2}',
    '{"a":":","a":"::"}',
  ])('J19: %s is refused', (text) => {
    expectMalformed(text);
  });

  it('J19: names that differ in case only are different names', () => {
    expect(parse('{"alg":1,"Alg":2}')).toEqual({ alg: 1, Alg: 2 });
  });

  it('J19: one name in several objects, and colons, braces and quotes in strings, are no duplicates', () => {
    const text = JSON.stringify({ a: { a: { a: 'a:"{[' } }, 'b:"\\': [{ a: 1 }, { a: ':' }], c: '\\' });
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  it('J19: whatever the object, adding a member again is refused', () => {
    const dictionary = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), {
      minKeys: 1,
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(dictionary, fc.nat(), (object, index) => {
        const text = JSON.stringify(object);
        const names = Object.keys(object);
        const again = JSON.stringify(names[index % names.length]);
        expectMalformed(`${text.slice(0, -1)},${again}:null}`);
      }),
    );
  });
});

describe('what is not one JSON object', () => {
  it.each([
    '',
    ' ',
    'null',
    'true',
    '1',
    '"text"',
    '[]',
    '[{}]',
    '{}{}',
    '{} x',
    '{"a":1}\0',
    '{"a":1,}',
    '{a:1}',
    "{'a':1}",
    '{"a":NaN}',
    '{"a":Infinity}',
    '{"a":01}',
    '{"a":1}/* comment */',
    '{"a":"\n"}',
    '{"a":"\\x"}',
    '{"a":1',
    '{"a":"',
    '{"a":"\\',
    '{"a"',
    '{',
  ])('J20: %j is refused', (text) => {
    expectMalformed(text);
  });

  it('J20: a byte order mark is refused', () => {
    expectMalformed('\ufeff{"a":1}');
  });

  it.each([[[0xff]], [[0xc0, 0x80]], [[0xed, 0xa0, 0x80]], [[0xe2, 0x82]], [[0xf5, 0x80, 0x80, 0x80]]])(
    'J20: bytes that are no UTF-8, %j, are refused',
    (bytes) => {
      expectMalformed(Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')]));
    },
  );

  it.each(['{"a":"\\ud800"}', '{"a":"\\udc00\\ud800"}', '{"\\ud800":1}', '{"a":[{"b":["\\udfff"]}]}'])(
    'J20: an unpaired surrogate, %s, is refused',
    (text) => {
      expectMalformed(text);
    },
  );

  it('J20: a pair of surrogates is a character', () => {
    expect(parse('{"a":"\\ud83d\\ude00"}')).toEqual({ a: '😀' });
  });

  it('J20: white space around and within is allowed, as JSON has it', () => {
    expect(parse(' \r\n{ "a" :\t1 }\n')).toEqual({ a: 1 });
  });
});

describe('depth', () => {
  const nested = (depth: number) => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;
  const nestedArrays = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;

  it('J21: 32 levels are allowed, 33 are not', () => {
    expect(parse(nested(32))).toBeDefined();
    expectMalformed(nested(33));
    expect(parse(nestedArrays(32))).toBeDefined();
    expectMalformed(nestedArrays(33));
  });

  it('J21: the bound is an option', () => {
    expect(parseStrictJsonObject(Buffer.from(nested(2)), { maxDepth: 2 })).toBeDefined();
    expect(() => parseStrictJsonObject(Buffer.from(nested(3)), { maxDepth: 2 })).toThrow(TokenError);
  });

  it('J21: brackets in strings do not nest', () => {
    expect(parse(`{"a":"${'['.repeat(500)}"}`)).toBeDefined();
  });

  it('J21: nesting that would overflow a stack is refused', () => {
    expectMalformed('{"a":'.repeat(200_000));
    expectMalformed(`{"a":${'['.repeat(200_000)}`);
  });
});

describe('the result', () => {
  it('reads whatever JSON.stringify writes', () => {
    const dictionary = fc.dictionary(
      fc.string({ unit: 'grapheme' }).filter((name) => name !== '__proto__'),
      fc.jsonValue({ maxDepth: 4 }),
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(dictionary, (object) => {
        const text = JSON.stringify(object);
        fc.pre(!text.includes('__proto__') && text.isWellFormed() && !/\\ud[89a-f]/.test(text));
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('is frozen through and through', () => {
    const value = parse('{"a":{"b":[{"c":1}]}}') as { a: { b: { c: number }[] } };
    expect(Object.isFrozen(value)).toBe(true);
    expect(Object.isFrozen(value.a)).toBe(true);
    expect(Object.isFrozen(value.a.b)).toBe(true);
    expect(Object.isFrozen(value.a.b[0])).toBe(true);
  });

  it('C14: holds no member __proto__ at any level', () => {
    const value = parse('{"__proto__":{"admin":true},"a":[{"\\u005f_proto__":{"admin":true}}]}');
    expect(Object.keys(value)).toEqual(['a']);
    expect(Object.assign({}, value)).not.toHaveProperty('admin');
    expect(JSON.stringify(value)).toBe('{"a":[{}]}');
  });

  it('throws nothing but coded errors, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          parse(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(TokenError);
        }
      }),
    );
  });

  it('does not repeat the text in its errors', () => {
    for (const text of ['{"secret-value":', '["secret-value"]', '{"a":"secret-value","a":1}']) {
      expect(() => parse(text)).toThrow(/^(?!.*secret-value)/s);
    }
  });
});
