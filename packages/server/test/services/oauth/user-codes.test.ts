import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  formatUserCode,
  hashUserCode,
  parseUserCode,
  randomUserCode,
} from '../../../src/services/oauth/user-codes.js';
import { createVault } from '../../../src/services/vault.js';

describe('user codes', () => {
  it('RFC 8628 6.1: are of twenty letters without vowels, each as likely as any other', () => {
    const codes = Array.from({ length: 5000 }, randomUserCode);
    expect(new Set(codes).size).toBe(codes.length);
    const counts = new Map<string, number>();
    for (const letter of codes.join('')) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    expect([...counts.keys()].sort().join('')).toBe('BCDFGHJKLMNPQRSTVWXZ');
    // 2000 each; a fifth more or less is ten times the standard deviation.
    for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(400);
  });

  it('are read as they are shown', () => {
    for (let codes = 0; codes < 100; codes += 1) {
      const code = randomUserCode();
      expect(formatUserCode(code)).toMatch(/^.{4}-.{4}$/);
      expect(parseUserCode(formatUserCode(code))).toBe(code);
    }
  });

  it.each([
    ['WDJB-MJHT', 'WDJBMJHT'],
    ['wdjb mjht', 'WDJBMJHT'],
    [' w.d.j.b–m.j.h.t ', 'WDJBMJHT'],
    ['WDJB-MJH', undefined],
    ['WDJB-MJHTT', undefined],
    ['WDJB-MJHA', undefined],
    ['WDJB-MJH1', undefined],
    ['WDJB-MJHT'.padEnd(30), 'WDJBMJHT'],
    ['WDJB-MJHT'.padEnd(31), undefined],
    ['', undefined],
    [undefined, undefined],
    [7, undefined],
  ])('RFC 8628 6.1: %j is read as %j', (typed, code) => {
    expect(parseUserCode(typed)).toBe(code);
  });

  it('O32: are kept as MACs, which say nothing without the master key', () => {
    const [one, other] = [createVault(randomBytes(32)), createVault(randomBytes(32))];
    const hash = hashUserCode(one, 'WDJBMJHT');
    expect(hash).toMatch(/^[\w-]{43}$/);
    expect(hashUserCode(one, 'WDJBMJHT')).toBe(hash);
    expect(hashUserCode(other, 'WDJBMJHT')).not.toBe(hash);
  });
});
