import { UsageError } from 'countersign';
import { createAsapSigner, createStaticPrivateKey } from 'countersign/asap';
import { describe, expect, it } from 'vitest';
import { privatePem, publicPem, rawPair } from '../support/raw-keys.js';
import { usageProblem } from '../support/usage.js';

const kid = 'caller/key1';

describe('a static private key', () => {
  it.each([
    ['a PEM text', { pem: privatePem('p256') }],
    ['the bytes of a PEM file', { pem: Buffer.from(privatePem('p256')) }],
    ['a KeyObject', { keyObject: rawPair('p256').privateKey }],
  ])('ASAP-8: gives the key from %s, with its id, whoever the issuer', (_what, input) => {
    const source = createStaticPrivateKey({ kid, ...input });
    const key = source.load('anyone', 'ES256');
    expect(key).toMatchObject({ kind: 'private', kid, algorithm: 'ES256' });
    expect(source.load('another', 'ES256')).toBe(key);
  });

  it('ASAP-8: serves a signer', () => {
    const keys = createStaticPrivateKey({ kid, pem: privatePem('rsa') });
    expect(createAsapSigner({ issuer: 'caller', keys }).sign({ audience: 'callee' }).split('.')).toHaveLength(
      3,
    );
  });

  it('is imported for the algorithm that is asked for', () => {
    const source = createStaticPrivateKey({ kid, pem: privatePem('rsa') });
    expect(source.load('caller', 'RS256').algorithm).toBe('RS256');
    expect(source.load('caller', 'PS512').algorithm).toBe('PS512');
    expect(() => source.load('caller', 'ES256')).toThrow(UsageError);
  });

  it('does not change with the object it was given in', () => {
    const input = { kid, pem: privatePem('p256') };
    const source = createStaticPrivateKey(input);
    input.kid = 'someone-else/key';
    expect(source.load('caller', 'ES256').kid).toBe(kid);
  });

  it('refuses what is no key id, no key and no options', () => {
    const pem = privatePem('p256');
    expect(usageProblem(() => createStaticPrivateKey({ kid: '../x', pem }))).toMatch(
      /invalid_options: kid must/,
    );
    expect(usageProblem(() => createStaticPrivateKey(null as never))).toMatch(/invalid_options.*null/);
    const typed = createStaticPrivateKey({ kid, pem }).load('caller', 'ES256');
    expect(usageProblem(() => createStaticPrivateKey(typed as never))).toMatch(/give that to the signer/);
    const source = createStaticPrivateKey({ kid, pem: publicPem('p256') });
    expect(usageProblem(() => source.load('caller', 'ES256'))).toMatch(/^invalid_key/);
  });
});
