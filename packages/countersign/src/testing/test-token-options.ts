/** What may be said of a token of each kind of caller, checked: a word that is misspelt makes no other token in silence. */
import { aBoolean, aNonEmptyString, oneOf } from '../core/option-rules.js';
import type { OptionRules, ValueRule } from '../core/options.js';
import { checkOptions, describe, optional, required } from '../core/options.js';
import { parseScope, parseScopeList } from '../jwt/scope.js';
import { findIssuerProblem } from '../keys/key-id.js';
import type { Policy } from '../tokens/api-token/define-policy.js';
import type { ExtraInputs, KindOf, PolicyDefinition } from '../tokens/api-token/policy-definition.js';
import { epochSeconds } from './check-argument.js';
import type { TestTokenFaults } from './sign-test-token.js';

export interface TestPerson extends TestTokenFaults {
  /** Default `ada@example.com`. */
  readonly email?: string | undefined;
}

export interface TestApplication extends TestTokenFaults {
  /** Default `test-client`. */
  readonly clientId?: string | undefined;
  /** The user; the client id where the application calls for itself. Default `user-1`. */
  readonly subject?: string | undefined;
  /** A list, or a text with one space between two. Default: none. */
  readonly scopes?: string | readonly string[] | undefined;
}

export interface TestAuthorizedApplication extends TestApplication {
  /** How surely the user is known. */
  readonly acr?: string | undefined;
  /** When the user authenticated, in epoch seconds. */
  readonly authTime?: number | undefined;
}

export interface TestService extends TestTokenFaults {
  /** Default `billing`. */
  readonly issuer?: string | undefined;
}

/**
 * The kind, and the extras of the policy by their names: with the standard policy `level`, `scopes`, `target` ... The
 * list `scopes` may be a text with one space between two.
 */
export type TestApiToken<Definition extends PolicyDefinition, Kind extends KindOf<Definition>> = {
  readonly kind: Kind;
  /** Default `user-1`. */
  readonly subject?: string | undefined;
} & ExtraInputs<Definition, Kind> &
  TestTokenFaults;

/** Of any policy: beside what all have, the extras by their names. */
type AnyApiToken = Pick<TestApiToken<PolicyDefinition, string>, 'kind' | 'subject'> &
  TestTokenFaults &
  Readonly<Record<string, unknown>>;

export interface TestTokenOptions {
  person(given: TestPerson): Readonly<TestPerson>;
  application(given: TestAuthorizedApplication): ScopesAsList<TestAuthorizedApplication>;
  hmacAccessToken(given: TestApplication): ScopesAsList<TestApplication>;
  service(given: TestService): Readonly<TestService>;
  apiToken(given: AnyApiToken): AnyApiToken;
}

type ScopesAsList<Options> = Omit<Options, 'scopes'> & { readonly scopes: readonly string[] };

const faultRules: OptionRules<TestTokenFaults> = {
  expired: optional(aBoolean),
  otherKey: optional(aBoolean),
  claims: optional((value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? undefined
      : `must be an object, not ${describe(value)}`,
  ),
};

/** As scopeOrScopes has it, but for one thing: no scopes at all are what many tokens have. */
const anyScopes: ValueRule = (value) =>
  scopesOf(value) === undefined
    ? `must be scopes with one space between two, or an array of scopes, not ${describe(value)}`
    : undefined;

const personRules: OptionRules<TestPerson> = { email: optional(aNonEmptyString), ...faultRules };

const applicationRules: OptionRules<TestApplication> = {
  clientId: optional(aNonEmptyString),
  subject: optional(aNonEmptyString),
  scopes: optional(anyScopes),
  ...faultRules,
};

const authorizedRules: OptionRules<TestAuthorizedApplication> = {
  ...applicationRules,
  acr: optional(aNonEmptyString),
  authTime: optional(epochSeconds),
};

const serviceRules: OptionRules<TestService> = { issuer: optional(findIssuerProblem), ...faultRules };

/** @throws {UsageError} `invalid_options`, by each of them, with every problem found. */
export function createTestTokenOptions(policy: Policy): TestTokenOptions {
  const apiTokenRules = rulesOf(policy.definition);
  const hasScopes = policy.definition.extras['scopes']?.type === 'list';
  return Object.freeze({
    person: (given: TestPerson) => checkOptions('person', given, personRules),
    application: (given: TestAuthorizedApplication) =>
      withScopeList(checkOptions('application', given, authorizedRules)),
    hmacAccessToken: (given: TestApplication) =>
      withScopeList(checkOptions('hmacAccessToken', given, applicationRules)),
    service: (given: TestService) => checkOptions('service', given, serviceRules),
    apiToken(given: AnyApiToken): AnyApiToken {
      const checked = checkOptions('apiToken', given, apiTokenRules);
      const scopes = hasScopes ? parseScope(checked['scopes']) : undefined;
      return scopes === undefined ? checked : { ...checked, scopes };
    },
  });
}

/** What the extras may be, the encoder of API tokens knows. */
function rulesOf({ kinds, extras }: PolicyDefinition): OptionRules<AnyApiToken> {
  return {
    ...Object.fromEntries(Object.keys(extras).map((name) => [name, optional(() => undefined)])),
    kind: required(oneOf(...Object.keys(kinds))),
    subject: optional(aNonEmptyString),
    ...faultRules,
  } as OptionRules<AnyApiToken>;
}

function withScopeList<Options extends TestApplication>(options: Options): ScopesAsList<Options> {
  return { ...options, scopes: scopesOf(options.scopes ?? []) ?? [] };
}

function scopesOf(value: unknown): readonly string[] | undefined {
  return parseScope(value) ?? parseScopeList(value);
}
