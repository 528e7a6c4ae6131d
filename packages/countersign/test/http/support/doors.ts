/** The gates and rules that requests of the tests come to, each under a name of its own. */
import { createMemoryReplayStore } from 'countersign/asap';
import type { GateOrGuard, RouteRules } from 'countersign/gate';
import { asap, createGate } from 'countersign/gate';
import type { TestCallers } from 'countersign/testing';
import { createTestCallers } from 'countersign/testing';
import { NOW } from '../../support/tokens.js';

export interface Door {
  readonly gate: GateOrGuard;
  readonly rules: RouteRules | undefined;
}

export const DOOR_NAMES = [
  'any',
  'optional',
  'permissive',
  'services',
  'by-kind',
  'people-of-authority',
  'customer-1',
  'readers',
  'strong',
  'fresh',
  'only-ada',
  'broken-check',
  'cookie',
  'preflight',
  'single-use',
  'asap',
  'asap-optional',
  'asap-listed',
  'api-jwt',
  'metadata',
  'short-tokens',
  'outage',
  'unknown-revocations',
] as const;

export type DoorName = (typeof DOOR_NAMES)[number];
export type Doors = Readonly<Record<DoorName, Door>>;

/** Who calls at the doors. */
export interface DoorCallers extends TestCallers {
  /** Sound, but revoked. */
  revoked(): string;
}

const AUDIENCE = 'orders';
const clock = () => NOW;

/** Doors with keys of their own: what one adapter has remembered is none of the next one's business. */
export function createDoors(): { readonly doors: Doors; readonly callers: DoorCallers } {
  const replay = createMemoryReplayStore({ clock });
  const callers = createTestCallers({ audience: AUDIENCE, clock, replay });
  const others = callers.acceptorsFor('person', 'application', 'api-token');
  const services = callers.acceptorsFor('service');
  const gateOf = (options: Partial<Parameters<typeof createGate>[0]> = {}) =>
    createGate({
      accept: callers.acceptors,
      clock,
      revocation: { source: callers.revocations, whenUnavailable: 'refuse' },
      ...options,
    });
  const gate = gateOf();
  const outage = asap({ audience: AUDIENCE, issuers: null, repository: 'https://keys.example/' });
  const doors: Doors = {
    any: { gate, rules: {} },
    optional: { gate, rules: { mode: 'optional' } },
    permissive: { gate, rules: { mode: 'unsafePermissive' } },
    services: { gate, rules: { kinds: 'service' } },
    'by-kind': { gate, rules: { kinds: { application: { scopes: 'orders:write' }, service: {} } } },
    'people-of-authority': { gate, rules: { issuers: callers.issuers.person } },
    'customer-1': { gate, rules: { kinds: 'api-token', target: 'customer-1' } },
    readers: { gate, rules: { scopes: 'orders:read' } },
    strong: { gate, rules: { level: 3.5 } },
    fresh: { gate, rules: { maxAuthenticationAgeSeconds: 300 } },
    'only-ada': { gate, rules: { check: async ({ subject }) => subject === 'ada@example.com' } },
    'broken-check': { gate, rules: { check: () => Promise.reject(new Error('the store is away')) } },
    cookie: { gate: gateOf({ cookie: 'token' }), rules: {} },
    preflight: { gate: gateOf({ letPreflightPass: true }), rules: {} },
    'single-use': { gate, rules: { kinds: 'service' } },
    asap: { gate: gateOf({ accept: services, answers: 'asap' }), rules: {} },
    'asap-optional': { gate: gateOf({ accept: services, answers: 'asap' }), rules: { mode: 'optional' } },
    'asap-listed': { gate: gateOf({ accept: services, answers: 'asap' }), rules: { issuers: 'shipping' } },
    'api-jwt': { gate: gateOf({ answers: 'api_jwt' }), rules: { level: 3.5 } },
    metadata: {
      gate: gateOf({ realm: 'orders "2"', resourceMetadata: 'https://api.example/metadata' }),
      rules: {},
    },
    'short-tokens': { gate: gateOf({ maxTokenBytes: 1024 }), rules: {} },
    outage: {
      gate: gateOf({ accept: [...others, outage], fetch: unreachable }),
      rules: { mode: 'optional' },
    },
    'unknown-revocations': {
      gate: gateOf({ revocation: { source: { check: () => 'unknown' }, whenUnavailable: 'refuse' } }),
      rules: {},
    },
  };
  const revoked = () => {
    const token = callers.person();
    callers.revoke(token);
    return token;
  };
  return { doors, callers: { ...callers, revoked } };
}

function unreachable(): Promise<never> {
  return Promise.reject(new TypeError('fetch failed'));
}
