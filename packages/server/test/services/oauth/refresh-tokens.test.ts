import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createRefreshTokens } from '../../../src/services/oauth/tokens/refresh-tokens.js';
import { createVault } from '../../../src/services/vault.js';

const tokens = createRefreshTokens(createVault(randomBytes(32)));
const GRANT = { id: '5f0c2c86-5c43-4a0e-8f0c-6a1f5f1f8f10', generation: 3 };
const TOKEN = tokens.format(GRANT);

describe('refresh tokens', () => {
  it.each([0, 1, 255, 65_536, 2 ** 32 - 1])('say the grant and its generation %d', (generation) => {
    for (const id of [randomUUID(), 'g', 'ü', 'x'.repeat(256)])
      expect(tokens.parse(tokens.format({ id, generation }))).toEqual({ id, generation });
  });

  it('are the same for the same grant and generation, and of one form', () => {
    expect(tokens.format(GRANT)).toBe(TOKEN);
    expect(TOKEN).toMatch(/^rt_[\w-]{96}$/);
    expect(TOKEN).not.toContain(GRANT.id);
  });

  it('are others for another grant, another generation and another master key', () => {
    const others = [
      tokens.format({ ...GRANT, generation: 4 }),
      tokens.format({ ...GRANT, id: randomUUID() }),
      createRefreshTokens(createVault(randomBytes(32))).format(GRANT),
    ];
    expect(new Set([TOKEN, ...others]).size).toBe(4);
    expect(tokens.parse(others[2] ?? '')).toBeUndefined();
  });

  it('O14: are not taken with any one bit changed', () => {
    const bytes = Buffer.from(TOKEN.slice(3), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(tokens.parse(`rt_${changed.toString('base64url')}`)).toBeUndefined();
    }
  });

  it.each([
    ['nothing', ''],
    ['the prefix alone', 'rt_'],
    ['another prefix', `RT_${TOKEN.slice(3)}`],
    ['no prefix', TOKEN.slice(3)],
    ['padding', `${TOKEN}=`],
    ['a space', `${TOKEN} `],
    ['a line end', `${TOKEN}\n`],
    ['the other alphabet', `rt_+/${TOKEN.slice(5)}`],
    ['a character less', TOKEN.slice(0, -1)],
    ['a character more', `${TOKEN}A`],
    ['bytes that are no text', `rt_${Buffer.alloc(52, 0xff).toString('base64url')}`],
    ['35 bytes', `rt_${randomBytes(35).toString('base64url')}`],
    ['36 bytes', `rt_${randomBytes(36).toString('base64url')}`],
    ['37 bytes', `rt_${randomBytes(37).toString('base64url')}`],
    ['a megabyte', `rt_${'A'.repeat(1_000_000)}`],
    ['a JWT', 'eyJhbGciOiJub25lIn0.e30.'],
  ])('J28: %s is none', (_title, text) => {
    expect(tokens.parse(text)).toBeUndefined();
  });

  it('are not made for what they could not say', () => {
    for (const generation of [-1, 0.5, 2 ** 32, Number.NaN])
      expect(() => tokens.format({ ...GRANT, generation })).toThrow(RangeError);
    for (const id of ['', 'x'.repeat(257), '\ud800'])
      expect(() => tokens.format({ ...GRANT, id })).toThrow(RangeError);
  });
});
