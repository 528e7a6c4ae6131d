import { parseScope } from 'countersign/access-token';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isScopeToken, missingScopes, parseScopeList } from '../../src/jwt/scope.js';

describe('scopes', () => {
  it.each([
    ['read', ['read']],
    ['read write', ['read', 'write']],
    ['read read write read', ['read', 'write']],
    ['openid https://api.example/a?b=c urn:x:y *', ['openid', 'https://api.example/a?b=c', 'urn:x:y', '*']],
    ['! # [ ] ~', ['!', '#', '[', ']', '~']],
  ])('C15: %j is read as %j', (text, scopes) => {
    const parsed = parseScope(text);
    expect(parsed).toEqual(scopes);
    expect(Object.isFrozen(parsed)).toBe(true);
  });

  it.each<unknown>([
    '',
    ' ',
    ' read',
    'read ',
    'read  write',
    'read\twrite',
    'read\n',
    'read\r\nwrite',
    'a\u0000b',
    'r\u00e9ad',
    'read\u00a0write',
    '"read"',
    'a\\b',
    'a\u007fb',
    ['read'],
    null,
    undefined,
    5,
    { 0: 'read' },
  ])('C15: %j is off the grammar', (value) => {
    expect(parseScope(value)).toBeUndefined();
  });

  it('C15: a list holds scopes, one an item; it may be empty', () => {
    expect(parseScopeList(['read', 'write', 'read'])).toEqual(['read', 'write']);
    expect(parseScopeList([])).toEqual([]);
    for (const value of [['read write'], [''], [1], [['read']], 'read', null, { length: 0 }]) {
      expect(parseScopeList(value)).toBeUndefined();
    }
  });

  it.each([
    ['read readwrite', 'read', []],
    ['read readwrite', 'write', ['write']],
    ['readwrite', 'read', ['read']],
    ['Read', 'read', ['read']],
    ['*', 'read', ['read']],
    ['*', '*', []],
    ['read:user', 'read', ['read']],
    ['b a', 'a b', []],
    ['a', 'c a b', ['c', 'b']],
  ])('C15: of %j against the needed %j are missing %j', (granted, needed, missing) => {
    expect(missingScopes(parseScope(granted) ?? [], parseScope(needed) ?? [])).toEqual(missing);
  });

  it('C15: a hundred thousand scopes are read and compared one by one', () => {
    const many = Array.from({ length: 100_000 }, (_, index) => `s${index}`);
    const parsed = parseScope(many.join(' ')) ?? [];
    expect(parsed).toHaveLength(100_000);
    expect(missingScopes(parsed, many)).toEqual([]);
    expect(parseScope('a'.repeat(1_000_000))).toHaveLength(1);
    expect(parseScope(' '.repeat(1_000_000))).toBeUndefined();
  });

  it('C15: any list of scopes, joined, is read back', () => {
    const characters = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
    const token = fc.string({ unit: characters.filter(isScopeToken), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.uniqueArray(token, { minLength: 1, maxLength: 8 }), (scopes) => {
        expect(parseScope(scopes.join(' '))).toEqual(scopes);
      }),
      { numRuns: 200 },
    );
  });
});
