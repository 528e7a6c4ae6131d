import { definePolicy, parsePolicy, STANDARD_EXTRAS } from 'countersign/api-token';
import { describe, expect, it } from 'vitest';
import { usageProblem } from '../../support/usage.js';
import { encoderWith, extrasOf, POLICY, pairOf } from './support/api-tokens.js';

const kinds = { user: 'auth_user', admin: 'auth_admin' };

describe('what a policy allows', () => {
  const { encode } = encoderWith();

  it('POL-7: the standard extras allow the levels and the ways to be tracked', () => {
    expect(Object.keys(STANDARD_EXTRAS)).toEqual(['level', 'factor', 'target', 'dnt', 'scopes']);
    for (const level of [0, 1, 2, 3, 3.1, 3.5, 4] as const) encode('an-id', { kind: 'user', level });
    for (const dnt of [0, 1, 2, 3] as const) encode('an-id', { kind: 'user', dnt });
    // @ts-expect-error not allowed
    expect(usageProblem(() => encode('an-id', { kind: 'user', dnt: 4 }))).toContain('dnt must not be 4');
  });

  it('POL-8: an extra that the policy does not know is refused by name', () => {
    // @ts-expect-error no such extra
    expect(usageProblem(() => encode('an-id', { kind: 'user', levle: 1 }))).toBe(
      'invalid_claims: "levle" is no extra of the policy: did you mean "level"?',
    );
  });

  it('POL-8: a value that is not allowed is refused, with the value and what is allowed', () => {
    // @ts-expect-error not allowed
    expect(usageProblem(() => encode('an-id', { kind: 'user', level: 5 }))).toBe(
      'invalid_claims: level must not be 5: allowed for the kind "user" is 0, 1, 2, 3, 4, 3.1, 3.5',
    );
  });

  it('POL-8: every member of a list must be allowed', () => {
    encode('an-id', { kind: 'admin', scopes: ['admin:all', 'extra'] });
    // @ts-expect-error not allowed
    expect(usageProblem(() => encode('an-id', { kind: 'admin', scopes: ['admin:all', 'root'] }))).toBe(
      'invalid_claims: scopes must not be "root": allowed for the kind "admin" is "extra", "admin:all"',
    );
  });

  it('POL-9: the kind selects the list', () => {
    encode('an-id', { kind: 'user', scopes: ['user:all'] });
    // @ts-expect-error allowed for another kind
    expect(usageProblem(() => encode('an-id', { kind: 'user', scopes: ['admin:all'] }))).toContain(
      'allowed for the kind "user" is "user:all"',
    );
  });

  it('POL-9: a kind without a list is a policy error, not a crash', () => {
    const { encode: encodeFor, decode } = pairOf({
      kinds,
      extras: { scopes: { type: 'list', default: [], allowedPerKind: { user: ['user:all'] } } },
    });
    // @ts-expect-error nothing is allowed
    expect(usageProblem(() => encodeFor('an-id', { kind: 'admin', scopes: ['user:all'] }))).toBe(
      'invalid_claims: scopes must not be "user:all": nothing but the default is allowed for the kind "admin"',
    );
    expect(extrasOf(decode(encodeFor('an-id', { kind: 'admin' }))).scopes).toEqual([]);
  });

  it('POL-10: one string stands for a list of one', () => {
    for (const profile of ['native', 'api_jwt'] as const) {
      const { encode: encodeFor, decode } = pairOf(POLICY.definition, profile);
      expect(extrasOf(decode(encodeFor('an-id', { kind: 'user', scopes: 'user:all' }))).scopes).toEqual([
        'user:all',
      ]);
    }
  });

  it.each(['native', 'api_jwt'] as const)(
    'POL-11: null and undefined keep the default, and a default of null leaves the claim out (%s)',
    (profile) => {
      const { encode: encodeFor, decode } = pairOf(
        {
          kinds,
          extras: {
            level: { type: 'number', default: 1, allowed: [1, 2] },
            factor: { type: 'text', default: 'none' },
            plan: { type: 'text', default: null },
          },
        },
        profile,
      );
      const token = encodeFor('an-id', { kind: 'user', level: null, factor: undefined, plan: null });
      const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
      expect(claims).toMatchObject({ level: profile === 'native' ? 1 : '1.0', factor: 'none' });
      expect(claims).not.toHaveProperty('plan');
      expect(extrasOf(decode(token))).toEqual({ level: 1, factor: 'none', plan: null });
    },
  );

  it('the default is allowed although no list names it', () => {
    const { encode: encodeFor, decode } = pairOf({
      kinds,
      extras: { factor: { type: 'text', default: 'none', allowed: ['otp'] } },
    });
    expect(extrasOf(decode(encodeFor('an-id', { kind: 'user', factor: 'none' }))).factor).toBe('none');
  });

  it('POL-15: a member name that no call could give is no number', () => {
    for (const name of ['0x10', '0b11', ' 3 ', '+1', '']) {
      const extras = { level: { type: 'number', default: 0, allowed: { [name]: 'odd' } } } as const;
      expect(usageProblem(() => definePolicy({ kinds, extras }))).toContain('extras.level.allowed must hold');
    }
  });

  it('POL-15: of a mapping the names of the members are allowed, as numbers where the extra is one', () => {
    const { encode: encodeFor, decode } = pairOf({
      kinds,
      extras: {
        plan: { type: 'text', default: null, allowed: { free: 'nothing to pay', paid: 'by invoice' } },
        level: { type: 'number', default: 0, allowed: { 0: 'none', '3.1': 'hardware key' } },
      },
    });
    const token = encodeFor('an-id', { kind: 'user', plan: 'paid', level: 3.1 });
    expect(extrasOf(decode(token))).toEqual({ plan: 'paid', level: 3.1 });
    // @ts-expect-error a description is no value
    expect(usageProblem(() => encodeFor('an-id', { kind: 'user', plan: 'by invoice' }))).toContain(
      'allowed for the kind "user" is "free", "paid"',
    );
    // @ts-expect-error what every object inherits is no value
    expect(usageProblem(() => encodeFor('an-id', { kind: 'user', plan: 'toString' }))).toContain('plan');
  });

  it('POL-16: a number may be given as text, and is held and checked as a number', () => {
    for (const profile of ['native', 'api_jwt'] as const) {
      const { encode: encodeFor, decode } = pairOf(POLICY.definition, profile);
      expect(extrasOf(decode(encodeFor('an-id', { kind: 'user', level: '3.1', dnt: '3' })))).toMatchObject({
        level: 3.1,
        dnt: 3,
      });
      for (const level of ['', '3.2', '0x3', ' 3', '3,1', 'Infinity', 'NaN', '1e999']) {
        // @ts-expect-error no allowed number
        expect(usageProblem(() => encodeFor('an-id', { kind: 'user', level }))).toContain('level must');
      }
    }
  });

  it('an extra may have the name of something that every object inherits', () => {
    const { encode: encodeFor, decode } = pairOf({
      kinds,
      extras: { constructor: { type: 'text', default: 'a' }, toString: { type: 'text', default: null } },
    });
    expect(extrasOf(decode(encodeFor('an-id', { kind: 'user' } as never)))).toEqual({
      constructor: 'a',
      toString: null,
    });
  });
});

describe('the definition of a policy', () => {
  it('is copied and frozen through and through', () => {
    const allowed = ['otp'];
    const policy = definePolicy({ kinds, extras: { factor: { type: 'text', default: '', allowed } } });
    allowed.push('password');
    expect(policy.definition.extras.factor.allowed).toEqual(['otp']);
    expect(Object.isFrozen(policy.definition.extras.factor.allowed)).toBe(true);
  });

  it.each([
    [null, 'the policy must be an object, not null'],
    [{ extras: {} }, 'kinds must be an object, not undefined'],
    [{ kinds: {}, extras: {} }, 'kinds must name at least one kind'],
    [{ kinds: { user: '' }, extras: {} }, 'kinds.user must be a non-empty string, the issuer'],
    [{ kinds: { user: 'a', admin: 'a' }, extras: {} }, 'kinds must give each kind an issuer of its own'],
    [{ kinds }, 'extras must be an object, not undefined'],
    [{ kinds, extras: {}, key: {} }, 'key is unknown, did you mean "kinds"?'],
    [{ kinds, extras: { sub: { type: 'text', default: '' } } }, 'extras.sub is no name for an extra'],
    [{ kinds, extras: { kind: { type: 'text', default: '' } } }, 'extras.kind is no name for an extra'],
    [{ kinds, extras: { 'a b': { type: 'text', default: '' } } }, 'extras.a b is no name for an extra'],
    [{ kinds, extras: { x: 'text' } }, 'extras.x must be an object, not a string'],
    [{ kinds, extras: { x: { type: 'float', default: 0 } } }, 'extras.x.type must be one of text, number'],
    [{ kinds, extras: { x: { type: 'text' } } }, 'extras.x.default is required (null leaves the claim out)'],
    [
      { kinds, extras: { x: { type: 'number', default: '1' } } },
      'extras.x.default must be of the type number',
    ],
    [{ kinds, extras: { x: { type: 'integer', default: 0.5 } } }, 'extras.x.default must be a whole number'],
    [{ kinds, extras: { x: { type: 'list', default: 'a' } } }, 'extras.x.default must be of the type list'],
    [
      { kinds, extras: { x: { type: 'text', default: '', alowed: [] } } },
      'extras.x.alowed is unknown, did you mean "allowed"?',
    ],
    [
      { kinds, extras: { x: { type: 'boolean', default: true, allowed: [true] } } },
      'extras.x.allowed is unknown',
    ],
    [
      { kinds, extras: { x: { type: 'number', default: 0, allowed: ['1'] } } },
      'extras.x.allowed must hold values of the type number only',
    ],
    [
      { kinds, extras: { x: { type: 'integer', default: 0, allowed: { '': 'none' } } } },
      'extras.x.allowed must hold values of the type integer only',
    ],
    [
      { kinds, extras: { x: { type: 'text', default: '', allowed: { a: 1 } } } },
      'extras.x.allowed must say in a string what each of its members means',
    ],
    [
      { kinds, extras: { x: { type: 'text', default: '', allowed: 'a' } } },
      'extras.x.allowed must be an array, or an object',
    ],
    [
      { kinds, extras: { x: { type: 'text', default: '', allowed: [], allowedPerKind: {} } } },
      'extras.x must not have both allowed and allowedPerKind',
    ],
    [
      { kinds, extras: { x: { type: 'text', default: '', allowedPerKind: { usr: ['a'] } } } },
      'extras.x.allowedPerKind.usr names no kind of this policy, did you mean "user"?',
    ],
    [
      { kinds, extras: { x: { type: 'text', default: '', allowedPerKind: ['a'] } } },
      'extras.x.allowedPerKind must be an object, not an array',
    ],
  ])('is checked: %j', (definition, problem) => {
    expect(usageProblem(() => definePolicy(definition as never))).toContain(`invalid_options: ${problem}`);
  });

  it('every problem is found', () => {
    const definition = {
      kinds: { user: 1 },
      extras: { a: { type: 'text', default: 1 }, b: { type: 'list', default: [], allowed: [1] } },
    };
    expect(usageProblem(() => definePolicy(definition as never)).split('; ')).toHaveLength(3);
  });
});

describe('a policy in JSON', () => {
  it('is the same policy', () => {
    expect(parsePolicy(JSON.stringify(POLICY.definition)).definition).toEqual(POLICY.definition);
  });

  it.each([
    ['', 'the policy is not JSON'],
    ['[]', 'the policy is not an object'],
    ['{"kinds":{"a":"b"},"kinds":{"a":"c"},"extras":{}}', 'the policy has a duplicate member'],
    ['{"kinds":{}}', 'kinds must name at least one kind; extras must be an object'],
  ])('%s is refused', (text, problem) => {
    expect(usageProblem(() => parsePolicy(text))).toContain(`invalid_options: ${problem}`);
  });
});
