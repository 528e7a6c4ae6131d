/**
 * What TypeScript knows of a policy. The errors that are expected here are checked by the compiler; that each of them is
 * also one at run time is checked below.
 */
import {
  createApiTokenDecoder,
  createApiTokenEncoder,
  definePolicy,
  STANDARD_EXTRAS,
} from 'countersign/api-token';
import { describe, expect, it } from 'vitest';
import { keyPairFor } from '../../support/keys.js';
import { usageProblem } from '../../support/usage.js';

const policy = definePolicy({
  kinds: { user: 'auth_user', machine: 'auth_machine' },
  extras: {
    ...STANDARD_EXTRAS,
    scopes: {
      type: 'list',
      default: [],
      allowedPerKind: { user: ['read', 'write'], machine: { push: 'send events' } },
    },
    plan: { type: 'text', default: null, allowed: ['free', 'paid'] },
    seats: { type: 'integer', default: 1 },
    beta: { type: 'boolean', default: false },
    device: { type: 'json', default: null },
  },
});
const { privateKey, publicKey } = keyPairFor('RS256');
const { encode } = createApiTokenEncoder({ policy, key: privateKey });
const { decode } = createApiTokenDecoder({ policy, keys: publicKey, audience: null });

describe('what encode takes', () => {
  it('is every value that the policy allows', () => {
    encode('u', { kind: 'user', level: 3.1, scopes: ['read', 'write'], plan: 'paid', seats: 40, beta: true });
    encode('u', { kind: 'user', level: '3.1', scopes: 'read', dnt: 3, device: { model: [1, null] } });
    encode('u', { kind: 'machine', scopes: ['push'], factor: 'password', plan: null, level: undefined });
    encode('u', { kind: 'machine', expiresInSeconds: -1 });
  });

  it('is nothing else', () => {
    const refused = [
      // @ts-expect-error the kind is missing
      () => encode('u', {}),
      // @ts-expect-error no such kind
      () => encode('u', { kind: 'admin' }),
      // @ts-expect-error no such extra
      () => encode('u', { kind: 'user', scope: ['read'] }),
      // @ts-expect-error no such level
      () => encode('u', { kind: 'user', level: 5 }),
      // @ts-expect-error no such level, as text either
      () => encode('u', { kind: 'user', level: '5' }),
      // @ts-expect-error allowed for another kind
      () => encode('u', { kind: 'machine', scopes: ['read'] }),
      // @ts-expect-error one item that is not allowed spoils the list
      () => encode('u', { kind: 'user', scopes: ['read', 'push'] }),
      // @ts-expect-error not among the allowed texts
      () => encode('u', { kind: 'user', plan: 'gold' }),
      // @ts-expect-error not a number
      () => encode('u', { kind: 'user', seats: 'many' }),
      // @ts-expect-error not a boolean
      () => encode('u', { kind: 'user', beta: 'true' }),
      // @ts-expect-error nothing that JSON can hold
      () => encode('u', { kind: 'user', device: () => 1 }),
      // @ts-expect-error no subject
      () => encode(null, { kind: 'user' }),
    ];
    for (const call of refused) expect(usageProblem(call)).toMatch(/^invalid_claims: /);
  });
});

describe('what decode gives', () => {
  it('has the types of the extras', () => {
    const outcome = decode(encode('u', { kind: 'user', level: 2, scopes: ['read'] }));
    if (outcome.outcome !== 'valid') throw new Error(outcome.outcome);
    const { kind, extras } = outcome.record;
    const isKind: 'user' | 'machine' | null = kind;
    const level: number = extras.level;
    const scopes: readonly string[] = extras.scopes;
    const plan: string | null = extras.plan;
    const seats: number = extras.seats;
    const beta: boolean = extras.beta;
    // @ts-expect-error it may be null
    const text: string = extras.plan;
    // @ts-expect-error no such extra
    const other: unknown = extras.scope;
    // @ts-expect-error nothing can be changed
    expect(() => extras.scopes.push('write')).toThrow(TypeError);
    expect([isKind, level, scopes, plan, seats, beta, text, other]).toEqual([
      'user',
      2,
      ['read'],
      null,
      1,
      false,
      null,
      undefined,
    ]);
  });

  it('is known by its outcome only', () => {
    const outcome = decode('');
    // @ts-expect-error only a valid token has a record
    expect(outcome.record).toBeUndefined();
    expect(outcome.outcome).toBe('bad');
  });
});

describe('what definePolicy takes', () => {
  it('is checked by the compiler too', () => {
    const kinds = { user: 'auth_user' };
    const refused = [
      // @ts-expect-error no such type
      () => definePolicy({ kinds, extras: { size: { type: 'float', default: 0 } } }),
      // @ts-expect-error the default is of another type
      () => definePolicy({ kinds, extras: { size: { type: 'number', default: 'big' } } }),
      // @ts-expect-error the default is missing
      () => definePolicy({ kinds, extras: { size: { type: 'number' } } }),
      // @ts-expect-error the extras are missing
      () => definePolicy({ kinds }),
    ];
    for (const call of refused) expect(usageProblem(call)).toMatch(/^invalid_options: /);
  });
});
