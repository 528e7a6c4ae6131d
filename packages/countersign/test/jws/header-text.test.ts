import { describe, expect, it } from 'vitest';
import { headerTextOf } from '../../src/jws/header-text.js';

describe('the encoded header of a token', () => {
  it('is what precedes the first dot, in whatever order tokens come', () => {
    const tokens = ['aa.b.c', 'aa.b.c', 'a.b.c', 'aa.x.y', 'aab.x.y', '.b.c', 'aa', '', '...', 'aa.b.c'];
    expect(tokens.map(headerTextOf)).toEqual(['aa', 'aa', 'a', 'aa', 'aab', '', '', '', '', 'aa']);
  });
});
