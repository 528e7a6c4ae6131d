/** Rules that no caller of a gate could ever meet: refused when the guard is made, and no others. */
import { generateKeyPair, importSecret } from 'countersign';
import { definePolicy, STANDARD_EXTRAS } from 'countersign/api-token';
import type { Acceptor, RouteRules } from 'countersign/gate';
import {
  accessTokens,
  apiTokens,
  asap,
  createGate,
  createRouteTable,
  createTableGuard,
  oidc,
} from 'countersign/gate';
import { describe, expect, it } from 'vitest';
import { usageProblem } from '../support/usage.js';
import { plainLane } from './support/plain-lane.js';

const { publicKey: keys } = generateKeyPair('ES256', { kid: 'key-1' });
const LOGIN = 'https://login.example';
const PROVIDER = 'My Provider';

const billing = asap({ audience: 'orders', issuers: ['billing'], keys });
const anyService = asap({ audience: 'orders', issuers: null, keys });
const applications = accessTokens({ issuer: LOGIN, audience: 'orders', keys });
const people = oidc({ issuer: 'https://people.example', accepts: 'id-tokens', audience: 'web', keys });
const secret = importSecret({ algorithm: 'HS256', secret: 'x'.repeat(32) });
const underSecret = accessTokens({ provider: PROVIDER, audience: null, secret });
const kinds = { user: 'auth_user' };
const apiTokensWith = (extras: Parameters<typeof definePolicy>[0]['extras']) =>
  apiTokens({ policy: definePolicy({ kinds, extras }), audience: 'orders', algorithms: ['ES256'], keys });
const fullTokens = apiTokensWith(STANDARD_EXTRAS);
const plainTokens = apiTokensWith({});

const problemOf = (accept: readonly Acceptor[], rules: RouteRules) => {
  const gate = createGate({ accept });
  return usageProblem(() => gate.guard(rules)).replace('invalid_options: ', '');
};

const NOBODY = 'issuers must name one whose tokens the gate takes: no acceptor of';
const ORELSE = 'must be left out, or other callers let in:';

describe('a rule of a route that nobody can meet is refused', () => {
  it.each<[readonly Acceptor[], RouteRules, string]>([
    [[billing], { scopes: 'x' }, `scopes ${ORELSE} services of this gate have no scopes`],
    [[billing], { level: 3 }, `level ${ORELSE} services of this gate have no level`],
    [[billing], { level: 0 }, `level ${ORELSE} services of this gate have no level`],
    [
      [billing],
      { maxAuthenticationAgeSeconds: 60 },
      `maxAuthenticationAgeSeconds ${ORELSE} services of this gate do not say when they authenticated`,
    ],
    [[people], { scopes: 'x' }, `scopes ${ORELSE} people of this gate have no scopes`],
    [[people, billing], { scopes: 'x' }, `scopes ${ORELSE} people and services of this gate have no scopes`],
    [[applications, billing], { kinds: 'service', scopes: 'x' }, 'services of this gate have no scopes'],
    [[underSecret], { level: 2 }, `level ${ORELSE} applications of this gate have no level`],
    [[fullTokens], { maxAuthenticationAgeSeconds: 60 }, 'API tokens of this gate do not say when'],
    [[plainTokens], { scopes: 'x' }, 'API tokens of this gate have no scopes'],
    [[plainTokens, people], { target: 'x' }, 'API tokens and people of this gate have no target'],
    [[billing], { issuers: 'shipping' }, `${NOBODY} services takes those of "shipping"`],
    [[billing], { issuers: ['biling', 'x'] }, 'those of "biling" or "x", did you mean "billing"?'],
    [
      [applications, billing],
      { issuers: 'http://nobody.example' },
      `${NOBODY} applications and services takes`,
    ],
    [[applications, billing], { kinds: 'service', issuers: LOGIN }, `${NOBODY} services takes those of`],
    [[anyService], { issuers: LOGIN }, `${NOBODY} services takes those of "${LOGIN}"`],
    [
      [anyService, fullTokens],
      { kinds: 'service', issuers: 'auth_user' },
      `${NOBODY} services takes those of`,
    ],
  ])('%#: %o %j', (accept, rules, problem) => {
    expect(problemOf(accept, rules)).toContain(problem);
    expect(problemOf(accept, { ...rules, mode: 'optional' })).toContain(problem);
  });

  it('is told with all others', () => {
    expect(problemOf([billing], { scopes: 'x', level: 2, issuers: 'shipping' }).split('; ')).toHaveLength(3);
  });

  it('is told with its place in a route table', () => {
    const table = createRouteTable([{ methods: 'GET', path: '/orders', scopes: 'x' }]);
    expect(usageProblem(() => createTableGuard(createGate({ accept: [billing] }), table))).toContain(
      'GET /orders: scopes must be left out',
    );
  });

  it('is refused too where each can be met, but no caller has all of it', () => {
    const problem = 'each rule can be met, but by no caller of this gate all of them';
    const accept = [applications, underSecret, billing];
    expect(problemOf(accept, { issuers: 'billing', scopes: 'x' })).toContain(problem);
    expect(problemOf(accept, { issuers: PROVIDER, level: 2 })).toContain(problem);
    expect(
      problemOf(accept, { scopes: 'x', kinds: { application: { issuers: PROVIDER }, service: {} } }),
    ).toBe('accepted');
    expect(
      problemOf(accept, { level: 2, kinds: { application: { issuers: PROVIDER }, service: {} } }),
    ).toContain(problem);
  });
});

describe('a rule of one kind that this kind cannot meet is refused', () => {
  it.each<[RouteRules['kinds'], string]>([
    [
      { service: { scopes: 'x' } },
      'kinds.service.scopes must be left out: services of this gate have no scopes',
    ],
    [
      { service: { level: 1 }, application: {} },
      'kinds.service.level must be left out: services of this gate',
    ],
    [
      { service: { maxAuthenticationAgeSeconds: 1 } },
      'kinds.service.maxAuthenticationAgeSeconds must be left out',
    ],
    [{ service: { issuers: LOGIN }, application: {} }, `kinds.service.${NOBODY} services takes those of`],
    [
      { application: { issuers: 'billing' }, service: {} },
      `kinds.application.${NOBODY} applications takes those`,
    ],
  ])('%j', (given, problem) => {
    expect(problemOf([applications, billing], { kinds: given })).toContain(problem);
  });
});

describe('a rule that somebody can meet is accepted', () => {
  it.each<[readonly Acceptor[], RouteRules]>([
    [[applications, billing, people], { scopes: 'x', level: 3, maxAuthenticationAgeSeconds: 60 }],
    [[applications, billing], { kinds: ['service', 'application'], scopes: 'x' }],
    [[applications, billing], { scopes: 'x', kinds: { application: {}, service: {} } }],
    [[applications, underSecret], { level: 3 }],
    [[people], { level: 3, maxAuthenticationAgeSeconds: 60 }],
    [[underSecret], { scopes: 'x', issuers: PROVIDER }],
    [[fullTokens], { scopes: 'x', level: 3, target: 'x', issuers: 'auth_user' }],
    [[billing], { issuers: ['shipping', 'billing'] }],
    [[anyService], { issuers: 'shipping' }],
    [[anyService, fullTokens], { issuers: 'auth_user' }],
    [[plainLane().acceptor], { scopes: 'x', level: 3, maxAuthenticationAgeSeconds: 60 }],
  ])('%#: %o %j', (accept, rules) => {
    expect(problemOf(accept, rules)).toBe('accepted');
  });
});
