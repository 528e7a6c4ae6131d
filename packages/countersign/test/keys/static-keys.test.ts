import type { VerificationKey } from 'countersign';
import { createStaticKeys, generateKeyPair, importPublicKey, TokenError } from 'countersign';
import { describe, expect, it } from 'vitest';
import { keyPairFor, secretKey } from '../support/keys.js';
import { publicPem } from '../support/raw-keys.js';
import { usageProblem } from '../support/usage.js';

const es256 = generateKeyPair('ES256', { kid: 'a' }).publicKey;
const es256Too = generateKeyPair('ES256', { kid: 'b' }).publicKey;
const eddsa = generateKeyPair('EdDSA', { kid: 'c' }).publicKey;
const nameless = importPublicKey({ algorithm: 'ES256', pem: publicPem('p256') });

describe('static keys', () => {
  it('gives the key of the very id, for its algorithm only', () => {
    const source = createStaticKeys([es256, es256Too, eddsa]);
    expect(source.peek({ kid: 'a', algorithm: 'ES256' })).toBe(es256);
    expect(source.peek({ kid: 'b', algorithm: 'ES256' })).toBe(es256Too);
    expect(source.peek({ kid: 'a', algorithm: 'EdDSA' })).toBeUndefined();
    expect(source.peek({ kid: 'a', algorithm: 'RS256' })).toBeUndefined();
    expect(source.peek({ kid: 'A', algorithm: 'ES256' })).toBeUndefined();
  });

  it('gives a key for no id only where one alone is for the algorithm', () => {
    const source = createStaticKeys([es256, es256Too, eddsa]);
    expect(source.peek({ kid: undefined, algorithm: 'EdDSA' })).toBe(eddsa);
    expect(source.peek({ kid: undefined, algorithm: 'ES256' })).toBeUndefined();
    expect(source.peek({ kid: undefined, algorithm: 'RS256' })).toBeUndefined();
  });

  it('gives a key without id for tokens without id only', () => {
    const source = createStaticKeys(nameless);
    expect(source.peek({ kid: undefined, algorithm: 'ES256' })).toBe(nameless);
    expect(source.peek({ kid: 'a', algorithm: 'ES256' })).toBeUndefined();
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''])(
    'K10: the id %j finds nothing',
    (kid) => {
      expect(createStaticKeys([es256, eddsa]).peek({ kid, algorithm: 'ES256' })).toBeUndefined();
    },
  );

  it('resolves what it can peek, and rejects the rest with key_not_found', async () => {
    const source = createStaticKeys(es256);
    expect(await source.resolve({ kid: 'a', algorithm: 'ES256' })).toBe(es256);
    const rejection = source.resolve({ kid: 'x', algorithm: 'ES256' });
    await expect(rejection).rejects.toThrow(TokenError);
    await expect(rejection).rejects.toMatchObject({ code: 'key_not_found' });
  });

  it('tells its algorithms', () => {
    expect(createStaticKeys([es256, es256Too, eddsa, secretKey]).algorithms).toEqual([
      'ES256',
      'EdDSA',
      'HS256',
    ]);
  });

  it('is not changed by what becomes of the list', () => {
    const list: VerificationKey[] = [es256];
    const source = createStaticKeys(list);
    list.push(eddsa);
    expect(source.peek({ kid: 'c', algorithm: 'EdDSA' })).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['no keys', []],
    ['a private key', keyPairFor('ES256').privateKey],
    ['a private key among others', [es256, keyPairFor('ES256').privateKey]],
    ['a look-alike', { kind: 'public', algorithm: 'ES256', kid: 'a' }],
    ['a PEM', publicPem('p256')],
    ['undefined', undefined],
    ['undefined among others', [es256, undefined]],
    ['two keys of one id', [es256, generateKeyPair('EdDSA', { kid: 'a' }).publicKey]],
    ['one key twice', [es256, es256]],
  ])('refuses %s', (_, keys) => {
    expect(usageProblem(() => createStaticKeys(keys as VerificationKey))).toMatch(/^invalid_options: /);
  });

  it('takes several keys without id', () => {
    expect(createStaticKeys([nameless, secretKey, eddsa]).algorithms).toHaveLength(3);
  });
});
