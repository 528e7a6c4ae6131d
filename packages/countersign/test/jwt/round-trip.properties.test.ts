import type { AlgorithmName, JwsSignerOptions, KeySource } from 'countersign';
import {
  createJwsSigner,
  createJwsVerifier,
  createJwtSigner,
  createStaticKeys,
  UsageError,
} from 'countersign';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyPairFor, secretKey } from '../support/keys.js';
import { NOW } from '../support/tokens.js';
import { verifierWith } from '../support/verifiers.js';

const REGISTERED = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', '__proto__']);
const ALGORITHMS: readonly AlgorithmName[] = ['HS256', 'RS256', 'PS256', 'ES256', 'ES512', 'EdDSA'];
const MIB = 1_048_576;

const text = fc.string({ unit: 'binary' });
/** What survives JSON: it knows no negative zero, and nobody may name a member `__proto__`. */
const jsonValue = fc
  .jsonValue({ stringUnit: 'binary', maxDepth: 5 })
  .map((value) => JSON.stringify(value))
  .filter((json) => !json.includes('"__proto__":'))
  .map((json): unknown => JSON.parse(json));
const claims = fc.dictionary(
  fc
    .oneof(text, fc.constantFrom('toString', 'constructor', 'jti', '0', 'a b'))
    .filter((name) => !REGISTERED.has(name)),
  jsonValue,
  { maxKeys: 8 },
);

/** Both halves of one key, with the verifier of anything that it signs. */
function keysFor(algorithm: AlgorithmName) {
  const { privateKey, publicKey } =
    algorithm === 'HS256' ? { privateKey: secretKey, publicKey: secretKey } : keyPairFor(algorithm);
  const options = { keys: publicKey, algorithms: [algorithm], type: null, maxTokenBytes: MIB };
  return { privateKey, publicKey, verifier: createJwsVerifier(options) };
}

/** No byte twice in a row, so that a shifted content shows. */
function contentOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8)) & 0xff);
}

describe('what was signed', () => {
  it.each(['HS256', 'EdDSA', 'ES256'] as const)(
    'is what %s gives back, whatever the claims',
    async (algorithm) => {
      const { privateKey, publicKey } = keysFor(algorithm);
      const signer = createJwtSigner({ key: privateKey, lifetimeSeconds: 60, clock: () => NOW });
      const verifier = verifierWith({ keys: publicKey, maxTokenBytes: MIB });
      await fc.assert(
        fc.asyncProperty(claims, async (given) => {
          const expected = { iat: NOW, exp: NOW + 60, ...given };
          const token = signer.sign(given);
          expect(verifier.verify(token).claims).toEqual(expected);
          expect((await verifier.verifyAsync(await signer.signAsync(given))).claims).toEqual(expected);
        }),
        { numRuns: 60 },
      );
    },
  );

  it('J29: is refused before it is signed, or comes back as it was', () => {
    const signer = createJwtSigner({ key: secretKey, lifetimeSeconds: 60, clock: () => NOW });
    const anything = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withNullPrototype: true,
      withObjectString: true,
    });
    const verifier = verifierWith({ maxTokenBytes: MIB });
    fc.assert(
      fc.property(anything, (value) => {
        let token: string;
        try {
          token = signer.sign({ value });
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
          return;
        }
        const read = verifier.verify(token).claims['value'];
        expect(JSON.stringify(read)).toBe(JSON.stringify(value));
        expect(read === null).toBe(value === null);
      }),
      { numRuns: 1000 },
    );
  });

  it.each(ALGORITHMS)('is what %s gives back, whatever the bytes', async (algorithm) => {
    const { privateKey, verifier } = keysFor(algorithm);
    const signer = createJwsSigner({ key: privateKey });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (content) => {
        expect([...verifier.verify(signer.sign(content)).payload]).toEqual([...content]);
        const token = await signer.signAsync(content);
        expect([...(await verifier.verifyAsync(token)).payload]).toEqual([...content]);
      }),
      { numRuns: 25 },
    );
  });

  it.each(['HS256', 'EdDSA'] as const)('is what %s gives back, whatever its length', async (algorithm) => {
    const { privateKey, verifier } = keysFor(algorithm);
    const signer = createJwsSigner({ key: privateKey });
    // Around the lengths at which memory that is kept gives way to memory of its own: 16384 bytes, a third, 3/4 of it.
    for (const around of [3, 5_461, 12_230, 12_288, 16_384, 65_536]) {
      for (let length = around - 3; length <= around + 3; length++) {
        const content = contentOf(length);
        const token = signer.sign(content);
        expect(Buffer.compare(verifier.verify(token).payload, content), `${length}`).toBe(0);
        const later = await verifier.verifyAsync(await signer.signAsync(content));
        expect(Buffer.compare(later.payload, content), `${length}`).toBe(0);
      }
    }
  });

  it('is what comes back, whatever the length of claims beyond ASCII', () => {
    const signer = createJwtSigner({ key: secretKey, lifetimeSeconds: 60, clock: () => NOW });
    const verifier = verifierWith({ maxTokenBytes: MIB });
    for (const letter of ['a', 'ü', '€', '😀']) {
      for (let length = 5_380; length < 5_470; length += 7) {
        const sub = letter.repeat(length);
        expect(verifier.verify(signer.sign({ sub })).claims.sub === sub, `${letter} ${length}`).toBe(true);
      }
    }
  });

  it('comes back with the header members that it was given', () => {
    const { privateKey, verifier } = keysFor('EdDSA');
    const member = text.filter((name) => !['alg', 'kid', 'typ', 'crit', 'b64', '__proto__'].includes(name));
    fc.assert(
      fc.property(fc.dictionary(member, jsonValue, { maxKeys: 4 }), (members) => {
        const header: NonNullable<JwsSignerOptions['header']> = { typ: 'x', ...members };
        const token = createJwsSigner({ key: privateKey, header }).sign(Buffer.from('{}'));
        expect(verifier.verify(token).header).toEqual({ alg: 'EdDSA', kid: privateKey.kid, ...header });
      }),
      { numRuns: 60 },
    );
  });
});

describe('tokens at the same time', () => {
  it('do not get into each other', async () => {
    const work = ALGORITHMS.flatMap((algorithm) => {
      const { privateKey, verifier } = keysFor(algorithm);
      const signer = createJwsSigner({ key: privateKey });
      return [10, 100, 1000, 13_000].map(async (length) => {
        const content = contentOf(length);
        const token = await signer.signAsync(content);
        const { payload } = await verifier.verifyAsync(token);
        return Buffer.compare(payload, content);
      });
    });
    expect(new Set(await Promise.all(work))).toEqual(new Set([0]));
  });

  it('do not get into each other where a key source or a clock verifies another one meanwhile', async () => {
    const { privateKey, publicKey, verifier: other } = keysFor('EdDSA');
    const signer = createJwtSigner({ key: privateKey, lifetimeSeconds: 60, clock: () => NOW });
    const noise = signer.sign({ sub: 'another' });
    const disturb = () => {
      other.verify(noise);
      signer.sign({ sub: 'a third' });
    };
    const keys = createStaticKeys(publicKey);
    const disturbing: KeySource = {
      algorithms: ['EdDSA'],
      peek: (lookup) => {
        disturb();
        return keys.peek(lookup);
      },
      resolve: (lookup) => keys.resolve(lookup),
    };
    const clock = () => {
      disturb();
      return NOW;
    };
    const verifier = verifierWith({ keys: disturbing, clock });
    const token = createJwtSigner({ key: privateKey, lifetimeSeconds: 60, clock }).sign({ sub: 'one' });
    expect(verifier.verify(token).claims.sub).toBe('one');
    expect((await verifier.verifyAsync(token)).claims.sub).toBe('one');
  });
});
