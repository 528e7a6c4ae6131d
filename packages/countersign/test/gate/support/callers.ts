/** Callers of every kind, as acceptors give them. */
import type {
  ApiTokenCaller,
  ApplicationCaller,
  PersonCaller,
  ServiceCaller,
} from '../../../src/gate/caller.js';

const DETAILS = {
  issuer: 'https://issuer.example',
  subject: 'somebody',
  audience: ['api'],
  scopes: [],
  level: undefined,
  acr: undefined,
  amr: undefined,
  authenticatedAt: undefined,
  tokenId: 'token-1',
  issuedAt: 1_000,
  expiresAt: 2_000,
  claims: {},
} as const;

export function person(facts: Partial<PersonCaller> = {}): PersonCaller {
  return { ...DETAILS, kind: 'person', email: 'a@example.com', clientId: 'web', ...facts };
}

export function application(facts: Partial<ApplicationCaller> = {}): ApplicationCaller {
  return { ...DETAILS, kind: 'application', clientId: 'app', ...facts };
}

export function service(facts: Partial<ServiceCaller> = {}): ServiceCaller {
  return { ...DETAILS, kind: 'service', issuer: 'billing', keyId: 'billing/key', ...facts };
}

export function apiToken(facts: Partial<ApiTokenCaller> = {}): ApiTokenCaller {
  return { ...DETAILS, kind: 'api-token', tokenKind: 'user', target: undefined, extras: {}, ...facts };
}
