import type { KeyLookup, KeySource, VerificationKey } from 'countersign';
import {
  createJwsSigner,
  createJwsVerifier,
  createStaticKeys,
  generateKeyPair,
  TokenError,
  UnavailableError,
} from 'countersign';
import { describe, expect, it } from 'vitest';
import { judgeNow } from '../support/judgement.js';
import { keyPairFor, secretKey } from '../support/keys.js';
import { tokenOf } from '../support/tokens.js';

/** A source that has to fetch: it knows nothing until asked once, and keeps a record of what it was asked. */
function slowSource(keys: readonly VerificationKey[]) {
  const known = createStaticKeys(keys);
  const peeked: KeyLookup[] = [];
  const resolved: KeyLookup[] = [];
  const source: KeySource = {
    peek(lookup) {
      peeked.push(lookup);
      return undefined;
    },
    async resolve(lookup) {
      resolved.push(lookup);
      return known.resolve(lookup);
    },
  };
  return { source, peeked, resolved };
}

const pair = generateKeyPair('ES256', { kid: 'k' });
const token = createJwsSigner({ key: pair.privateKey }).sign(Buffer.from('payload'));
const verifierOf = (keys: KeySource) =>
  createJwsVerifier({ keys, algorithms: ['ES256', 'EdDSA', 'Ed448'], type: null });

describe('a key that has to be fetched', () => {
  it('is not found by verify, and is found by verifyAsync', async () => {
    const verifier = verifierOf(slowSource([pair.publicKey]).source);
    expect(judgeNow(verifier, token)).toBe('key_not_found');
    expect((await verifier.verifyAsync(token)).key).toBe(pair.publicKey);
  });

  it('is asked for by key id and algorithm, and by nothing else of the token', async () => {
    const { source, peeked, resolved } = slowSource([pair.publicKey]);
    await verifierOf(source).verifyAsync(token);
    expect(peeked).toEqual([{ kid: 'k', algorithm: 'ES256' }]);
    expect(resolved).toEqual([{ kid: 'k', algorithm: 'ES256' }]);
    expect(Object.isFrozen(resolved[0])).toBe(true);
  });

  it('is asked for under each algorithm that EdDSA may mean', async () => {
    const ed448 = generateKeyPair('Ed448', { kid: 'e' });
    const { source, resolved } = slowSource([ed448.publicKey]);
    const signed = createJwsSigner({ key: ed448.privateKey }).sign(Buffer.from('payload'));
    expect((await verifierOf(source).verifyAsync(signed)).key).toBe(ed448.publicKey);
    expect(resolved.map(({ algorithm }) => algorithm)).toEqual(['EdDSA', 'Ed448']);
  });

  it('that is unknown is key_not_found', async () => {
    const verifier = verifierOf(slowSource([keyPairFor('EdDSA').publicKey]).source);
    await expect(verifier.verifyAsync(token)).rejects.toMatchObject({ code: 'key_not_found' });
  });

  it('is not asked for when the structure of the token is wrong', async () => {
    const { source, peeked, resolved } = slowSource([pair.publicKey]);
    const verifier = verifierOf(source);
    for (const bad of [`${token}.`, token.replace('.', '.='), `=${token}`, tokenOf({}), 'x'.repeat(20_000)]) {
      await expect(verifier.verifyAsync(bad)).rejects.toThrow(TokenError);
    }
    expect([...peeked, ...resolved]).toEqual([]);
  });
});

describe('a source that fails', () => {
  it('says so: the token is not called bad', async () => {
    const failure = new UnavailableError('key_source_unavailable', 'down', { retryAfterSeconds: 5 });
    const source: KeySource = {
      peek: () => undefined,
      resolve: () => Promise.reject(failure),
    };
    await expect(verifierOf(source).verifyAsync(token)).rejects.toBe(failure);
  });

  it('is not asked for the next algorithm', async () => {
    const failure = new UnavailableError('key_source_unavailable', 'down', { retryAfterSeconds: 5 });
    let asked = 0;
    const source: KeySource = {
      peek: () => undefined,
      resolve: () => {
        asked++;
        return Promise.reject(failure);
      },
    };
    const signed = createJwsSigner({ key: keyPairFor('EdDSA').privateKey }).sign(Buffer.from('payload'));
    await expect(verifierOf(source).verifyAsync(signed)).rejects.toBe(failure);
    expect(asked).toBe(1);
  });

  it('keeps what it threw, whatever it is', async () => {
    const source: KeySource = {
      peek: () => {
        throw new RangeError('broken');
      },
      resolve: async () => pair.publicKey,
    };
    expect(() => verifierOf(source).verify(token)).toThrow(RangeError);
    await expect(verifierOf(source).verifyAsync(token)).rejects.toThrow(RangeError);
  });
});

describe('keys that change', () => {
  it('K8: a token of a key that was taken away is refused at once', () => {
    let key: VerificationKey | undefined = pair.publicKey;
    const verifier = verifierOf({ peek: () => key, resolve: () => Promise.reject(new Error('not reached')) });
    expect(judgeNow(verifier, token)).toBe('accepted');
    key = undefined;
    expect(judgeNow(verifier, token)).toBe('key_not_found');
    key = generateKeyPair('ES256', { kid: 'k' }).publicKey;
    expect(judgeNow(verifier, token)).toBe('bad_signature');
  });
});

describe('a source that verifies tokens itself', () => {
  it('does not mix up the token it is asked about with its own', async () => {
    const inner = createJwsVerifier({ keys: secretKey, algorithms: null, type: null });
    const innerEs = createJwsVerifier({ keys: keyPairFor('ES384').publicKey, algorithms: null, type: null });
    const other = createJwsSigner({ key: keyPairFor('ES384').privateKey }).sign(
      Buffer.from('another payload, longer'),
    );
    const nosy: KeySource = {
      peek() {
        inner.verify(tokenOf({}));
        innerEs.verify(other);
        return pair.publicKey;
      },
      resolve: async () => pair.publicKey,
    };
    const verifier = verifierOf(nosy);
    expect(Buffer.from(verifier.verify(token).payload).toString()).toBe('payload');
    expect(Buffer.from((await verifier.verifyAsync(token)).payload).toString()).toBe('payload');
  });
});

describe('many at once', () => {
  it('each gets its own payload, the bad ones their refusals', async () => {
    const signer = createJwsSigner({ key: pair.privateKey });
    const verifier = createJwsVerifier({ keys: pair.publicKey, algorithms: null, type: null });
    const tokens = Array.from({ length: 64 }, (_, index) => signer.sign(Buffer.from(`payload ${index}`)));
    const spoilt = tokens.map((each, index) => (index % 3 === 0 ? `${each.slice(0, -10)}AAAAAAAAAA` : each));
    const results = await Promise.allSettled(spoilt.map((each) => verifier.verifyAsync(each)));
    const outcomes = results.map((result) =>
      result.status === 'fulfilled'
        ? Buffer.from(result.value.payload).toString()
        : (result.reason as TokenError).code,
    );
    expect(outcomes).toEqual(
      tokens.map((_, index) => (index % 3 === 0 ? 'bad_signature' : `payload ${index}`)),
    );
  });
});
