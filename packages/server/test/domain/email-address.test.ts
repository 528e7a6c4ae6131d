import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEmailAddress } from '../../src/domain/email-address.js';

const SENTENCE = /^[A-Z][^\r\n]*\.$/;

function expectRefused(input: unknown): void {
  const result = parseEmailAddress(input);
  expect(result.problem).toMatch(SENTENCE);
  if (typeof input === 'string' && input.length > 2) expect(result.problem).not.toContain(input);
}

const local = (length: number) => 'l'.repeat(length);
/** A domain of exactly so many characters, in labels of at most 63. */
function domain(length: number): string {
  const labels: string[] = [];
  for (let left = length; left > 0; left -= 64) labels.push('d'.repeat(Math.min(left, 63)));
  return labels.join('.');
}

describe('the canonical form of an e-mail address', () => {
  it.each([
    ['ada@example.com', 'ada@example.com', 'ada@example.com'],
    ['  ada@example.com ', 'ada@example.com', 'ada@example.com'],
    ['Ada.Lovelace@EXAMPLE.Com', 'Ada.Lovelace@example.com', 'ada.lovelace@example.com'],
    ['ada+boats@example.com', 'ada+boats@example.com', 'ada+boats@example.com'],
    [
      "o'brien_{x}|~?=#$&*/^`-@example.co",
      "o'brien_{x}|~?=#$&*/^`-@example.co",
      "o'brien_{x}|~?=#$&*/^`-@example.co",
    ],
    ['a@b.c', 'a@b.c', 'a@b.c'],
    ['a@mail.r3---x.example', 'a@mail.r3---x.example', 'a@mail.r3---x.example'],
    ['a@7.example', 'a@7.example', 'a@7.example'],
  ])('%s is %s, compared as %s', (input, address, key) => {
    expect(parseEmailAddress(input)).toEqual({ address, key });
  });

  it.each([
    ['IDN written as U-label', 'ada@münchen.example', 'ada@xn--mnchen-3ya.example'],
    ['IDN written as A-label', 'ada@XN--MNCHEN-3YA.example', 'ada@xn--mnchen-3ya.example'],
    ['combining mark in the domain', 'ada@mu\u0308nchen.example', 'ada@xn--mnchen-3ya.example'],
    ['ß in the domain is its own letter', 'ada@faß.example', 'ada@xn--fa-hia.example'],
    ['ligature in the domain', 'ada@ﬁsh.example', 'ada@fish.example'],
    ['full-width domain', 'ada@ｅｘａｍｐｌｅ．com', 'ada@example.com'],
    ['ideographic full stop', 'ada@example。com', 'ada@example.com'],
    ['Cyrillic lookalike in the domain is another domain', 'ada@еxample.com', 'ada@xn--xample-2of.com'],
    ['dotless ı in the domain is another domain', 'ada@bıt.example', 'ada@xn--bt-hpa.example'],
  ])('M13: %s', (_title, input, address) => {
    expect(parseEmailAddress(input)).toEqual({ address, key: address });
  });

  it.each([
    ['full-width @', 'ada＠example.com'],
    ['a second @ in full width', 'ada@example＠evil.com'],
    ['full-width letter before the @', 'ａdmin@example.com'],
    ['Cyrillic letter before the @', 'аdmin@example.com'],
    ['dotless ı before the @', 'admın@example.com'],
    ['dotted İ before the @', 'admİn@example.com'],
    ['Kelvin sign, which lower-cases to k', '\u212Aelvin@example.com'],
    ['ß before the @', 'strauß@example.com'],
    ['ligature before the @', 'ﬁsh@example.com'],
    ['combining mark before the @', 'u\u0308ber@example.com'],
    ['zero-width space before the @', 'ad\u200Ba@example.com'],
    ['zero-width space in the domain', 'ada@exam\u200Bple.com'],
    ['zero-width joiner in the domain', 'ada@exam\u200Dple.com'],
    ['soft hyphen in the domain', 'ada@exam\u00ADple.com'],
    ['variation selector in the domain', 'ada@example\uFE0F.com'],
    ['right-to-left override before the @', '\u202Eada@example.com'],
    ['right-to-left mark in the domain', 'ada@example.com\u200F'],
    ['byte order mark in front', '\uFEFFada@example.com'],
    ['no-break space in front', '\u00A0ada@example.com'],
    ['lone surrogate in the domain', 'ada@ex\uD800ample.com'],
    ['full-width slash in the domain', 'ada@example／evil.com'],
    ['full-width percent sign in the domain', 'ada@example％2eevil.com'],
    ['invalid A-label', 'ada@xn--a.com'],
    ['trailing dot', 'ada@example.com.'],
  ])('M13: refuses %s', (_title, input) => {
    expectRefused(input);
  });

  it.each([
    ['a@b.c\r\nBcc: x@y'],
    ['a@b.c\n'],
    ['\ra@b.c'],
    ['a@b.c\t'],
    ['a@b.c%0d%0aBcc: x@y'],
    ['a%0d%0a@b.c'],
    ['a@b.c%0d%0a'],
    ['a@b.c,x@y'],
    ['a@b.c,x'],
    ['a@b.c;x@y'],
    ['a@b.c x@y'],
    ['"x@evil" @b.c'],
    ['"x@evil"@b.c'],
    ['"a"@b.c'],
    ['a\\@b@b.c'],
    ['<a@b.c>'],
    ['a@b.c>'],
    ['A <a@b.c>'],
    ['a@b.c (comment)'],
    ['a(comment)@b.c'],
    ['a@[127.0.0.1]'],
    ['a@[IPv6:::1]'],
    ['a@127.0.0.1'],
    ['a@127.1'],
    ['a@0x7f.1'],
    ['a@１２７.1'],
    ['a@b.123'],
    ['a@b@c'],
    ['a@b@c.d'],
    ['a\0@b.c'],
    ['a@b.c\0'],
    ['=?utf-8?q?a?= <a@b.c>'],
    ['=?utf-8?q?a=40evil.com=3e?=@b.c'],
    ['x%evil.com@b.c'],
    ['evil.com!x@b.c'],
    ['@relay.example:a@b.c'],
    ['mailto:a@b.c'],
  ])('M12: refuses %j', (input) => {
    expectRefused(input);
  });

  it.each([
    [''],
    ['   '],
    ['a'],
    ['@'],
    ['@b.c'],
    ['a@'],
    ['a@b'],
    ['a@localhost'],
    ['.a@b.c'],
    ['a.@b.c'],
    ['a..b@b.c'],
    ['a@.b.c'],
    ['a@b..c'],
    ['a@-b.c'],
    ['a@b-.c'],
    ['a@b_d.c'],
    ['a@b.c:25'],
    ['a@b.c/x'],
    ['a@b.c?x'],
    ['a@b.c#x'],
    ['a@b%2ec.d'],
  ])('refuses %j', (input) => {
    expectRefused(input);
  });

  it.each([[undefined], [null], [1], [true], [{}], [['a@b.c']], [Symbol('a@b.c')]])('refuses %o', (input) => {
    expectRefused(input);
  });

  it('M12: takes 254 octets and refuses 255', () => {
    expect(parseEmailAddress(`${local(64)}@${domain(189)}`).problem).toBeUndefined();
    expectRefused(`${local(64)}@${domain(190)}`);
    expectRefused(`a@${'d.'.repeat(50_000)}com`);
  });

  it('takes 64 octets before the @ and refuses 65', () => {
    expect(parseEmailAddress(`${local(64)}@b.c`).problem).toBeUndefined();
    expectRefused(`${local(65)}@b.c`);
  });

  it('takes a label of 63 octets and refuses 64', () => {
    expect(parseEmailAddress(`a@${'d'.repeat(63)}.c`).problem).toBeUndefined();
    expectRefused(`a@${'d'.repeat(64)}.c`);
  });

  it('counts octets of the encoded domain, not characters that were typed', () => {
    expectRefused(`a@${'ü'.repeat(60)}.c`);
  });

  it('M12, M13: what is taken is ASCII, has one @, and is its own canonical form', () => {
    const text = fc.string({
      unit: fc.constantFrom(...'aZ0.-_+@ "<>,;:%!=?[]()\\\r\n\0\tüß＠。\u200b\u0430'),
    });
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: 'binary' }), fc.emailAddress()), (input) => {
        const result = parseEmailAddress(input);
        if (result.problem !== undefined) return;
        expect(result.address).toMatch(/^[\x21-\x7e]+$/);
        expect(result.address.split('@')).toHaveLength(2);
        expect(result.key).toBe(result.address.toLowerCase());
        expect(parseEmailAddress(result.address)).toEqual(result);
        expect(parseEmailAddress(result.key)).toEqual({ address: result.key, key: result.key });
      }),
      { numRuns: 500 },
    );
  });
});
