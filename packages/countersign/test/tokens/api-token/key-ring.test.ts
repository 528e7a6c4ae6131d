import { generateKeyPair } from 'countersign';
import { createApiTokenKeyRing, readKeysFromEnvironment } from 'countersign/api-token';
import { describe, expect, it } from 'vitest';
import { keyPairFor, secretKey } from '../../support/keys.js';
import { usageProblem } from '../../support/usage.js';
import { decoderWith, encoderWith, handMade, otherPair, pemsOf, verdictOf } from './support/api-tokens.js';

const first = keyPairFor('RS256');

describe('a key ring', () => {
  it('POL-26: is changed under a decoder: replace, reset and add count from the next token on', () => {
    const keys = createApiTokenKeyRing(first.publicKey);
    const { decode } = decoderWith({ keys });
    const old = handMade();
    const fresh = encoderWith({ key: otherPair.privateKey }).encode('an-id', { kind: 'user' });
    const verdicts = () => [old, fresh].map((token) => decode(token).outcome);
    expect(verdicts()).toEqual(['valid', 'bad']);
    keys.replace(otherPair.publicKey);
    expect(verdicts()).toEqual(['bad', 'valid']);
    keys.reset();
    expect(verdicts()).toEqual(['valid', 'bad']);
    keys.add([otherPair.publicKey]);
    expect(verdicts()).toEqual(['valid', 'valid']);
    keys.reset();
    expect(verdicts()).toEqual(['valid', 'bad']);
  });

  it('POL-23: is a snapshot for each token, which no later change touches', () => {
    const ring = createApiTokenKeyRing(first.publicKey);
    const before = ring.keys;
    ring.add(otherPair.publicKey);
    expect(before).toEqual([first.publicKey]);
    expect(Object.isFrozen(before)).toBe(true);
    expect(ring.keys).toEqual([first.publicKey, otherPair.publicKey]);
  });

  it('POL-28: there is no ring without keys, and a refused change changes nothing', () => {
    for (const none of [[], undefined, null]) {
      expect(usageProblem(() => createApiTokenKeyRing(none as never))).toMatch(/^invalid_options: /);
    }
    const ring = createApiTokenKeyRing(first.publicKey);
    expect(usageProblem(() => ring.replace([]))).toBe('invalid_options: at least one public key is needed');
    expect(usageProblem(() => ring.add(first.publicKey))).toBe(
      'invalid_options: several keys have the same kid',
    );
    expect(usageProblem(() => ring.add(secretKey as never))).toContain('every key must be a public one');
    expect(ring.keys).toEqual([first.publicKey]);
  });

  it('holds 16 keys at most: each may cost one check of a signature', () => {
    const keys = Array.from(
      { length: 17 },
      (_, index) => generateKeyPair('EdDSA', { kid: `k${index}` }).publicKey,
    );
    createApiTokenKeyRing(keys.slice(1));
    expect(usageProblem(() => createApiTokenKeyRing(keys))).toContain('no more than 16 keys');
  });

  it('POL-26: is used with the algorithms and profiles that were given, whatever becomes of those lists', () => {
    const keys = createApiTokenKeyRing(first.publicKey);
    const algorithms: ('RS256' | 'ES256')[] = ['RS256'];
    const profiles: ('native' | 'api_jwt')[] = ['native'];
    const strict = decoderWith({ keys, algorithms });
    const native = decoderWith({ keys, profiles });
    algorithms.push('ES256');
    profiles.push('api_jwt');
    keys.add(keyPairFor('ES256').publicKey);
    expect(verdictOf(strict.decode(handMade({}, { algorithm: 'ES256' })))).toBe('algorithm_not_allowed');
    expect(verdictOf(native.decode(handMade()))).toBe('profile_not_accepted');
  });

  it('gives a key that is not among the allowed algorithms no turn', () => {
    const keys = createApiTokenKeyRing(first.publicKey);
    const { decode } = decoderWith({ keys });
    keys.replace(keyPairFor('ES256').publicKey);
    expect(verdictOf(decode(handMade()))).toBe('key_not_found');
    expect(verdictOf(decode(handMade({}, { algorithm: 'ES256' })))).toBe('algorithm_not_allowed');
  });
});

describe('keys from the environment', () => {
  const { privateKey, publicKeys } = pemsOf(first);
  const other = pemsOf(otherPair).publicKeys;
  const toBase64 = (text: string) => Buffer.from(text).toString('base64');
  const names = { privateKey: 'JWT_KEY_PRIVATE', publicKeys: 'JWT_KEY_PUBLIC' };

  it.each([
    ['base64 of PEM', toBase64(publicKeys), 1],
    ['PEM', publicKeys, 1],
    ['a JSON array of PEM', JSON.stringify([publicKeys, other]), 2],
    ['base64 of a JSON array of PEM', toBase64(JSON.stringify([publicKeys, other])), 2],
    ['a JSON array of base64', JSON.stringify([toBase64(publicKeys), toBase64(other)]), 2],
    ['base64 in lines', toBase64(publicKeys).replace(/.{64}/g, '$&\n'), 1],
  ])('POL-30: are read from %s', (_form, text, count) => {
    const environment = { JWT_KEY_PRIVATE: toBase64(privateKey), JWT_KEY_PUBLIC: text };
    const keys = readKeysFromEnvironment({ environment, ...names });
    expect(keys.publicKeys).toHaveLength(count);
    if (keys.privateKey === undefined) throw new Error('no private key');
    const token = encoderWith({ key: keys.privateKey, profile: 'api_jwt' }).encode('an-id', { kind: 'user' });
    expect(verdictOf(decoderWith({ keys: keys.publicKeys }).decode(token))).toBe('valid');
  });

  it('POL-29: are refused by the name of the variable, without its value', () => {
    const environment = { JWT_KEY_PRIVATE: toBase64('my secret'), JWT_KEY_PUBLIC: ' ' };
    const problem = usageProblem(() => readKeysFromEnvironment({ environment, ...names }));
    expect(problem).toMatch(
      /^invalid_options: JWT_KEY_PUBLIC is not set|^invalid_options: JWT_KEY_PRIVATE: /,
    );
    expect(problem).toContain('JWT_KEY_PRIVATE: the PEM does not begin');
    expect(problem).toContain('JWT_KEY_PUBLIC is not set');
    expect(problem).not.toContain('secret');
    expect(usageProblem(() => readKeysFromEnvironment({ environment }))).toContain('must name a variable');
  });
});
