import type { AlgorithmName, JwsSignerOptions } from 'countersign';
import { createJwsSigner, createJwsVerifier, importPublicKey, importSecret } from 'countersign';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jwsVerifierOf } from '../support/hand-signed.js';
import { judge } from '../support/judgement.js';
import { keyPairFor, SECRET, secretKey } from '../support/keys.js';
import { publicPem } from '../support/raw-keys.js';
import { usageProblem } from '../support/usage.js';

const CASES = (['RS256', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed448'] as const).map(
  (algorithm) => [algorithm, keyPairFor(algorithm).privateKey, keyPairFor(algorithm).publicKey] as const,
);
const SECRETS = (['HS256', 'HS384', 'HS512'] as const).map((algorithm) => {
  const key = importSecret({ algorithm, kid: 'k', secret: SECRET });
  return [algorithm, key, key] as const;
});

const KIND_OF: Record<AlgorithmName, 'rsa' | 'p256' | 'p384' | 'p521' | 'ed25519' | 'ed448'> = {
  HS256: 'rsa',
  HS384: 'rsa',
  HS512: 'rsa',
  RS256: 'rsa',
  RS384: 'rsa',
  RS512: 'rsa',
  PS256: 'rsa',
  PS384: 'rsa',
  PS512: 'rsa',
  ES256: 'p256',
  ES384: 'p384',
  ES512: 'p521',
  EdDSA: 'ed25519',
  Ed448: 'ed448',
};

const problemOf = (options: object) => usageProblem(() => createJwsSigner(options as JwsSignerOptions));
const headerOf = (token: string) => Buffer.from(token.split('.')[0] ?? '', 'base64url').toString();

describe.each([...CASES, ...SECRETS])('%s', (algorithm, privateKey, publicKey) => {
  const signer = createJwsSigner({ key: privateKey });
  const verifier = createJwsVerifier({ keys: publicKey, algorithms: [algorithm], type: null });

  it('what is signed verifies to the very bytes, both ways of each', async () => {
    const property = fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (payload) => {
      for (const token of [signer.sign(payload), await signer.signAsync(payload)]) {
        for (const result of [verifier.verify(token), await verifier.verifyAsync(token)]) {
          expect(result.payload).toEqual(payload);
          expect(result.key).toBe(publicKey);
        }
      }
    });
    await fc.assert(property, { numRuns: 15 });
  });

  it('names the algorithm and the key in the header, in that order', () => {
    const alg = algorithm === 'Ed448' ? 'EdDSA' : algorithm;
    expect(headerOf(signer.sign(new Uint8Array()))).toBe(`{"alg":"${alg}","kid":"${publicKey.kid}"}`);
  });

  it('another key of the same kind and id does not check it', async () => {
    const other =
      privateKey.kind === 'secret'
        ? importSecret({ algorithm: algorithm as 'HS256', kid: 'k', secret: 'y'.repeat(64) })
        : importPublicKey({ algorithm, kid: publicKey.kid, pem: publicPem(KIND_OF[algorithm]) });
    const token = signer.sign(Buffer.from('payload'));
    expect(await judge(jwsVerifierOf([other]), token)).toBe('bad_signature');
  });
});

describe('a signer', () => {
  it('writes alg, typ, kid and then the other members', () => {
    const key = importSecret({ algorithm: 'HS256', kid: 'k', secret: SECRET });
    const header = { own: { a: [1] }, typ: 'x+jws', cty: 'text/plain' };
    expect(headerOf(createJwsSigner({ key, header }).sign(new Uint8Array()))).toBe(
      '{"alg":"HS256","typ":"x+jws","kid":"k","own":{"a":[1]},"cty":"text/plain"}',
    );
    expect(headerOf(createJwsSigner({ key: secretKey }).sign(new Uint8Array()))).toBe('{"alg":"HS256"}');
  });

  it.each<[string, unknown]>([
    ['alg', { alg: 'none' }],
    ['kid', { kid: 'x' }],
    ['crit', { crit: [] }],
    ['b64', { b64: false }],
    ['a typ that is no text', { typ: 1 }],
    ['an empty typ', { typ: '' }],
    ['an array', []],
    ['null', null],
    ['text', 'typ'],
  ])('refuses a header with %s', (_, header) => {
    expect(problemOf({ key: secretKey, header })).toMatch(/^invalid_options: header must /);
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['NaN', Number.NaN],
    ['a date', new Date(0)],
    ['a bigint', 1n],
    ['a toJSON', { toJSON: () => 1 }],
  ])('J29: refuses a header that holds %s', (_, own) => {
    expect(problemOf({ key: secretKey, header: { own } })).toMatch(
      /^invalid_options: header cannot be written/,
    );
  });

  it('is not changed by what becomes of the header given', () => {
    const header: Record<string, unknown> = { typ: 'a' };
    const signer = createJwsSigner({ key: secretKey, header });
    header['typ'] = 'b';
    expect(headerOf(signer.sign(new Uint8Array()))).toContain('"typ":"a"');
  });

  it.each<[string, unknown]>([
    ['a public key', keyPairFor('ES256').publicKey],
    ['a PEM', publicPem('p256')],
    ['a look-alike', { ...secretKey }],
    ['nothing', undefined],
  ])('refuses %s for a key', (_, key) => {
    expect(problemOf({ key })).toMatch(/^invalid_options: key /);
  });

  it.each<unknown>(['text', undefined, null, [1, 2], new ArrayBuffer(2), { length: 2 }])(
    'refuses %j for a payload',
    async (payload) => {
      const signer = createJwsSigner({ key: secretKey });
      expect(usageProblem(() => signer.sign(payload as Uint8Array))).toMatch(/^invalid_options: payload /);
      await expect(signer.signAsync(payload as Uint8Array)).rejects.toMatchObject({
        code: 'invalid_options',
      });
    },
  );

  it('signs a part of a buffer, and nothing around it', () => {
    const whole = Buffer.from('-----payload-----');
    const token = createJwsSigner({ key: secretKey }).sign(whole.subarray(5, 12));
    expect(Buffer.from(jwsVerifierOf([secretKey]).verify(token).payload).toString()).toBe('payload');
  });

  it('signs payloads of any length', () => {
    const verifier = createJwsVerifier({
      keys: secretKey,
      algorithms: null,
      type: null,
      maxTokenBytes: 1_000_000,
    });
    for (const length of [0, 1, 12_200, 12_201, 12_202, 12_288, 16_384, 300_000]) {
      const payload = Buffer.alloc(length, 'p');
      const token = createJwsSigner({ key: secretKey }).sign(payload);
      expect(Buffer.from(verifier.verify(token).payload).equals(payload)).toBe(true);
    }
  });
});

describe('a verified JWS', () => {
  const token = createJwsSigner({ key: secretKey, header: { own: { a: [1] } } }).sign(Buffer.from('payload'));
  const verifier = jwsVerifierOf([secretKey]);

  it('has its payload in memory of its own', () => {
    const { payload } = verifier.verify(token);
    expect(payload.buffer.byteLength).toBe(payload.byteLength);
    payload.fill(0);
    expect(Buffer.from(verifier.verify(token).payload).toString()).toBe('payload');
  });

  it('is frozen, its header through and through', () => {
    const result = verifier.verify(token);
    expect(Object.isFrozen(result)).toBe(true);
    expect(Object.isFrozen(result.header)).toBe(true);
    expect(Object.isFrozen(result.header['own'])).toBe(true);
    expect(Object.isFrozen((result.header['own'] as { a: unknown }).a)).toBe(true);
  });
});
