import { definePolicy } from 'countersign/api-token';
import { createMemoryReplayStore } from 'countersign/asap';
import type { Caller, Gate, GateOptions, RouteRules } from 'countersign/gate';
import { createGate } from 'countersign/gate';
import type {
  StandardPolicyDefinition,
  TestCallers,
  TestCallersOptions,
  TestTokens,
} from 'countersign/testing';
import { createTestCallers, createTestClock, createTestKeyServer } from 'countersign/testing';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { usageProblem } from '../support/usage.js';

const NOW = 1_800_000_000;

function setUp(options: Partial<TestCallersOptions> = {}, gateOptions: Partial<GateOptions> = {}) {
  const clock = createTestClock(NOW);
  const callers = createTestCallers({ clock, audience: 'orders', ...options });
  const revocation = { source: callers.revocations, whenUnavailable: 'refuse' } as const;
  const gate = createGate({ accept: callers.acceptors, clock, revocation, ...gateOptions });
  return { clock, callers, gate };
}

async function check(gate: Gate, token: string, rules?: RouteRules) {
  const headers = (name: string) => (name === 'authorization' ? [`Bearer ${token}`] : []);
  return gate.guard(rules).check({ method: 'GET', url: '/', headers });
}

/** Who comes in, or why nobody does. */
async function outcomeOf(gate: Gate, token: string, rules?: RouteRules): Promise<string> {
  const { caller, ...outcome } = await check(gate, token, rules);
  return caller?.kind ?? ('reason' in outcome ? String(outcome.reason) : outcome.outcome);
}

async function callerOf(gate: Gate, token: string): Promise<Caller | undefined> {
  return (await check(gate, token)).caller;
}

type Faults = {
  readonly expired?: true;
  readonly otherKey?: true;
  readonly claims?: Record<string, unknown>;
};

interface Maker {
  readonly title: string;
  readonly kind: string;
  readonly isUnderSecret?: true;
  make(callers: TestCallers, faults?: Faults): string;
}

const MAKERS: readonly Maker[] = [
  { title: 'an ID token', kind: 'person', make: (callers, faults) => callers.person({ ...faults }) },
  {
    title: 'an access token',
    kind: 'application',
    make: (callers, faults) => callers.application({ ...faults }),
  },
  {
    title: 'an access token under a secret',
    kind: 'application',
    isUnderSecret: true,
    make: (callers, faults) => callers.hmacAccessToken({ ...faults }),
  },
  { title: 'an ASAP token', kind: 'service', make: (callers, faults) => callers.service({ ...faults }) },
  {
    title: 'an API token',
    kind: 'api-token',
    make: (callers, faults) => callers.apiToken({ kind: 'user', ...faults }),
  },
];

afterEach(() => vi.unstubAllEnvs());

describe.each(MAKERS)('createTestCallers: $title', ({ kind, make }) => {
  it('comes in, and tells who calls', async () => {
    const { callers, gate } = setUp();
    expect(await outcomeOf(gate, make(callers))).toBe(kind);
  });

  it.each([
    ['token_expired', { expired: true }],
    ['bad_signature', { otherKey: true }],
    ['token_not_yet_valid', { claims: { nbf: NOW + 1 } }],
  ] as const)('is refused as %s when it is broken so', async (reason, faults) => {
    const { callers, gate } = setUp();
    expect(await outcomeOf(gate, make(callers, faults))).toBe(reason);
  });

  it('lacks a claim that is given as undefined', async () => {
    const { callers, gate } = setUp();
    const token = make(callers, { claims: { sub: undefined, exp: undefined } });
    expect(await outcomeOf(gate, token)).toBe('claim_missing');
  });

  it('is refused once it is revoked, and others are not', async () => {
    const { callers, gate } = setUp();
    const token = make(callers);
    expect(await outcomeOf(gate, token)).toBe(kind);
    callers.revoke(token);
    expect(await outcomeOf(gate, token)).toBe('token_revoked');
    expect(await outcomeOf(gate, make(callers))).toBe(kind);
  });

  it('is the same in each test but for the signature', () => {
    const [one, two] = [setUp(), setUp()].map(({ callers }) => make(callers).split('.').slice(0, 2));
    expect(one).toEqual(two);
  });
});

describe('createTestCallers', () => {
  it('says of callers what it is told to', async () => {
    const { callers, gate } = setUp();
    expect(await callerOf(gate, callers.person({ email: 'bob@example.com' }))).toMatchObject({
      email: 'bob@example.com',
      subject: 'bob@example.com',
      issuer: callers.issuers.person,
    });
    const token = {
      clientId: 'web',
      subject: 'user-7',
      scopes: ['read', 'write'],
      acr: '3',
      authTime: NOW - 60,
    };
    expect(await callerOf(gate, callers.application(token))).toMatchObject({
      clientId: 'web',
      subject: 'user-7',
      scopes: ['read', 'write'],
      level: 3,
      authenticatedAt: NOW - 60,
      issuer: callers.issuers.application,
    });
    expect(
      await callerOf(gate, callers.hmacAccessToken({ clientId: 'web', subject: 'user-7', scopes: ['read'] })),
    ).toMatchObject({ clientId: 'web', subject: 'user-7', scopes: ['read'] });
    expect(await callerOf(gate, callers.service({ issuer: 'shipping' }))).toMatchObject({
      issuer: 'shipping',
      keyId: 'shipping/key-1',
    });
    const apiToken = {
      kind: 'admin',
      subject: 'eve',
      level: 3.1,
      scopes: ['read'],
      target: 'customer-1',
    } as const;
    expect(await callerOf(gate, callers.apiToken(apiToken))).toMatchObject({
      tokenKind: 'admin',
      subject: 'eve',
      level: 3.1,
      scopes: ['read'],
      target: 'customer-1',
    });
  });

  it('gives acceptors for the kinds that are wanted', async () => {
    const { callers, clock } = setUp();
    const gate = createGate({ accept: callers.acceptorsFor('service', 'person'), clock });
    const outcomes = await Promise.all(MAKERS.map(({ make }) => outcomeOf(gate, make(callers))));
    expect(outcomes.filter((outcome) => outcome === 'service' || outcome === 'person')).toHaveLength(2);
  });

  it('K8: tokens under an old key are good until it is withdrawn, cached or not', async () => {
    const { callers, gate } = setUp();
    const asymmetric = MAKERS.filter(({ isUnderSecret }) => !isUnderSecret);
    const old = asymmetric.map(({ make }) => make(callers));
    callers.rotateKeys();
    const recent = asymmetric.map(({ make }) => make(callers));
    for (const token of [...old, ...recent]) expect(await callerOf(gate, token)).toBeDefined();
    callers.withdrawOldKeys();
    for (const token of old) expect(await outcomeOf(gate, token)).toBe('key_not_found');
    for (const token of recent) expect(await callerOf(gate, token)).toBeDefined();
  });

  it('takes a policy for API tokens, and makes no token that it forbids', async () => {
    const policy = definePolicy({
      kinds: { robot: 'https://robots.example' },
      extras: { scopes: { type: 'list', default: [], allowed: ['read'] } },
    });
    const clock = createTestClock(NOW);
    const callers = createTestCallers({ clock, audience: 'orders', policy });
    const gate = createGate({ accept: callers.acceptors, clock });
    expect(await outcomeOf(gate, callers.apiToken({ kind: 'robot', scopes: ['read'] }))).toBe('api-token');
    const forbidden = { kind: 'robot', scopes: ['write'] } as never;
    expect(usageProblem(() => callers.apiToken(forbidden))).toMatch(
      /^invalid_claims: scopes must not be "write"/,
    );
  });

  it('ASAP-26: remembers the tokens of services where it is given a store', async () => {
    const clock = createTestClock(NOW);
    const { callers, gate } = setUp({ replay: createMemoryReplayStore({ clock }) });
    const token = callers.service();
    expect([await outcomeOf(gate, token), await outcomeOf(gate, token)]).toEqual([
      'service',
      'token_replayed',
    ]);
  });

  it('cannot revoke what has no id', () => {
    const { callers } = setUp();
    const token = callers.person({ claims: { jti: undefined } });
    expect(usageProblem(() => callers.revoke(token))).toBe(
      'invalid_options: the token must have iss, jti and exp',
    );
  });

  it('refuses options that are wrong, and to work in production', async () => {
    expect(usageProblem(() => createTestCallers({ audience: '', keyServer: 1, replay: {} } as never))).toBe(
      'invalid_options: audience must be a non-empty string or a non-empty array of such, not an empty string; ' +
        'keyServer must be a server made by createTestKeyServer; replay must be null or a replay store',
    );
    vi.stubEnv('NODE_ENV', 'production');
    expect(() => createTestCallers({ audience: 'orders' })).toThrow(/NODE_ENV=production/);
    await expect(createTestKeyServer()).rejects.toThrow(/NODE_ENV=production/);
  });
});

describe('what is said of a token', () => {
  const { callers } = setUp();
  type Given = Readonly<Record<string, unknown>> | null;

  it.each<[keyof TestTokens<StandardPolicyDefinition>, Given, string]>([
    ['person', { mail: 'a@example.com' }, 'unknown option "mail", did you mean "email"?'],
    ['person', { email: '' }, 'email must be a non-empty string, not an empty string'],
    ['person', null, 'options must be an object, not null'],
    ['application', { scope: 'orders:write' }, 'unknown option "scope", did you mean "scopes"?'],
    ['application', { scopes: 'a  b' }, 'scopes must be scopes with one space between two, or an array of'],
    ['application', { scopes: ['a b'] }, 'scopes must be'],
    ['application', { scopes: null }, 'scopes must be'],
    ['application', { authTime: '5' }, 'authTime must be epoch seconds, not a string'],
    ['application', { acr: 3 }, 'acr must be a non-empty string, not 3'],
    ['hmacAccessToken', { client: 'web' }, 'unknown option "client", did you mean "clientId"?'],
    ['hmacAccessToken', { acr: '3' }, 'unknown option "acr"'],
    ['hmacAccessToken', { scopes: '' }, 'scopes must be'],
    ['service', { isuer: 'billing' }, 'unknown option "isuer", did you mean "issuer"?'],
    ['service', { issuer: 'a/b' }, 'issuer must not hold a slash'],
    ['apiToken', {}, 'kind is required'],
    ['apiToken', { kind: 'usr' }, 'kind must be one of user, admin, did you mean "user"?'],
    ['apiToken', { kind: 'user', scope: 'a' }, 'unknown option "scope", did you mean "scopes"?'],
    ['apiToken', { kind: 'user', expiresInSeconds: 5 }, 'unknown option "expiresInSeconds"'],
  ])('C8: %s refuses %j', (kind, given, problem) => {
    const make = callers[kind] as (given: Given) => string;
    expect(usageProblem(() => make(given))).toContain(`invalid_options: ${problem}`);
  });

  it.each(MAKERS)('C8: its faults are checked too: $title', ({ make }) => {
    const faults = { expird: true, expired: 'yes', otherKey: 1, claims: [] } as never;
    expect(
      usageProblem(() => make(callers, faults))
        .replace('invalid_options: ', '')
        .split('; '),
    ).toEqual([
      'unknown option "expird", did you mean "expired"?',
      'expired must be true or false, not a string',
      'otherKey must be true or false, not 1',
      'claims must be an object, not an empty array',
    ]);
  });

  it('may give scopes as a text or as a list, as guards do', async () => {
    const { gate, callers: own } = setUp();
    const makers = [
      (scopes: string | readonly string[]) => own.application({ scopes }),
      (scopes: string | readonly string[]) => own.hmacAccessToken({ scopes }),
      (scopes: string | readonly string[]) => own.apiToken({ kind: 'user', scopes }),
    ];
    for (const make of makers) {
      for (const scopes of ['read write', ['read', 'write']])
        expect(await callerOf(gate, make(scopes))).toMatchObject({ scopes: ['read', 'write'] });
      expect(await callerOf(gate, make('read'))).toMatchObject({ scopes: ['read'] });
      expect(await callerOf(gate, make([]))).toMatchObject({ scopes: [] });
    }
  });

  it('kinds for which there are no acceptors are refused', () => {
    const { acceptorsFor } = callers as { acceptorsFor: (...kinds: unknown[]) => unknown };
    expect(usageProblem(() => acceptorsFor('service', 'applications'))).toBe(
      'invalid_options: kinds must be one of person, application, service, api-token, did you mean "application"?',
    );
    expect(usageProblem(() => acceptorsFor(['service']))).toContain('not an array');
  });
});

describe('createTestCallers with a key server', () => {
  async function setUpServer() {
    const keyServer = await createTestKeyServer();
    onTestFinished(keyServer.close);
    return { keyServer, ...setUp({ keyServer }) };
  }

  it.each(MAKERS)(
    '$title comes in, under a key that was fetched if it has one',
    async ({ kind, make, isUnderSecret }) => {
      const { keyServer, callers, gate } = await setUpServer();
      expect(await outcomeOf(gate, make(callers))).toBe(kind);
      expect(keyServer.requests.length > 0).toBe(!isUnderSecret);
    },
  );

  it('K3, C18: is answered 503 while no key can be had, and comes in after', async () => {
    const { keyServer, callers, gate, clock } = await setUpServer();
    keyServer.fault = { status: 500 };
    const token = callers.application();
    expect(await check(gate, token)).toMatchObject({ status: 503, reason: 'key_source_unavailable' });
    keyServer.fault = null;
    clock.advance(60);
    expect(await outcomeOf(gate, token)).toBe('application');
  });

  it('K12: new keys are found, and withdrawn ones forgotten when their time is up', async () => {
    const { keyServer, callers, gate, clock } = await setUpServer();
    keyServer.headers = { 'cache-control': 'max-age=60' };
    const old = callers.person();
    expect(await outcomeOf(gate, old)).toBe('person');
    callers.rotateKeys();
    callers.withdrawOldKeys();
    clock.advance(61);
    expect(await outcomeOf(gate, callers.person())).toBe('person');
    expect(await outcomeOf(gate, old)).toBe('key_not_found');
  });
});
