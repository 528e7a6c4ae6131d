import type { AlgorithmName } from 'countersign';
import { decodeUnverifiedJwt, generateKeyPair } from 'countersign';
import type { AsapSignerOptions } from 'countersign/asap';
import {
  ASAP_ALGORITHMS,
  createAsapSigner,
  createAsapVerifier,
  createStaticPrivateKey,
} from 'countersign/asap';
import { describe, expect, it } from 'vitest';
import { privatePem } from '../../support/raw-keys.js';
import { NOW } from '../../support/tokens.js';
import { usageProblem } from '../../support/usage.js';
import { AUDIENCE, ISSUER, KEY_ID, keyPairWithId } from './support/services.js';

function signerWith(options: Partial<AsapSignerOptions> = {}) {
  return createAsapSigner({
    issuer: ISSUER,
    keys: keyPairWithId(KEY_ID).privateKey,
    clock: () => NOW,
    ...options,
  });
}

const claimsOf = (token: string) => decodeUnverifiedJwt(token).unverifiedClaims;

describe('ASAP signer: algorithms', () => {
  it.each(ASAP_ALGORITHMS)('ASAP-1: signs with %s', (algorithm) => {
    const { privateKey, publicKey } = keyPairWithId(KEY_ID, algorithm);
    const token = signerWith({ keys: privateKey, algorithm }).sign({ audience: AUDIENCE });
    expect(decodeUnverifiedJwt(token).unverifiedHeader).toEqual({ alg: algorithm, typ: 'JWT', kid: KEY_ID });
    const verifier = createAsapVerifier({
      keys: publicKey,
      audience: AUDIENCE,
      issuers: null,
      clock: () => NOW,
    });
    expect(verifier.verify(token).issuer).toBe(ISSUER);
  });

  it('ASAP-1: there are nine', () => {
    expect([...ASAP_ALGORITHMS].sort()).toEqual(
      ['RS', 'ES', 'PS'].flatMap((family) => [256, 384, 512].map((bits) => `${family}${bits}`)).sort(),
    );
  });

  it('ASAP-1: keys that do not say what they are for are imported for RS256', () => {
    const keys = createStaticPrivateKey({ kid: KEY_ID, pem: privatePem('rsa') });
    const token = signerWith({ keys }).sign({ audience: AUDIENCE });
    expect(decodeUnverifiedJwt(token).unverifiedHeader['alg']).toBe('RS256');
  });

  it.each(['HS256', 'HS384', 'HS512', 'EdDSA', 'none', 'rs256', '', 'toString', null, 1])(
    'ASAP-1: the algorithm %j is refused when the signer is made',
    (algorithm) => {
      const keys = createStaticPrivateKey({ kid: KEY_ID, pem: privatePem('ed25519') });
      expect(usageProblem(() => signerWith({ keys, algorithm: algorithm as never }))).toMatch(
        /^invalid_options: algorithm must be/,
      );
    },
  );

  it('ASAP-1: EdDSA is for those who name it at both ends', () => {
    const { privateKey, publicKey } = keyPairWithId(KEY_ID, 'EdDSA');
    expect(usageProblem(() => signerWith({ keys: privateKey }))).toMatch(/algorithm must be one of/);
    const token = signerWith({ keys: privateKey, algorithms: ['EdDSA'] }).sign({ audience: AUDIENCE });
    const options = { keys: publicKey, audience: AUDIENCE, issuers: null, clock: () => NOW };
    expect(() => createAsapVerifier(options).verify(token)).toThrow(
      expect.objectContaining({ code: 'algorithm_not_allowed' }),
    );
    expect(createAsapVerifier({ ...options, algorithms: ['ES256', 'EdDSA'] }).verify(token).keyId).toBe(
      KEY_ID,
    );
    expect(usageProblem(() => signerWith({ algorithms: ['HS256'] as never }))).toMatch(/must not name HMAC/);
  });

  it('a key for another algorithm than the one named is refused at once', () => {
    expect(usageProblem(() => signerWith({ algorithm: 'RS256' }))).toMatch(
      /a key for ES256, but algorithm is RS256/,
    );
    const keys = createStaticPrivateKey({ kid: KEY_ID, pem: privatePem('p256') });
    expect(usageProblem(() => signerWith({ keys, algorithm: 'ES384' }))).toMatch(/^invalid_key/);
  });
});

describe('ASAP signer: claims', () => {
  it('ASAP-2: tokens are good for 60 seconds, or as long as is said', () => {
    expect(claimsOf(signerWith().sign({ audience: AUDIENCE }))).toMatchObject({ iat: NOW, exp: NOW + 60 });
    const anHour = signerWith({ lifetimeSeconds: 3600 });
    expect(claimsOf(anHour.sign({ audience: AUDIENCE }))['exp']).toBe(NOW + 3600);
  });

  it.each([3601, 0, -1, 60.5, Number.NaN, Number.POSITIVE_INFINITY, '60'])(
    'ASAP-2: a lifetime of %j is refused when the signer is made',
    (lifetimeSeconds) => {
      expect(usageProblem(() => signerWith({ lifetimeSeconds: lifetimeSeconds as number }))).toMatch(
        /lifetimeSeconds must be a whole number of seconds from 1 to 3600/,
      );
    },
  );

  it('ASAP-3: a token holds iss, sub, aud, iat, nbf, exp and jti, and names its key', () => {
    const token = signerWith({ clock: () => NOW + 0.9 }).sign({ audience: AUDIENCE });
    expect(decodeUnverifiedJwt(token)).toEqual({
      unverifiedHeader: { typ: 'JWT', alg: 'ES256', kid: KEY_ID },
      unverifiedClaims: {
        iss: ISSUER,
        sub: ISSUER,
        aud: AUDIENCE,
        iat: NOW,
        nbf: NOW,
        exp: NOW + 60,
        jti: expect.any(String),
      },
    });
  });

  it('ASAP-3: the subject is the one of the options, and the audience is as it was given', () => {
    const claims = claimsOf(signerWith({ subject: 'somebody' }).sign({ audience: ['one', 'two'] }));
    expect(claims).toMatchObject({ iss: ISSUER, sub: 'somebody', aud: ['one', 'two'] });
  });

  it('ASAP-4: each token has an id of at least 128 random bits, also within one second', () => {
    const signer = signerWith();
    const ids = Array.from(
      { length: 50 },
      () => claimsOf(signer.sign({ audience: AUDIENCE }))['jti'] as string,
    );
    expect(new Set(ids).size).toBe(50);
    for (const id of ids) expect(Buffer.from(id, 'base64url').length).toBeGreaterThanOrEqual(16);
  });

  it('ASAP-5: claims of a request come last and prevail', () => {
    const signer = signerWith();
    const claims = { sub: 'other', aud: null, jti: 'mine', exp: NOW + 5, extra: { deep: [1, 'x'] } };
    expect(claimsOf(signer.sign({ audience: AUDIENCE, claims }))).toEqual({
      iss: ISSUER,
      iat: NOW,
      nbf: NOW,
      ...claims,
    });
  });

  it('leaves the objects of the caller alone', () => {
    const claims = Object.freeze({ extra: 1 });
    signerWith().sign(Object.freeze({ audience: Object.freeze([AUDIENCE]), claims }));
    expect(claims).toEqual({ extra: 1 });
  });

  it.each([
    [{ extra: undefined }],
    [{ extra: 1n }],
    [{ extra: Number.NaN }],
    [{ exp: 'soon' }],
    [{ iat: null }],
    [JSON.parse('{"__proto__":{"iss":"x"}}')],
  ])('J29: claims that cannot be signed are refused (%#)', async (claims) => {
    for (const signer of [signerWith(), signerWith({ reuse: true })]) {
      expect(usageProblem(() => signer.sign({ audience: AUDIENCE, claims }))).toMatch(/^invalid_claims/);
      await expect(signer.signAsync({ audience: AUDIENCE, claims })).rejects.toMatchObject({
        code: 'invalid_claims',
      });
    }
  });

  it.each([undefined, null, '', [], [''], 1])('an audience of %j is refused', (audience) => {
    expect(usageProblem(() => signerWith().sign({ audience: audience as never }))).toMatch(
      /^invalid_options: audience must be/,
    );
  });

  it('a request that is none is refused', () => {
    expect(usageProblem(() => signerWith().sign(undefined as never))).toMatch(/^invalid_options/);
    expect(usageProblem(() => signerWith().sign({ audience: AUDIENCE, claims: [] as never }))).toMatch(
      /claims must/,
    );
  });

  it('ASAP-39: both ways to sign make the same token but for its id', async () => {
    const signer = signerWith();
    const [{ jti: one, ...now }, { jti: two, ...later }] = [
      claimsOf(signer.sign({ audience: AUDIENCE, claims: { x: 1 } })),
      claimsOf(await signer.signAsync({ audience: AUDIENCE, claims: { x: 1 } })),
    ];
    expect(later).toEqual(now);
    expect(two).not.toBe(one);
  });
});

describe('ASAP signer: issuers and their keys', () => {
  it.each(['', '..', 'a/b', 'a%2fb', 'a b', '/', undefined, null])(
    'A2: the issuer %j is refused',
    (issuer) => {
      expect(usageProblem(() => signerWith({ issuer: issuer as string }))).toMatch(
        /^invalid_options: issuer/,
      );
    },
  );

  it.each(['caller/sub', '..', '', null, 1])('A2: an iss of %j among the claims is refused', (iss) => {
    expect(usageProblem(() => signerWith().sign({ audience: AUDIENCE, claims: { iss } }))).toMatch(
      /^invalid_claims: iss must/,
    );
  });

  it.each(['caller2/key1', 'callerx', 'CALLER/key1', 'other/caller/key1', '../caller', 'caller//k'])(
    'A1: a key with the id %j does not sign for this issuer',
    (kid) => {
      expect(usageProblem(() => signerWith({ keys: keyPairWithId(kid).privateKey }))).toMatch(
        /^invalid_key: the key id must/,
      );
    },
  );

  it.each([ISSUER, 'caller/a/b', 'caller/key1.pem'])(
    'A1: a key with the id %j signs for this issuer',
    (kid) => {
      const token = signerWith({ keys: keyPairWithId(kid).privateKey }).sign({ audience: AUDIENCE });
      expect(decodeUnverifiedJwt(token).unverifiedHeader['kid']).toBe(kid);
    },
  );

  it('an iss among the claims must own the key as well', () => {
    expect(usageProblem(() => signerWith().sign({ audience: AUDIENCE, claims: { iss: 'other' } }))).toMatch(
      /^invalid_key/,
    );
  });

  it('asks its source for the key of every token, and checks what it gets', () => {
    let key = keyPairWithId('caller/1').privateKey;
    const asked: unknown[] = [];
    const keys = {
      load(issuer: string, algorithm: AlgorithmName) {
        asked.push([issuer, algorithm]);
        return key;
      },
    };
    const signer = signerWith({ keys, algorithm: 'ES256' });
    const kidOf = (token: string) => decodeUnverifiedJwt(token).unverifiedHeader['kid'];
    expect(kidOf(signer.sign({ audience: AUDIENCE }))).toBe('caller/1');
    key = keyPairWithId('caller/2').privateKey;
    expect(kidOf(signer.sign({ audience: AUDIENCE }))).toBe('caller/2');
    expect(asked).toContainEqual([ISSUER, 'ES256']);
    for (const bad of [
      keyPairWithId('other/1').privateKey,
      keyPairWithId('caller/1').publicKey,
      'a key',
      undefined,
    ]) {
      key = bad as never;
      expect(usageProblem(() => signer.sign({ audience: AUDIENCE }))).toMatch(/^invalid_key/);
    }
    key = generateKeyPair('ES384', { kid: 'caller/3' }).privateKey;
    expect(usageProblem(() => signer.sign({ audience: AUDIENCE }))).toMatch(/a private key for ES256/);
  });

  it('names every option that is wrong', () => {
    const problem = usageProblem(() => createAsapSigner({ isuer: 'x', keys: {}, reuse: 1 } as never));
    expect(problem).toMatch(/did you mean "issuer"/);
    expect(problem).toMatch(/issuer is required/);
    expect(problem).toMatch(/keys must be/);
    expect(problem).toMatch(/reuse must be/);
    expect(usageProblem(() => signerWith({ reuse: { threshold: 1.5, maxTokens: 0 } }))).toMatch(
      /threshold must be .*maxTokens must be/,
    );
  });
});
