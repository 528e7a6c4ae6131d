import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeBase64url,
  decodeBase64urlByBuffer,
  decodeBase64urlInto,
  encodeBase64url,
  encodeBase64urlInto,
  encodedBase64urlLength,
} from '../../src/core/base64url.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

describe('encoding', () => {
  it('writes what Node writes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = encodeBase64url(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64url'));
        expect(text).toHaveLength(encodedBase64urlLength(bytes.length));
      }),
    );
  });

  it('takes a text as UTF-8', () => {
    expect(encodeBase64url('ü€😀')).toBe(Buffer.from('ü€😀').toString('base64url'));
  });

  it('writes into the middle of a target and leaves the rest alone', () => {
    const target = Buffer.from('..........');
    expect(encodeBase64urlInto(Uint8Array.of(0, 16, 131), 3, target, 2)).toBe(6);
    expect(target.toString()).toBe('..ABCD....');
  });
});

describe('decoding', () => {
  it('gives back what was encoded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(decodeBase64url(Buffer.from(bytes).toString('base64url'))).toEqual(bytes);
      }),
    );
  });

  it('accepts a text exactly when encoding what Node reads in it gives that text', () => {
    const character = fc.constantFrom(...ALPHABET, '+', '/', '=', ' ', '\n', '\0', 'é', 'Ł', '.');
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 12 }), (text) => {
        const isCanonical = Buffer.from(text, 'base64url').toString('base64url') === text;
        expect(decodeBase64url(text) !== undefined).toBe(isCanonical);
      }),
      { numRuns: 2000 },
    );
  });

  it('J15: of two characters only the sixteenth, of three every fourth last one, is canonical', () => {
    const last = (prefix: string) => [...ALPHABET].filter((character) => decodeBase64url(prefix + character));
    expect(last('A').join('')).toBe('AQgw');
    expect(last('AA').join('')).toBe('AEIMQUYcgkosw048');
    expect(last('AAA').join('')).toBe(ALPHABET);
  });

  it.each([
    'A',
    'AAAAA',
    'AA==',
    'AAA=',
    '=',
    ' AAA',
    'AA\nA',
    'AAAA\n',
    'A\tAA',
    'AA+A',
    'AA/A',
    'AA\0A',
    'éAAA',
  ])('J16: %j is refused', (text) => {
    expect(decodeBase64url(text)).toBeUndefined();
  });

  it('J16: a character whose low byte is in the alphabet is refused', () => {
    expect('Ł'.charCodeAt(0) & 0xff).toBe('A'.charCodeAt(0));
    expect(decodeBase64url('ŁAAA')).toBeUndefined();
    expect(decodeBase64url('AAAŁ')).toBeUndefined();
  });

  it('reads a part of a source', () => {
    const target = new Uint8Array(3);
    expect(decodeBase64urlInto(Buffer.from('!!ABCD!!'), 2, 6, target)).toBe(3);
    expect(target).toEqual(Uint8Array.of(0, 16, 131));
    expect(decodeBase64urlInto(Buffer.from('!!ABCD!!'), 1, 5, target)).toBe(-1);
  });

  it('reads nothing as no bytes', () => {
    expect(decodeBase64url('')).toEqual(new Uint8Array(0));
  });

  it('J15 J16: by Buffer gives the same for every text of ASCII', () => {
    const character = fc.constantFrom(...ALPHABET, '+', '/', '=', ' ', '\n', '\0', '.', '!');
    const text = fc.oneof(
      fc.string({ unit: character, maxLength: 12 }),
      fc.string({ unit: fc.constantFrom(...ALPHABET), maxLength: 400 }),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
    );
    fc.assert(
      fc.property(text, fc.nat({ max: 3 }), (encoded, more) => {
        const bytes = decodeBase64url(encoded);
        const target = Buffer.alloc(Math.floor((encoded.length * 3) / 4) + more);
        expect(decodeBase64urlByBuffer(encoded, target)).toBe(bytes?.length ?? -1);
        if (bytes !== undefined) expect(new Uint8Array(target).subarray(0, bytes.length)).toEqual(bytes);
      }),
      { numRuns: 3000 },
    );
  });

  it('J15 J16: by Buffer is nothing where the target is too short', () => {
    expect(decodeBase64urlByBuffer('AAAA', Buffer.alloc(2))).toBe(-1);
  });
});
