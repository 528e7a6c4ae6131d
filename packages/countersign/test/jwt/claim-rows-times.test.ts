import type { JwtVerifierOptions } from 'countersign';
import { describe, expect, it } from 'vitest';
import type { Judgement } from '../support/judgement.js';
import { judge } from '../support/judgement.js';
import type { RawClaims } from '../support/tokens.js';
import { NOW, tokenWith } from '../support/tokens.js';
import { verifierWith } from '../support/verifiers.js';

type Case = readonly [RawClaims, Judgement];
type CaseWithOptions = readonly [Partial<JwtVerifierOptions>, RawClaims, Judgement];

const HOUR = 3600;

async function expectEach(cases: readonly Case[], options: Partial<JwtVerifierOptions> = {}): Promise<void> {
  for (const [claims, expected] of cases) {
    const judgement = await judge(verifierWith(options), tokenWith(claims));
    expect(judgement, JSON.stringify(claims)).toBe(expected);
  }
}

describe('exp', () => {
  it.each<Case>([
    [{ exp: '"9999999999"' }, 'claim_invalid'],
    [{ exp: 'null' }, 'claim_invalid'],
    [{ exp: 'true' }, 'claim_invalid'],
    [{ exp: '[9999999999]' }, 'claim_invalid'],
    [{ exp: '{}' }, 'claim_invalid'],
    [{ exp: -1 }, 'token_expired'],
    [{ exp: 0 }, 'token_expired'],
  ])('C1: $0 is refused: $1', async (claims, expected) => {
    expect(await judge(verifierWith(), tokenWith(claims))).toBe(expected);
  });

  it('C1: one of a wrong type is refused even where it may be missing', async () => {
    const refused: readonly Case[] = ['"9999999999"', 'null', 'true', '[9999999999]', '{}'].map((exp) => [
      { exp },
      'claim_invalid',
    ]);
    await expectEach(refused, { unsafeAllowMissingExpiry: true });
  });

  it.each<Case>([
    [{ exp: '1e400' }, 'claim_invalid'],
    [{ exp: '-1e400' }, 'claim_invalid'],
    [{ nbf: '-1e400' }, 'claim_invalid'],
    [{ nbf: '1e400' }, 'claim_invalid'],
    [{ iat: '1e400' }, 'claim_invalid'],
    [{ iat: '-1e400' }, 'claim_invalid'],
  ])('C2: an infinite instant, $0, is refused', async (claims, expected) => {
    expect(await judge(verifierWith(), tokenWith(claims))).toBe(expected);
  });

  it('C3: a token is refused from exp on, and not before', async () => {
    await expectEach([
      [{ exp: NOW - 1 }, 'token_expired'],
      [{ exp: NOW }, 'token_expired'],
      [{ exp: NOW + 1 }, 'accepted'],
    ]);
  });

  it('C3: fractions of seconds count, of the claim and of the clock', async () => {
    await expectEach([
      [{ exp: NOW + 0.5 }, 'accepted'],
      [{ exp: NOW - 0.5 }, 'token_expired'],
    ]);
    const clock = () => NOW + 0.5;
    await expectEach(
      [
        [{ exp: NOW + 0.5 }, 'token_expired'],
        [{ exp: NOW + 0.75 }, 'accepted'],
        [{ exp: NOW }, 'token_expired'],
        [{ exp: NOW + 1 }, 'accepted'],
      ],
      { clock },
    );
  });

  it('C3: a tolerance of ten seconds moves the edge by ten seconds', async () => {
    await expectEach(
      [
        [{ exp: NOW - 10 }, 'token_expired'],
        [{ exp: NOW - 9 }, 'accepted'],
      ],
      { toleranceSeconds: 10 },
    );
  });

  it('C3: milliseconds written as seconds pass, but not where a longest lifetime is set', async () => {
    const claims = { iat: NOW, exp: 99_999_999_999_999 };
    await expectEach([[claims, 'accepted']]);
    await expectEach([[claims, 'lifetime_too_long']], { maxLifetimeSeconds: HOUR });
  });

  it.each<CaseWithOptions>([
    [{}, { exp: undefined }, 'claim_missing'],
    [{}, { exp: undefined, iat: NOW }, 'claim_missing'],
    [{ unsafeAllowMissingExpiry: false }, { exp: undefined }, 'claim_missing'],
    [{ unsafeAllowMissingExpiry: true }, { exp: undefined }, 'accepted'],
    [{ unsafeAllowMissingExpiry: true }, { exp: NOW }, 'token_expired'],
    [{ unsafeAllowMissingExpiry: true }, { exp: NOW + 1 }, 'accepted'],
    [
      { unsafeAllowMissingExpiry: true, maxLifetimeSeconds: HOUR },
      { exp: undefined, iat: NOW },
      'claim_missing',
    ],
  ])(
    'C4: exp may be missing only where the option says so: options $0, claims $1, $2',
    async (options, claims, expected) => {
      expect(await judge(verifierWith(options), tokenWith(claims))).toBe(expected);
    },
  );
});

describe('nbf', () => {
  it.each<Case>([
    [{ nbf: `"${NOW}"` }, 'claim_invalid'],
    [{ nbf: 'null' }, 'claim_invalid'],
    [{ nbf: `[${NOW}]` }, 'claim_invalid'],
    [{ nbf: NOW + 0.5 }, 'token_not_yet_valid'],
    [{ nbf: NOW + 1 }, 'token_not_yet_valid'],
    [{ nbf: NOW }, 'accepted'],
    [{ nbf: NOW - 1 }, 'accepted'],
    [{ nbf: 0 }, 'accepted'],
  ])('C5: $0 is judged: $1', async (claims, expected) => {
    expect(await judge(verifierWith(), tokenWith(claims))).toBe(expected);
  });

  it('C5: a tolerance of ten seconds moves the edge by ten seconds', async () => {
    await expectEach(
      [
        [{ nbf: NOW + 11 }, 'token_not_yet_valid'],
        [{ nbf: NOW + 10 }, 'accepted'],
      ],
      { toleranceSeconds: 10 },
    );
  });
});

describe('iat', () => {
  const hoursOff = { exp: NOW + 2 * HOUR };

  it.each<Case>([
    [{ iat: NOW + HOUR, ...hoursOff }, 'token_not_yet_valid'],
    [{ iat: NOW + 1, ...hoursOff }, 'token_not_yet_valid'],
    [{ iat: NOW, ...hoursOff }, 'accepted'],
    [{ iat: `"${NOW}"` }, 'claim_invalid'],
    [{ iat: 'null' }, 'claim_invalid'],
    [{ iat: `[${NOW}]` }, 'claim_invalid'],
    [{ iat: 'true' }, 'claim_invalid'],
  ])('C6: $0 is judged: $1', async (claims, expected) => {
    expect(await judge(verifierWith(), tokenWith(claims))).toBe(expected);
  });

  it('C6: a tolerance of ten seconds moves the edge by ten seconds', async () => {
    await expectEach(
      [
        [{ iat: NOW + 11 }, 'token_not_yet_valid'],
        [{ iat: NOW + 10 }, 'accepted'],
      ],
      { toleranceSeconds: 10 },
    );
  });

  it('C7: a bound on the age asks for iat and refuses what is older', async () => {
    await expectEach(
      [
        [{ iat: undefined }, 'claim_missing'],
        [{ iat: NOW - 100 }, 'accepted'],
        [{ iat: NOW - 101 }, 'token_too_old'],
        [{ iat: NOW - 100.5 }, 'token_too_old'],
      ],
      { maxAgeSeconds: 100 },
    );
  });

  it('C7: a tolerance of ten seconds adds ten seconds to the greatest age', async () => {
    await expectEach(
      [
        [{ iat: NOW - 110 }, 'accepted'],
        [{ iat: NOW - 111 }, 'token_too_old'],
      ],
      { maxAgeSeconds: 100, toleranceSeconds: 10 },
    );
  });

  it('C7: a bound on the lifetime asks for iat and refuses what lives longer, whatever the tolerance', async () => {
    const cases: readonly Case[] = [
      [{ iat: undefined }, 'claim_missing'],
      [{ iat: NOW - 50, exp: NOW + 50 }, 'accepted'],
      [{ iat: NOW - 50, exp: NOW + 51 }, 'lifetime_too_long'],
      [{ iat: NOW - 50, exp: NOW + 50.5 }, 'lifetime_too_long'],
    ];
    await expectEach(cases, { maxLifetimeSeconds: 100 });
    await expectEach(cases, { maxLifetimeSeconds: 100, toleranceSeconds: 10 });
  });

  it('C7: exp before iat is refused', async () => {
    await expectEach(
      [
        [{ iat: NOW + 5, exp: NOW + 4 }, 'claim_invalid'],
        [{ iat: NOW + 5, exp: NOW + 5 }, 'accepted'],
      ],
      { toleranceSeconds: 10 },
    );
  });
});
