import { describe, expect, it } from 'vitest';
import {
  hashSecret,
  isSecretShaped,
  parseTypedCode,
  randomSecret,
  randomTypedCode,
  sameText,
} from '../../src/services/secrets.js';

describe('secrets', () => {
  it('M14: are 256 random bits in 43 characters that need no escaping', () => {
    const secrets = Array.from({ length: 500 }, randomSecret);
    expect(new Set(secrets).size).toBe(500);
    for (const secret of secrets) {
      expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
      expect(isSecretShaped(secret)).toBe(true);
      expect(encodeURIComponent(secret)).toBe(secret);
    }
  });

  it.each([
    [`${'A'.repeat(42)}B`],
    ['A'.repeat(42)],
    ['A'.repeat(44)],
    [`${'A'.repeat(43)}\n`],
    [`${'A'.repeat(42)}=`],
    [`${'+'.repeat(42)}A`],
    [''],
    [null],
    [43],
    [['A'.repeat(43)]],
  ])('are not %j', (value) => {
    expect(isSecretShaped(value)).toBe(false);
  });

  it('M14: are kept as their SHA-256', () => {
    expect(hashSecret('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
  });

  it('of six digits begin with a zero as often as with any other digit', () => {
    const codes = Array.from({ length: 2000 }, randomTypedCode);
    for (const code of codes) expect(code).toMatch(/^[0-9]{6}$/);
    expect(new Set(codes.map((code) => code[0])).size).toBe(10);
  });

  it.each([
    ['012345', '012345'],
    ['012 345', '012345'],
    [' 012-345\n', '012345'],
    ['01234', undefined],
    ['0123456', undefined],
    ['01234a', undefined],
    ['٠١٢٣٤٥', undefined],
    [`012345${' '.repeat(100_000)}`, undefined],
    ['', undefined],
    [12345, undefined],
    [null, undefined],
  ])('typed as %j are %j', (typed, code) => {
    expect(parseTypedCode(typed)).toBe(code);
  });

  it('are compared whole', () => {
    expect(sameText('abc', 'abc')).toBe(true);
    expect(sameText('abc', 'abd')).toBe(false);
    expect(sameText('abc', 'abcd')).toBe(false);
    expect(sameText('', '')).toBe(true);
  });
});
