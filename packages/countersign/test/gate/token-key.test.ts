import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyOf } from '../../src/gate/cache/token-key.js';

describe('the number under which a token is found', () => {
  it('K9 a: is the same for the same text, whole or part of another', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, token) => {
        expect(keyOf(`${before}${token}`.slice(before.length))).toBe(keyOf(token));
      }),
    );
  });

  it('is a whole number of 32 bits, also for texts that are short or empty', () => {
    for (const token of ['', 'a', '1234567', '12345678', '123456789']) {
      const key = keyOf(token);
      expect(key).toBe(key | 0);
    }
  });

  it('follows from every one of the last eight characters', () => {
    const token = 'eyJh.eyJi.0123456789';
    for (let back = 1; back <= 8; back++) {
      const at = token.length - back;
      expect(keyOf(`${token.slice(0, at)}_${token.slice(at + 1)}`)).not.toBe(keyOf(token));
    }
  });

  it('is one of its own for nearly every signature', () => {
    const tokens = Array.from({ length: 20_000 }, () => randomBytes(64).toString('base64url'));
    expect(new Set(tokens.map(keyOf)).size).toBeGreaterThan(19_990);
  });
});
