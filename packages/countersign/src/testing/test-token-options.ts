/** What may be said of a token of each kind of caller, checked: a word that is misspelt makes no other token in silence. */
import { aBoolean, aNonEmptyString, oneOf } from '../core/option-rules.js';
import type { OptionRules, ValueRule } from '../core/options.js';
import { checkOptions, describe, optional, required } from '../core/options.js';
import { parseScope, parseScopeList } from '../jwt/scope.js';
import { findIssuerProblem } from '../keys/key-id.js';
import type { Policy } from '../tokens/api-token/define-policy.js';
import type { PolicyDefinition } from '../tokens/api-token/policy-definition.js';
import { epochSeconds } from './check-argument.js';
import type { TestTokenFaults } from './sign-test-token.js';
import type {
  TestApiToken,
  TestApplication,
  TestAuthorizedApplication,
  TestPerson,
  TestService,
} from './test-tokens.js';

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
