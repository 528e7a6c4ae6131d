import type { ExtraDefinition, JsonValue } from 'countersign/api-token';
import { createApiTokenDecoder, createApiTokenEncoder, definePolicy } from 'countersign/api-token';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyPairFor } from '../../support/keys.js';
import { NOW } from '../../support/tokens.js';
import { usageProblem } from '../../support/usage.js';
import { decoderWith, handMade } from './support/api-tokens.js';

/** Signs twenty times as fast as RSA, which only the profile api_jwt needs. */
const KEYS = { native: keyPairFor('EdDSA'), api_jwt: keyPairFor('RS256') } as const;

const text = fc.string({ unit: 'binary', maxLength: 12 });
const item = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
const itemWithoutComma = item.filter((each) => !each.includes(','));
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => (each === 0 ? 0 : each));
const integer = fc.maxSafeInteger();
const json = fc
  .jsonValue({ maxDepth: 3 })
  .filter((each) => each !== null && !JSON.stringify(each).includes('__proto__'))
  .map((each) => JSON.parse(JSON.stringify(each)) as Exclude<JsonValue, null>);
const jsonObject = fc.dictionary(
  item.filter((each) => each !== '__proto__'),
  json,
  { maxKeys: 3 },
);

type Profile = 'native' | 'api_jwt';
const KINDS = { user: 'auth_user', admin: 'auth_admin' };
type Kind = keyof typeof KINDS;

/** An extra of some policy, with a value for each kind that it allows. */
interface Case {
  readonly extra: ExtraDefinition;
  readonly value: Readonly<Record<Kind, JsonValue>>;
}

const orNull = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { nil: null });
const forBoth = <Value>(value: Value) => ({ user: value, admin: value });

/** Any value, one of a list for all, or one of a list for each kind. */
function policed(type: 'text' | 'number' | 'integer', values: fc.Arbitrary<JsonValue>): fc.Arbitrary<Case> {
  const lists = fc.array(values, { minLength: 1, maxLength: 4 });
  const first = (list: readonly JsonValue[]) => list.at(0) ?? null;
  return fc
    .tuple(orNull(values), orNull(values), lists, lists, fc.constantFrom('any', 'all', 'kind'))
    .map(([byDefault, value, one, other, how]) => {
      const base = { type, default: byDefault };
      if (how === 'any') return { extra: base, value: forBoth(value) };
      if (how === 'all') return { extra: { ...base, allowed: one }, value: forBoth(first(one)) };
      const allowedPerKind = { user: one, admin: other };
      return { extra: { ...base, allowedPerKind }, value: { user: first(one), admin: first(other) } };
    }) as fc.Arbitrary<Case>;
}

function caseOf(profile: Profile): fc.Arbitrary<Case> {
  const items = fc.uniqueArray(profile === 'native' ? item : itemWithoutComma, { maxLength: 4 });
  const freeJson = profile === 'native' ? json : fc.oneof(text, jsonObject);
  return fc.oneof(
    policed('text', text),
    policed('number', number),
    policed('integer', integer),
    fc.tuple(items, orNull(items)).map(([allowed, byDefault]): Case => {
      return { extra: { type: 'list', default: byDefault, allowed }, value: forBoth(allowed.slice(0, 2)) };
    }),
    fc.tuple(fc.boolean(), orNull(fc.boolean())).map(([byDefault, value]): Case => {
      return { extra: { type: 'boolean', default: byDefault }, value: forBoth(value) };
    }),
    orNull(freeJson).map(
      (value): Case => ({ extra: { type: 'json', default: null }, value: forBoth(value as JsonValue) }),
    ),
  );
}

const names = fc
  .stringMatching(/^[a-z_][a-z0-9_.:-]{0,9}$/)
  .filter((name) => !['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'kind'].includes(name));
const subject = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const seconds = fc.integer({ min: 1, max: 1_000_000 });

describe.each(['native', 'api_jwt'] as const)('in the profile %s', (profile) => {
  const { privateKey: key, publicKey: keys } = KEYS[profile];
  const clock = () => NOW;

  it('POL-13: what a policy allows is decoded as it was encoded, and passes the policy again', () => {
    const cases = fc.dictionary(names, caseOf(profile), { maxKeys: 5 });
    fc.assert(
      fc.property(
        cases,
        subject,
        fc.constantFrom<Kind>('user', 'admin'),
        seconds,
        (all, id, kind, expiresInSeconds) => {
          const extras = Object.fromEntries(Object.entries(all).map(([name, { extra }]) => [name, extra]));
          const given = Object.fromEntries(
            Object.entries(all).map(([name, { value }]) => [name, value[kind]]),
          );
          const policy = definePolicy({ kinds: KINDS, extras });
          const encoder = createApiTokenEncoder({ policy, key, profile, clock });
          const decoder = createApiTokenDecoder({
            policy,
            keys,
            audience: null,
            algorithms: ['RS256', 'EdDSA'],
            recheckPolicy: true,
            clock,
          });
          const outcome = decoder.decode(encoder.encode(id, { ...given, kind, expiresInSeconds }));
          const expected = Object.entries(all).map(([name, { extra, value }]) => {
            const empty = extra.type === 'list' ? [] : null;
            return [name, value[kind] ?? extra.default ?? empty];
          });
          expect(outcome).toMatchObject({
            outcome: 'valid',
            record: { subject: id, kind, issuer: KINDS[kind], expiresAt: NOW + expiresInSeconds, profile },
          });
          if (outcome.outcome === 'valid')
            expect(outcome.record.extras).toEqual(Object.fromEntries(expected));
        },
      ),
      { numRuns: profile === 'native' ? 300 : 150 },
    );
  });

  it('POL-14: an item with a comma comes back whole or is refused', () => {
    const policy = definePolicy({ kinds: KINDS, extras: { tags: { type: 'list', default: [] } } });
    const encoder = createApiTokenEncoder({ policy, key, profile, clock });
    const withComma = fc.tuple(fc.string(), fc.string()).map((parts) => parts.join(','));
    fc.assert(
      fc.property(withComma, (tag) => {
        const problem = usageProblem(() => encoder.encode('an-id', { kind: 'user', tags: ['a', tag] }));
        expect(problem).toMatch(profile === 'native' ? /^accepted$/ : /^invalid_claims: tags .*comma/);
      }),
      { numRuns: 50 },
    );
  });
});

describe('decoding', () => {
  const { decode } = decoderWith({ recheckPolicy: true });

  it('POL-20: gives an outcome for whatever it is given, and throws nothing', () => {
    const claims = fc.dictionary(
      fc.constantFrom('iss', 'sub', 'exp', 'nbf', 'iat', 'jti', 'aud', 'level', 'dnt', 'scopes', 'factor'),
      fc.oneof(fc.jsonValue(), fc.constantFrom('auth_user', NOW + 9, '1', 'a,b')),
    );
    const given = fc.oneof(
      fc.anything(),
      claims.map((all) => handMade(all)),
    );
    fc.assert(
      fc.property(given, (token) => {
        expect(['valid', 'expired', 'bad']).toContain(decode(token as string).outcome);
      }),
      { numRuns: 300 },
    );
  });

  it('POL-23: says the same of a token whatever came before it', () => {
    const token = handMade({ scopes: 'user:all' });
    const expected = decode(token);
    const others = fc.record({
      level: fc.constantFrom('1.0', 2, 'x'),
      scopes: fc.constantFrom('user:all', ['a'], 7),
    });
    fc.assert(
      fc.property(others, (claims) => {
        decode(handMade(claims));
        expect(decode(token)).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });
});
