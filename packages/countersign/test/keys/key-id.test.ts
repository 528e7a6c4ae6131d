import { findIssuerProblem, isKeyIdOwnedBy, parseKeyId } from 'countersign/asap';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const GOOD = [
  'oa.oo/a',
  'oo.sasdf.asdf/yes',
  'oo/o',
  'issuer',
  'a/b/c',
  'a_b-c.d+e/F1',
  '.a/b',
  'a./b',
  'a/.pem',
];
const BAD = [
  '../aha',
  '/a',
  '\\c:a',
  'lk2j34/#$',
  'a../../a',
  'a/;a',
  ' ',
  ' / ',
  ' /',
  'a b',
  'dir/some\0thing',
  'a/#a',
  'a/a?x',
  'a/a;',
  'a/b/',
  'a//b',
  './a',
  'a/.',
  'a/./b',
  'a..b',
  'a/..',
  '/',
  '//',
];

describe('key ids', () => {
  it.each(GOOD)('ASAP-6: takes %j', (keyId) => {
    expect(parseKeyId(keyId)).toEqual({ ok: true, keyId, segments: keyId.split('/') });
  });

  it.each(BAD)('ASAP-6: refuses %j', (keyId) => {
    expect(parseKeyId(keyId)).toEqual({ ok: false, problem: expect.stringMatching(/^must /) });
  });

  it.each(['a/b\n', '\na/b', '.', 'é/x', 'а/x', 'a/１', 'a/b\u0000'])(
    'ASAP-7: refuses %j, which the original lets through or might',
    (keyId) => {
      expect(parseKeyId(keyId).ok).toBe(false);
    },
  );

  it.each(['a/%2e%2e/b', 'a%2fb', 'a$', 'a#$', "' OR 1=1--", 'https://x/y', 'a/\u2028b'])(
    'A3: refuses %j',
    (keyId) => {
      expect(parseKeyId(keyId).ok).toBe(false);
    },
  );

  it.each([undefined, null, 1, true, '', [], ['a/b'], {}, { toString: () => 'a/b' }])(
    'refuses %j, which is no text',
    (value) => {
      expect(parseKeyId(value)).toEqual({ ok: false, problem: 'must be a non-empty string' });
    },
  );

  it('takes no more than 512 characters, and 255 in a segment', () => {
    const segment = 'a'.repeat(255);
    expect(parseKeyId(segment).ok).toBe(true);
    expect(parseKeyId(`${segment}a`).ok).toBe(false);
    expect(parseKeyId(`${segment}/${segment}/`.slice(0, 511)).ok).toBe(true);
    expect(parseKeyId(`${segment}/${segment}/a`.slice(0, 513)).ok).toBe(false);
  });

  it('J25: a key id of 64 KiB is refused in no time', () => {
    expect(parseKeyId('a/'.repeat(32_768)).ok).toBe(false);
  });

  it('whatever is taken stays under its root as a path and as a URL', () => {
    const characters = fc.constantFrom(...'ab.+-_/\\%#?: \0é');
    fc.assert(
      fc.property(fc.string({ unit: characters, maxLength: 12 }), (text) => {
        if (!parseKeyId(text).ok) return;
        expect(new URL(text, 'https://keys.test/root/').href).toBe(`https://keys.test/root/${text}`);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('issuers and the keys they own', () => {
  it.each(['caller', 'a.b-c_d+e', '1', 'com.example.service'])('takes the issuer %j', (issuer) => {
    expect(findIssuerProblem(issuer)).toBeUndefined();
  });

  it.each(['', '.', '..', 'a/b', '/a', 'a/', 'a%2fb', 'a\0b', 'a\n', ' a', 'é', undefined, null, 1, ['a']])(
    'A2: refuses the issuer %j',
    (issuer) => {
      expect(findIssuerProblem(issuer)).toMatch(/^must /);
    },
  );

  it.each([
    ['svc/key1', true],
    ['svc', true],
    ['svc/a/b', true],
    ['svc2/key1', false],
    ['svcx/k', false],
    ['svcx', false],
    ['sv/k', false],
    ['SVC/k', false],
    ['/svc/k', false],
    ['other/svc/k', false],
  ])('A1: the key id %j being of the issuer svc is %j', (keyId, isOwned) => {
    expect(isKeyIdOwnedBy(keyId, 'svc')).toBe(isOwned);
  });
});
