import type { ClaimsToSign, JwtSignerOptions } from 'countersign';
import { createJwtSigner, importSecret } from 'countersign';
import { describe, expect, it } from 'vitest';
import { judge } from '../support/judgement.js';
import { keyPairFor, SECRET, secretKey } from '../support/keys.js';
import { NOW } from '../support/tokens.js';
import { usageProblem } from '../support/usage.js';
import { verifierWith } from '../support/verifiers.js';

const clock = () => NOW + 0.999;
const signerWith = (options: Partial<JwtSignerOptions> = {}) =>
  createJwtSigner({ key: secretKey, lifetimeSeconds: 60, clock, ...options });

const segmentOf = (token: string, index: number) =>
  Buffer.from(token.split('.')[index] ?? '', 'base64url').toString();
const headerOf = (token: string) => segmentOf(token, 0);
const claimsOf = (token: string) => segmentOf(token, 1);

describe('the header', () => {
  const named = importSecret({ algorithm: 'HS256', kid: 'k', secret: SECRET });

  it('JAM-20: holds exactly alg, typ and kid, in that order', () => {
    expect(headerOf(signerWith({ key: named }).sign({}))).toBe('{"alg":"HS256","typ":"JWT","kid":"k"}');
  });

  it('holds typ and kid only where there are any', () => {
    expect(headerOf(signerWith().sign({}))).toBe('{"alg":"HS256","typ":"JWT"}');
    expect(headerOf(signerWith({ type: null }).sign({}))).toBe('{"alg":"HS256"}');
    expect(headerOf(signerWith({ type: 'at+jwt', key: named }).sign({}))).toBe(
      '{"alg":"HS256","typ":"at+jwt","kid":"k"}',
    );
  });
});

describe('the claims', () => {
  it('are those of the options, iat, those given, exp', () => {
    const signer = signerWith({ issuer: 'i', audience: ['a', 'b'] });
    expect(claimsOf(signer.sign({ sub: 's', own: [1, { a: null }] }))).toBe(
      `{"iss":"i","aud":["a","b"],"iat":${NOW},"sub":"s","own":[1,{"a":null}],"exp":${NOW + 60}}`,
    );
  });

  it('JAM-20: iat is a whole second, not after now, and exp a whole one too', () => {
    expect(claimsOf(signerWith().sign({}))).toBe(`{"iat":${NOW},"exp":${NOW + 60}}`);
  });

  it('given prevail over those of the options', () => {
    const signer = signerWith({ issuer: 'i', audience: 'a' });
    expect(claimsOf(signer.sign({ aud: null, iss: 'j', iat: 5, exp: 7 }))).toBe(
      '{"iss":"j","aud":null,"iat":5,"exp":7}',
    );
  });

  it('count the lifetime from the iat that is given', () => {
    expect(claimsOf(signerWith().sign({ iat: 100.5 }))).toBe('{"iat":100.5,"exp":160.5}');
  });

  it('are left alone', () => {
    const claims = Object.freeze({ sub: 's' });
    signerWith().sign(claims);
    expect(claims).toEqual({ sub: 's' });
  });

  it('come back from the verifier as they were, whatever the alphabet', async () => {
    const token = signerWith().sign({ name: 'Zoë 😀 "quoted" \\ \u2028' });
    expect(await judge(verifierWith(), token)).toBe('accepted');
    expect(verifierWith().verify(token).claims['name']).toBe('Zoë 😀 "quoted" \\ \u2028');
  });

  it('may be longer than the memory kept for them', () => {
    const text = '€'.repeat(10_000);
    const token = signerWith().sign({ text });
    expect(verifierWith({ maxTokenBytes: 100_000 }).verify(token).claims['text']).toBe(text);
  });
});

describe('exp', () => {
  it('is needed, from the options or from the claims', () => {
    const signer = createJwtSigner({ key: secretKey, clock });
    expect(usageProblem(() => signer.sign({}))).toMatch(/^invalid_claims: exp is missing/);
    expect(claimsOf(signer.sign({ exp: 5 }))).toBe(`{"iat":${NOW},"exp":5}`);
  });

  it('is left out by name only', () => {
    const signer = createJwtSigner({ key: secretKey, clock, unsafeAllowMissingExpiry: true });
    expect(claimsOf(signer.sign({}))).toBe(`{"iat":${NOW}}`);
  });
});

describe('claims that JSON cannot say', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  let calls = 0;

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['a bigint', 1n],
    ['a date', new Date(0)],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['a cycle', cyclic],
    ['a toJSON that changes', { toJSON: () => calls++ }],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a map', new Map([['a', 1]])],
    ['bytes', Buffer.from('a')],
    ['an unpaired surrogate', '\ud800'],
  ])('J29: %s is refused', async (_, value) => {
    for (const claims of [{ own: value }, { own: [value] }, { own: { deep: value } }]) {
      expect(usageProblem(() => signerWith().sign(claims))).toMatch(/^invalid_claims: "own" /);
      await expect(signerWith().signAsync(claims)).rejects.toMatchObject({
        name: 'UsageError',
        code: 'invalid_claims',
      });
    }
    expect(calls).toBe(0);
  });

  it.each(['exp', 'nbf', 'iat'])('J29: %s is a finite number or it is refused', (name) => {
    for (const value of [
      '5',
      null,
      true,
      [5],
      Number.NaN,
      Number.POSITIVE_INFINITY,
      undefined,
      new Date(0),
    ]) {
      expect(usageProblem(() => signerWith().sign({ [name]: value } as ClaimsToSign))).toMatch(
        /^invalid_claims: /,
      );
    }
  });

  it('J29: a getter is looked at once, and what it gave is what is signed', () => {
    let looks = 0;
    const claims = {
      get own() {
        looks++;
        return looks === 1 ? 'first' : Number.NaN;
      },
    };
    expect(claimsOf(signerWith().sign(claims))).toContain('"own":"first"');
    expect(looks).toBe(1);
  });

  it('J29: a toJSON of the claims themselves is refused', () => {
    expect(usageProblem(() => signerWith().sign({ toJSON: () => ({ admin: true }) }))).toMatch(
      /^invalid_claims: /,
    );
  });

  it('J29: a clock that gives NaN is refused', () => {
    expect(usageProblem(() => signerWith({ clock: () => Number.NaN }).sign({}))).toMatch(
      /^invalid_claims: "iat"/,
    );
  });

  it('J29: a member __proto__ is refused', () => {
    const claims = JSON.parse('{"__proto__":{"admin":true}}') as ClaimsToSign;
    expect(usageProblem(() => signerWith().sign(claims))).toMatch(/^invalid_claims: "__proto__"/);
    const nested = JSON.parse('{"own":{"__proto__":{"admin":true}}}') as ClaimsToSign;
    expect(usageProblem(() => signerWith().sign(nested))).toMatch(/^invalid_claims: "own"/);
  });

  it.each<unknown>([undefined, null, 'text', 5, [], () => 1])('J29: %s is no set of claims', (claims) => {
    expect(usageProblem(() => signerWith().sign(claims as ClaimsToSign))).toMatch(
      /^invalid_claims: claims must/,
    );
  });
});

describe('options', () => {
  it.each<[object, string]>([
    [{ lifetimeSeconds: 0 }, 'lifetimeSeconds must be a number of seconds'],
    [{ lifetimeSeconds: Number.NaN }, 'not NaN'],
    [{ lifetimeSeconds: '60' }, 'not a string'],
    [{ issuer: '' }, 'issuer must be'],
    [{ audience: [] }, 'audience must be'],
    [{ type: '' }, 'type must be'],
    [{ clock: 5 }, 'clock must be'],
    [{ key: keyPairFor('ES256').publicKey }, 'key must be a private key'],
    [{ expiresIn: 60 }, 'unknown option "expiresIn"'],
    [{ header: {} }, 'unknown option "header"'],
  ])('%j is refused', (options, problem) => {
    const message = usageProblem(() => signerWith(options as Partial<JwtSignerOptions>));
    expect(message).toMatch(/^invalid_options: /);
    expect(message).toContain(problem);
  });
});
