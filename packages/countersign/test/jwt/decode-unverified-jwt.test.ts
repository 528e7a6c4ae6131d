import { decodeUnverifiedJwt, TokenError } from 'countersign';
import { describe, expect, it } from 'vitest';
import { claimsText, toBase64url, tokenOf } from '../support/tokens.js';

const codeOf = (token: unknown) => {
  try {
    decodeUnverifiedJwt(token as string);
    return 'read';
  } catch (error) {
    if (error instanceof TokenError) return error.code;
    throw error;
  }
};

describe('a JWT that nobody has verified', () => {
  it('is read as what it claims, whoever signed it', () => {
    const token = `${toBase64url('{"alg":"none"}')}.${toBase64url('{"sub":"s","exp":0}')}.`;
    expect(decodeUnverifiedJwt(token)).toEqual({
      unverifiedHeader: { alg: 'none' },
      unverifiedClaims: { sub: 's', exp: 0 },
    });
  });

  it('is frozen through and through', () => {
    const { unverifiedClaims } = decodeUnverifiedJwt(tokenOf({ payload: claimsText({ a: '[{}]' }) }));
    expect(Object.isFrozen(unverifiedClaims)).toBe(true);
    expect(Object.isFrozen((unverifiedClaims['a'] as object[])[0])).toBe(true);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a number', 5],
    ['an empty text', ''],
    ['one segment', 'e30'],
    ['two segments', 'e30.e30'],
    ['four segments', 'e30.e30..'],
    ['JWE', 'e30.e30.e30.e30.e30'],
    ['padding', 'e30=.e30.'],
    ['white space', 'e30. e30.'],
    ['a claim that occurs twice', `e30.${toBase64url('{"sub":1,"sub":2}')}.`],
    ['an array', `e30.${toBase64url('[]')}.`],
    ['no JSON', 'e30.AAAA.'],
  ])('J17, J19, J20: %s is malformed', (_, token) => {
    expect(codeOf(token)).toBe('malformed_token');
  });

  it('J21: is looked at up to 16384 bytes', () => {
    const bytes = (length: number) => `e30.${toBase64url('{}'.padEnd(Math.floor(((length - 5) * 3) / 4)))}.`;
    expect(codeOf(bytes(16_384))).toBe('read');
    expect(codeOf(bytes(16_386))).toBe('token_too_large');
    expect(codeOf('.'.repeat(1_000_000))).toBe('token_too_large');
  });
});
