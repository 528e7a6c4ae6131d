import type { JwtVerifierOptions } from 'countersign';
import { createJwtSigner, createJwtVerifier, generateKeyPair, TokenError, UsageError } from 'countersign';
import { describe, expect, it } from 'vitest';
import type { Judgement } from '../support/judgement.js';
import { judge } from '../support/judgement.js';
import { keyPairFor, secretKey } from '../support/keys.js';
import { claimsText, NOW, toBase64url, tokenOf, tokenWith } from '../support/tokens.js';
import { verifierWith } from '../support/verifiers.js';

const clock = () => NOW;
const POLICY = {
  issuer: 'i',
  audience: 'a',
  type: 'JWT',
  maxAgeSeconds: 100,
  algorithms: null,
  clock,
} as const;

describe('a verified JWT', () => {
  it.each(['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed448'] as const)(
    '%s: gives header, claims and key, both ways',
    async (algorithm) => {
      const { privateKey, publicKey } = keyPairFor(algorithm);
      const signer = createJwtSigner({
        key: privateKey,
        issuer: 'i',
        audience: 'a',
        lifetimeSeconds: 60,
        clock,
      });
      const verifier = createJwtVerifier({ ...POLICY, keys: publicKey });
      const expected = {
        header: { alg: algorithm === 'Ed448' ? 'EdDSA' : algorithm, typ: 'JWT', kid: publicKey.kid },
        claims: { iss: 'i', aud: 'a', iat: NOW, sub: 's', exp: NOW + 60 },
        key: publicKey,
      };
      for (const token of [signer.sign({ sub: 's' }), await signer.signAsync({ sub: 's' })]) {
        expect(verifier.verify(token)).toEqual(expected);
        expect(await verifier.verifyAsync(token)).toEqual(expected);
      }
    },
  );

  it('is frozen through and through, and each its own', () => {
    const token = tokenWith({ own: '{"list":[{}]}' });
    const { claims } = verifierWith().verify(token);
    const own = claims['own'] as { list: object[] };
    for (const value of [claims, own, own.list, own.list[0]]) expect(Object.isFrozen(value)).toBe(true);
    expect(verifierWith().verify(token).claims).not.toBe(claims);
  });
});

describe('the order of the checks', () => {
  const { privateKey, publicKey } = generateKeyPair('ES256', { kid: 'k' });
  const verifier = createJwtVerifier({ ...POLICY, keys: publicKey });
  const stranger = generateKeyPair('ES256', { kid: 'k' }).privateKey;
  const sign = (key: typeof privateKey, type: string, claims: object) =>
    createJwtSigner({ key, type, clock }).sign({ iss: 'i', aud: 'a', exp: NOW + 60, ...claims });
  const expired = { exp: NOW - 1, iat: NOW - 1000, iss: 'other', aud: 'other' };

  it.each<[string, Judgement, string]>([
    ['size before all', 'token_too_large', '.'.repeat(20_000)],
    ['structure before the algorithm', 'malformed_token', `${toBase64url('{"alg":"none"')}.e30.AAAA`],
    [
      'extensions before the algorithm',
      'unsupported_critical_header',
      `${toBase64url('{"alg":"none","crit":["a"]}')}.e30.AAAA`,
    ],
    [
      'the algorithm before the type',
      'algorithm_not_allowed',
      `${toBase64url('{"alg":"none","typ":"x"}')}.e30.AAAA`,
    ],
    [
      'the type before the key',
      'unexpected_token_type',
      `${toBase64url('{"alg":"ES256","typ":"x","kid":"x"}')}.e30.AAAA`,
    ],
    [
      'the payload before the key',
      'malformed_token',
      `${toBase64url('{"alg":"ES256","typ":"JWT","kid":"x"}')}.e31.AAAA`,
    ],
    [
      'the key before the signature',
      'key_not_found',
      `${toBase64url('{"alg":"ES256","typ":"JWT","kid":"x"}')}.e30.AAAA`,
    ],
    ['the signature before the claims', 'bad_signature', sign(stranger, 'JWT', expired)],
    ['exp before iss', 'token_expired', sign(privateKey, 'JWT', expired)],
    ['age before iss', 'token_too_old', sign(privateKey, 'JWT', { ...expired, exp: NOW + 60 })],
    ['iss before aud', 'issuer_mismatch', sign(privateKey, 'JWT', { ...expired, exp: NOW + 60, iat: NOW })],
    ['aud at last', 'audience_mismatch', sign(privateKey, 'JWT', { aud: 'other', iat: NOW })],
    ['nothing', 'accepted', sign(privateKey, 'jwt', {})],
  ])('is %s', async (_, expected, token) => {
    expect(await judge(verifier, token)).toBe(expected);
  });

  it('says nothing of a payload whose signature does not hold, not even that it is no JSON', async () => {
    const header = toBase64url('{"alg":"ES256","typ":"JWT","kid":"k"}');
    for (const payload of ['', 'null', '{"a":1,"a":2}', claimsText({ exp: 'null' })]) {
      expect(await judge(verifier, `${header}.${toBase64url(payload)}.${'A'.repeat(86)}`)).toBe(
        'bad_signature',
      );
    }
  });
});

describe('errors', () => {
  const marked = 'marked-value';

  it.each<[string, string]>([
    ['a claim', tokenWith({ iss: `"${marked}"`, aud: `"${marked}"`, sub: `"${marked}"` })],
    ['an expired one', tokenWith({ exp: 1, sub: `"${marked}"` })],
    ['a header', tokenOf({ header: `{"alg":"${marked}"}` })],
    ['a type', tokenOf({ header: `{"alg":"HS256","typ":"${marked}"}` })],
    ['a key id', tokenOf({ header: `{"alg":"HS256","typ":"JWT","kid":"${marked}"}` })],
    ['text that is no token', marked],
  ])('do not repeat what the token said: %s', (_, token) => {
    const verifier = createJwtVerifier({ ...POLICY, keys: secretKey });
    try {
      verifier.verify(token);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(TokenError);
      const { message, publicText, cause, stack } = error as TokenError;
      expect(`${message} ${publicText} ${stack}`).not.toContain(marked);
      expect(cause).toBeUndefined();
    }
  });
});

describe('options', () => {
  it('that are policy are all required, and reported together', () => {
    try {
      createJwtVerifier({} as JwtVerifierOptions);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      expect((error as UsageError).problems.map((problem) => problem.split(' ')[0])).toEqual([
        'keys',
        'algorithms',
        'type',
        'issuer',
        'audience',
        'maxAgeSeconds',
      ]);
    }
  });

  it('given later do not matter: lists are copied', async () => {
    const issuer = ['i'];
    const verifier = verifierWith({ issuer });
    issuer.push('j');
    expect(await judge(verifier, tokenWith({ iss: '"j"' }))).toBe('issuer_mismatch');
    expect(await judge(verifier, tokenWith({ iss: '"i"' }))).toBe('accepted');
  });

  it('C8: a clock that gives NaN lets nothing pass', async () => {
    for (const broken of [Number.NaN, undefined as unknown as number]) {
      const verifier = verifierWith({ clock: () => broken });
      expect(await judge(verifier, tokenWith({}))).toBe('token_expired');
      const lax = verifierWith({ clock: () => broken, unsafeAllowMissingExpiry: true });
      expect(await judge(lax, tokenWith({ exp: undefined, nbf: 1 }))).toBe('token_not_yet_valid');
      expect(await judge(lax, tokenWith({ exp: undefined, iat: 1 }))).toBe('token_not_yet_valid');
    }
  });
});
