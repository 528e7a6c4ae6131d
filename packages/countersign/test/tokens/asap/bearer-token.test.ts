import { extractBearerToken } from 'countersign/asap';
import { describe, expect, it } from 'vitest';

describe('the token of an Authorization header', () => {
  it.each(['Bearer a.b.c', 'bearer a.b.c', 'BEARER a.b.c', 'bEaReR a.b.c'])(
    'ASAP-30: is found in %j',
    (header) => {
      expect(extractBearerToken(header)).toBe('a.b.c');
      expect(extractBearerToken(Buffer.from(header))).toBe('a.b.c');
      expect(extractBearerToken(new Uint8Array(Buffer.from(header)))).toBe('a.b.c');
    },
  );

  it.each([
    '',
    'Bearer',
    'a.b.c',
    'Bearer  a.b.c',
    'Bearer a.b.c ',
    ' Bearer a.b.c',
    'Bearer a b',
    'Bearer\ta.b.c',
    'Basic YTpi',
    'Bearer, a',
    'Bearer: a',
  ])('ASAP-30: is missing from %j', (header) => {
    expect(extractBearerToken(header)).toBeUndefined();
    expect(extractBearerToken(Buffer.from(header))).toBeUndefined();
  });

  it.each([undefined, null, 1, ['Bearer a']])('ASAP-30: is missing from %j', (header) => {
    expect(extractBearerToken(header as never)).toBeUndefined();
  });

  it('ASAP-30: is the empty text after one space, which no verifier takes', () => {
    expect(extractBearerToken('Bearer ')).toBe('');
  });
});
