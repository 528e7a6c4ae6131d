import { describe, expect, it } from 'vitest';
import { rememberLatest } from '../../src/core/remember-latest.js';

describe('a function that remembers its latest answer', () => {
  it('is asked once for the same text in a row, and anew for another one', () => {
    const asked: string[] = [];
    const upper = rememberLatest((text) => {
      asked.push(text);
      return text.toUpperCase();
    });
    expect(['a', 'a', 'b', 'b', 'a', ''].map(upper)).toEqual(['A', 'A', 'B', 'B', 'A', '']);
    expect(asked).toEqual(['a', 'b', 'a', '']);
  });

  it('remembers that there was no answer, and no error', () => {
    let calls = 0;
    const failing = rememberLatest((text): undefined => {
      calls += 1;
      if (text === 'bad') throw new Error('bad');
    });
    expect(failing('a')).toBeUndefined();
    expect(failing('a')).toBeUndefined();
    expect(() => failing('bad')).toThrow('bad');
    expect(() => failing('bad')).toThrow('bad');
    expect(calls).toBe(3);
  });
});
