import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { masterKeyProblem } from '../../src/domain/master-key-problem.js';

describe('a master key', () => {
  it('S9: may be 32 random bytes', () => {
    for (let run = 0; run < 200; run++) expect(masterKeyProblem(randomBytes(32))).toBeUndefined();
  });

  it.each([
    ['no bytes', Buffer.alloc(0)],
    ['31 bytes', randomBytes(31)],
    ['33 bytes', randomBytes(33)],
    ['64 bytes', randomBytes(64)],
    ['all zero', Buffer.alloc(32)],
    ['all one', Buffer.alloc(32, 0xff)],
    ['a short pattern', Buffer.alloc(32, 'changeme')],
    ['half a key, twice', Buffer.concat(Array(2).fill(randomBytes(16)))],
    ['00 01 02 ...', Buffer.from(Array.from({ length: 32 }, (_, index) => index))],
    ['ff fe fd ...', Buffer.from(Array.from({ length: 32 }, (_, index) => 255 - index))],
    [
      '00 07 0e ... across the end of a byte',
      Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7)),
    ],
    ['a pass phrase', Buffer.from('correct horse battery staple ok?')],
    ['hexadecimal text that was not decoded', Buffer.from(randomBytes(16).toString('hex'))],
    ['base64 text that was not decoded', Buffer.from(randomBytes(24).toString('base64'))],
  ])('S9: must not be %s', (_title, key) => {
    const problem = masterKeyProblem(key);
    expect(problem).toMatch(/^The master key [^\r\n]*\.$/);
  });
});
