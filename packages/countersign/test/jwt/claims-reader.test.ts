import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { TokenError } from '../../src/core/errors.js';
import { parseStrictJsonText } from '../../src/core/strict-json.js';
import { createClaimsReader } from '../../src/jwt/claims-reader.js';
import { hostileText } from '../support/hostile-text.js';

const claimsOf = (index: number, changes: Readonly<Record<string, unknown>> = {}) => ({
  iss: 'https://auth.example',
  aud: ['https://api.example', 'https://other.example'],
  sub: `user-${index}`,
  jti: `${index}`.padStart(22, 'x'),
  iat: 1_800_000_000 + index,
  exp: 1_800_000_600 + index,
  nested: { level: 2, list: ['a', null] },
  ...changes,
});

/** A reader that knows what such claims look like. */
function readerOf(...texts: readonly string[]) {
  const reader = createClaimsReader();
  for (const text of texts) reader.learn(reader.read(text));
  return reader;
}

const SEEN = [1, 2, 3].map((index) => JSON.stringify(claimsOf(index)));

/** What comes of a text: the claims, or the code of the refusal. Anything else that is thrown is a defect. */
function outcomeOf(read: (text: string) => unknown, text: string): unknown {
  try {
    return read(text);
  } catch (error) {
    if (error instanceof TokenError) return error.code;
    throw error;
  }
}

/** @param given of which half a character, cut in two, is left out: decoded UTF-8 never has one */
function expectAsStrict(reader: ReturnType<typeof createClaimsReader>, given: string) {
  const text = given.toWellFormed();
  const strict = outcomeOf(parseStrictJsonText, text);
  expect(outcomeOf(reader.read, text)).toStrictEqual(strict);
  return strict;
}

describe('claims that look like those before', () => {
  it('are read by what differs, and come out frozen through and through', () => {
    const reader = readerOf(...SEEN);
    const claims = reader.read(JSON.stringify(claimsOf(4)));
    expect(reader.isFamiliar()).toBe(true);
    expect(claims).toStrictEqual(claimsOf(4));
    expect(Object.getPrototypeOf(claims)).toBe(Object.prototype);
    for (const each of [claims, claims['aud'], claims['nested']]) expect(Object.isFrozen(each)).toBe(true);
    expect(Object.keys(claims)).toEqual(Object.keys(claimsOf(4)));
  });

  it.each([0, 1, 9, 10, 11, 25])('are read whole where there are %i of them', (count) => {
    const claims = (value: string) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`claim-${index}`, `${value}-${index}`]),
      );
    const reader = readerOf(JSON.stringify(claims('a')), JSON.stringify(claims('b')));
    expect(reader.read(JSON.stringify(claims('c')))).toStrictEqual(claims('c'));
    expect(reader.isFamiliar()).toBe(true);
  });

  it('may hold any characters but escapes, in names and in values', () => {
    const reader = readerOf(...['a', 'b'].map((é) => JSON.stringify({ 'n$^(.*)[€]': é, 'x"\\': 'y"\\' })));
    const claims = { 'n$^(.*)[€]': '日本 $1 .* \u2028\u007f 😀', 'x"\\': 'y"\\' };
    expect(reader.read(JSON.stringify(claims))).toStrictEqual(claims);
    expect(reader.isFamiliar()).toBe(true);
  });

  it('keep integers of up to 15 digits as they are', () => {
    const reader = readerOf('{"n":1}', '{"n":2}');
    expect(reader.read('{"n":999999999999999}')).toStrictEqual({ n: 999_999_999_999_999 });
    expect(reader.isFamiliar()).toBe(true);
  });
});

describe('claims that do not look like those before', () => {
  const [known = ''] = SEEN;

  it.each([
    ['a member more', known.replace('{', '{"more":1,')],
    ['a member less', known.replace(/"sub":"[^"]*",/, '')],
    ['another order', known.replace(/^\{("iss":"[^"]*"),(.*)\}$/, '{$2,$1}')],
    ['another name', known.replace('"sub"', '"Sub"')],
    ['another type', known.replace(/"sub":"[^"]*"/, '"sub":5')],
    ['null', known.replace(/"sub":"[^"]*"/, '"sub":null')],
    ['an object', known.replace(/"sub":"[^"]*"/, '"sub":{"iss":"a"}')],
    ['an escape', known.replace(/"sub":"[^"]*"/, '"sub":"\\u0061"')],
    ['an escaped quote', known.replace(/"sub":"[^"]*"/, '"sub":"a\\",\\"b"')],
    ['a fraction', known.replace(/"iat":\d+/, '"iat":1.5')],
    ['an exponent', known.replace(/"iat":\d+/, '"iat":18e8')],
    ['a negative number', known.replace(/"iat":\d+/, '"iat":-5')],
    ['zero', known.replace(/"iat":\d+/, '"iat":0')],
    ['16 digits', known.replace(/"iat":\d+/, '"iat":9007199254740993')],
    ['white space', known.replace(',', ', ')],
    ['another constant', JSON.stringify(claimsOf(1, { iss: 'https://auth.example.org' }))],
    ['another object', JSON.stringify(claimsOf(1, { nested: { level: 3 } }))],
    ['nothing', '{}'],
  ])('are read as ever: %s', (_, text) => {
    const reader = readerOf(...SEEN);
    expect(typeof expectAsStrict(reader, text)).toBe('object');
    expect(reader.isFamiliar()).toBe(false);
    expect(reader.read(known)).toStrictEqual(JSON.parse(known));
    expect(reader.isFamiliar()).toBe(true);
  });

  it.each([
    ['J19: a member twice', known.replace('{', '{"sub":"other",')],
    ['J19: a member twice within a gap', known.replace(/"sub":"/, '"sub":"a","sub":"')],
    ['J20: a control character', known.replace('user', 'us\ner')],
    ['J20: a leading zero', known.replace(/"iat":\d+/, '"iat":018')],
    ['J20: a trailing text', `${known} x`],
    ['J20: a second object', known + known],
    ['J20: a line feed and more', `${known}\n{}`],
    ['J20: a byte order mark', `\ufeff${known}`],
    ['J20: a text that ends too soon', known.slice(0, -1)],
    ['J20: a string that does not end', known.slice(0, known.indexOf('user'))],
    ['J20: an unpaired surrogate', known.replace('user', '\\ud800')],
    ['J21: depth', known.replace(/"sub":"[^"]*"/, `"sub":${'['.repeat(33)}${']'.repeat(33)}`)],
  ])('are refused as ever: %s', (_, text) => {
    expect(expectAsStrict(readerOf(...SEEN), text)).toBe('malformed_token');
  });

  it('J19: are read as ever, whatever was learned and however a text is changed', () => {
    const value = fc.oneof(
      hostileText,
      fc.integer(),
      fc.double(),
      fc.constantFrom(null, true, [], {}, ['a'], { a: 1 }),
    );
    const claims = fc.dictionary(
      fc.oneof(fc.constantFrom('a', 'b', '0', 'toString', '__proto__'), hostileText),
      value,
      {
        maxKeys: 5,
      },
    );
    const place = fc.nat({ max: 80 });
    fc.assert(
      fc.property(
        claims,
        fc.array(value, { maxLength: 6 }),
        place,
        hostileText,
        (base, values, at, inserted) => {
          const reader = createClaimsReader();
          const [name = 'a'] = Object.keys(base);
          for (const each of [...values, ...values]) {
            const text = JSON.stringify({ ...base, [name]: each, z: values.length });
            if (typeof expectAsStrict(reader, text) === 'object')
              reader.learn(reader.read(text.toWellFormed()));
            expectAsStrict(reader, text.slice(0, at) + inserted + text.slice(at));
            expectAsStrict(reader, text.slice(0, at) + text.slice(at + 1 + inserted.length));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('teach nothing unless their tokens passed', () => {
    const reader = readerOf(...SEEN);
    for (let index = 0; index < 1000; index++) reader.read(JSON.stringify({ forged: index }));
    reader.read(known);
    expect(reader.isFamiliar()).toBe(true);
  });

  it('take the place of others that have not been seen for long', () => {
    const reader = readerOf(...SEEN);
    const other = (index: number) => JSON.stringify({ other: index });
    const see = (text: string) => {
      reader.learn(reader.read(text));
      return reader.isFamiliar();
    };
    for (let index = 0; index < 199; index++) expect(see(other(index))).toBe(false);
    expect(see(known)).toBe(true);
    for (let index = 0; index < 210; index++) see(other(index));
    expect(see(other(1))).toBe(true);
    expect(see(known)).toBe(false);
  });

  it('have their pattern also where others came first, once they are more', () => {
    const reader = readerOf(...[1, 2].map((index) => JSON.stringify({ other: index })));
    for (let index = 0; index < 1000; index++) {
      const text = index % 10 === 0 ? JSON.stringify({ other: index }) : JSON.stringify(claimsOf(index));
      reader.learn(reader.read(text));
    }
    reader.read(known);
    expect(reader.isFamiliar()).toBe(true);
  });

  it('do not change the type of what differs', () => {
    const reader = readerOf(...SEEN);
    const odd = JSON.stringify(claimsOf(4, { jti: 5, iss: 'https://other.example' }));
    reader.learn(reader.read(odd));
    reader.read(known);
    expect(reader.isFamiliar()).toBe(true);
  });

  it('S21: are told in linear time, and read as ever where they are long', () => {
    const reader = readerOf('{"a":"x","b":1}', '{"a":"y","b":2}');
    const startedAt = performance.now();
    const long = JSON.stringify({ a: 'x'.repeat(1_000_000), b: 1 });
    expect(reader.read(long)).toStrictEqual({ a: 'x'.repeat(1_000_000), b: 1 });
    expect(reader.isFamiliar()).toBe(false);
    for (let index = 0; index < 100; index++) expectAsStrict(reader, `{"a":"${'x'.repeat(1000)}`);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});

describe('C14: claims in a process whose prototype of all objects somebody has changed', () => {
  afterEach(() => {
    Reflect.deleteProperty(Object.prototype, 'sub');
  });

  it.each<[string, PropertyDescriptor]>([
    ['a value', { value: 'mallory', writable: true, enumerable: true }],
    ['a value that cannot be changed', { value: 'mallory' }],
    ['an accessor', { get: () => 'mallory', set: () => undefined }],
    ['an accessor without a setter', { get: () => 'mallory' }],
    [
      'an accessor that sets another one',
      {
        get: () => 'mallory',
        set(value) {
          Object.defineProperty(this, 'subject', { value, enumerable: true });
        },
      },
    ],
  ])('are their own: %s', (_, descriptor) => {
    const reader = readerOf(...SEEN);
    const text = JSON.stringify(claimsOf(4));
    Object.defineProperty(Object.prototype, 'sub', { ...descriptor, configurable: true });
    const claims = reader.read(text);
    expect(Object.hasOwn(claims, 'sub')).toBe(true);
    expect(claims['sub']).toBe('user-4');
  });

  it('are their own where a name is that of a member that all objects have', () => {
    const [one, two, three] = ['a', 'b', 'c'].map((text) => ({
      constructor: text,
      toString: text,
      valueOf: 1,
    }));
    const reader = readerOf(JSON.stringify(one), JSON.stringify(two));
    const claims = reader.read(JSON.stringify(three));
    expect(Object.entries(claims)).toEqual(Object.entries(three ?? {}));
  });
});
