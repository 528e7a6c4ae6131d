import fc from 'fast-check';

/** Text as an attacker writes it: any characters, among them many that mean something in a token. */
export const hostileText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'..ABab01-_+/= \n{}[]":,\\u0000\u0000é') }),
);
