import type { JwtSignerOptions, JwtVerifierOptions } from 'countersign';
import { createJwtSigner, createJwtVerifier, UsageError } from 'countersign';
import { describe, expect, it } from 'vitest';
import { judge } from '../support/judgement.js';
import { secretKey } from '../support/keys.js';
import type { RawClaims } from '../support/tokens.js';
import { NOW, tokenWith } from '../support/tokens.js';
import { verifierWith } from '../support/verifiers.js';

/** What callers without types pass, or a configuration that nobody checked. */
type LooseOptions<Options> = { readonly [Name in keyof Options]?: unknown };

/** The problems that a verifier with this option is refused for. */
function problemsOf(options: LooseOptions<JwtVerifierOptions>): readonly string[] {
  return problemsThrownBy(() => verifierWith(options as Partial<JwtVerifierOptions>));
}

function problemsThrownBy(create: () => unknown): readonly string[] {
  try {
    create();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).code).toBe('invalid_options');
    return (error as UsageError).problems;
  }
  return [];
}

const NO_NUMBERS: readonly unknown[] = [Number.NaN, Number.POSITIVE_INFINITY, -1, '5', true, [5], 5n];
const TEN_YEARS = 315_360_000;

describe('quantities', () => {
  const quantities = ['toleranceSeconds', 'maxAgeSeconds', 'maxLifetimeSeconds', 'maxTokenBytes'] as const;

  it.each(quantities)('C8: %s must be a number within its range', (name) => {
    for (const value of [...NO_NUMBERS, Number.NEGATIVE_INFINITY, {}]) {
      const problems = problemsOf({ [name]: value });
      expect(problems, String(value)).toHaveLength(1);
      expect(problems[0]).toMatch(new RegExp(`^${name} must be `));
    }
  });

  it('C8: null switches off no quantity but the age', () => {
    for (const name of quantities) {
      expect(problemsOf({ [name]: null }), name).toHaveLength(name === 'maxAgeSeconds' ? 0 : 1);
    }
  });

  it.each([
    ['toleranceSeconds', 0, 86_400],
    ['maxAgeSeconds', 1, TEN_YEARS],
    ['maxLifetimeSeconds', 1, TEN_YEARS],
    ['maxTokenBytes', 64, 1_048_576],
  ] as const)('C8: %s goes from %d to %d', (name, least, greatest) => {
    for (const value of [least, greatest]) expect(problemsOf({ [name]: value })).toEqual([]);
    for (const value of [least - 1, greatest + 1]) expect(problemsOf({ [name]: value })).toHaveLength(1);
  });

  it('C8: a lifetime to sign with must be a number within its range', () => {
    const signerWith = (lifetimeSeconds: unknown) =>
      problemsThrownBy(() => createJwtSigner({ key: secretKey, lifetimeSeconds: lifetimeSeconds as number }));
    for (const value of [...NO_NUMBERS, 0, TEN_YEARS + 1, null]) {
      expect(signerWith(value), String(value)).toHaveLength(1);
    }
    for (const value of [1, TEN_YEARS]) expect(signerWith(value)).toEqual([]);
  });

  it('C8: every wrong option is reported at once', () => {
    const wrong = { toleranceSeconds: Number.NaN, maxAgeSeconds: '5', audience: [], tolerance: 5 };
    expect(problemsOf(wrong)).toHaveLength(4);
  });
});

describe('the clock', () => {
  it('C8: it must be a function', () => {
    for (const clock of [NOW, Number.NaN, null, 'now', new Date(0)]) {
      expect(problemsOf({ clock }), String(clock)).toHaveLength(1);
    }
  });

  it.each<readonly [unknown, RawClaims]>([
    [Number.NaN, {}],
    [Number.POSITIVE_INFINITY, {}],
    [undefined, {}],
    [null, {}],
    ['5', {}],
    [Number.NaN, { exp: undefined, nbf: 0 }],
    [Number.NaN, { exp: undefined, iat: 0 }],
  ])('C8: under a clock that says %s no token %o is good', async (instant, claims) => {
    const verifier = verifierWith({ clock: () => instant as number, unsafeAllowMissingExpiry: true });
    expect(await judge(verifier, tokenWith(claims))).not.toBe('accepted');
  });

  it('C8: a clock that says NaN signs nothing', () => {
    const signer = createJwtSigner({ key: secretKey, lifetimeSeconds: 60, clock: () => Number.NaN });
    expect(() => signer.sign({ sub: 's' })).toThrow(UsageError);
  });
});

describe('expected parties', () => {
  it.each(['audience', 'issuer'] as const)('C10: %s must name somebody, or be null', (name) => {
    for (const value of [[], undefined, '', [''], [undefined], ['x', ''], ['x', null], {}, 1, true]) {
      const problems = problemsOf({ [name]: value });
      expect(problems, JSON.stringify(value)).toHaveLength(1);
      expect(problems[0]).toMatch(
        new RegExp(`^${name} (?:must be null or|is required \\(null switches it off\\))`),
      );
    }
    expect(problemsOf({ [name]: null })).toEqual([]);
    expect(problemsOf({ [name]: ['x'] })).toEqual([]);
  });

  it('C10: policy that is left out is no policy', () => {
    const bare = { keys: secretKey } as unknown as JwtVerifierOptions;
    const problems = problemsThrownBy(() => createJwtVerifier(bare));
    const names = ['algorithms', 'type', 'issuer', 'audience', 'maxAgeSeconds'];
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual(names);
  });

  it('C10: an audience to sign with must name somebody', () => {
    for (const audience of [[], '', [''], ['x', undefined], null]) {
      const options = { key: secretKey, lifetimeSeconds: 60, audience } as unknown as JwtSignerOptions;
      expect(
        problemsThrownBy(() => createJwtSigner(options)),
        JSON.stringify(audience),
      ).toHaveLength(1);
    }
  });

  it.each(['audience', 'issuer'] as const)('C12: %s takes no regular expression', (name) => {
    expect(problemsOf({ [name]: /^x$/g })).toEqual([expect.stringContaining('not a regular expression')]);
    expect(problemsOf({ [name]: ['x', /(a+)+$/] })).toHaveLength(1);
  });

  it('C12: nor do the type and the required claims', () => {
    expect(problemsOf({ type: /jwt/g })).toHaveLength(1);
    expect(problemsOf({ requiredClaims: [/sub/g] })).toHaveLength(1);
  });

  it('C12: the text of a regular expression is a text like any other', async () => {
    const verifier = verifierWith({ audience: '(a+)+$', issuer: '.*' });
    const good = tokenWith({ aud: '"(a+)+$"', iss: '".*"' });
    expect(await judge(verifier, good)).toBe('accepted');
    expect(await judge(verifier, good)).toBe('accepted');
    expect(await judge(verifier, tokenWith({ aud: `"${'a'.repeat(11_000)}!"`, iss: '".*"' }))).toBe(
      'audience_mismatch',
    );
    expect(await judge(verifier, tokenWith({ aud: '"(a+)+$"', iss: '"anyone"' }))).toBe('issuer_mismatch');
  });
});
