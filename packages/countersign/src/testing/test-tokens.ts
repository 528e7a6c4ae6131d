/** Tokens of each kind of caller. Made here claim by claim, so that they can be wrong in any of them. */
import type { Clock } from '../core/clock.js';
import { decodeUnverifiedJwt } from '../jwt/decode-unverified-jwt.js';
import { createApiTokenEncoder } from '../tokens/api-token/api-token-encoder.js';
import type { Policy } from '../tokens/api-token/define-policy.js';
import type { KindOf, PolicyDefinition } from '../tokens/api-token/policy-definition.js';
import { createTestTokenSigner } from './sign-test-token.js';
import type { TestCallerKeys, TestIssuers } from './test-caller-keys.js';
import type {
  TestApiToken,
  TestApplication,
  TestAuthorizedApplication,
  TestPerson,
  TestService,
} from './test-token-options.js';
import { createTestTokenOptions } from './test-token-options.js';

/** Each throws UsageError `invalid_options` for options that are wrong: what is wrong on purpose goes into `claims`. */
export interface TestTokens<Definition extends PolicyDefinition> {
  /** An ID token of somebody who signed in by e-mail. */
  person(token?: TestPerson): string;
  /** An access token in the profile of RFC 9068. */
  application(token?: TestAuthorizedApplication): string;
  /** An access token under a secret, as PyJOAT makes them. */
  hmacAccessToken(token?: TestApplication): string;
  /** An ASAP token. Each service has keys of its own. */
  service(token?: TestService): string;
  /** @throws {UsageError} `invalid_claims` for what the policy does not allow: such a value goes into `claims`. */
  apiToken<const Kind extends KindOf<Definition>>(token: TestApiToken<Definition, Kind>): string;
}

export interface TestTokenSettings {
  readonly clock: Clock;
  readonly audience: readonly string[];
  readonly issuers: TestIssuers;
  readonly provider: string;
  readonly policy: Policy;
  readonly keys: TestCallerKeys;
}

export function createTestTokens(settings: TestTokenSettings): TestTokens<PolicyDefinition> {
  const { clock, issuers, provider, policy, keys } = settings;
  const [aud = ''] = settings.audience;
  const checked = createTestTokenOptions(policy);
  const sign = createTestTokenSigner(clock);
  return {
    person(token = {}) {
      const { email = 'ada@example.com', ...faults } = checked.person(token);
      const iss = issuers.person;
      const appId = iss.slice(iss.lastIndexOf('/') + 1);
      const claims = { iss, sub: email, aud: appId, email, token_use: 'id' };
      return sign({ keys: keys.person, type: 'JWT', claims }, faults);
    },
    application(token = {}) {
      const { acr, authTime, ...others } = checked.application(token);
      const { clientId = 'test-client', subject = 'user-1', scopes, ...faults } = others;
      const scope = scopes.length > 0 ? scopes.join(' ') : undefined;
      const who = { iss: issuers.application, sub: subject, aud, client_id: clientId };
      const claims = { ...who, scope, acr, auth_time: authTime };
      return sign({ keys: keys.application, type: 'at+jwt', claims }, faults);
    },
    hmacAccessToken(token = {}) {
      const given = checked.hmacAccessToken(token);
      const { clientId = 'test-client', subject = 'user-1', scopes, ...faults } = given;
      const claims = { iss: provider, sub: subject, aud: clientId, scp: scopes };
      return sign({ keys: keys.secret, type: 'JWT', claims }, faults);
    },
    service(token = {}) {
      const { issuer = 'billing', ...faults } = checked.service(token);
      return sign(
        { keys: keys.service(issuer), type: 'JWT', claims: { iss: issuer, sub: issuer, aud } },
        faults,
      );
    },
    apiToken(token) {
      const { subject = 'user-1', expired, otherKey, claims, ...request } = checked.apiToken(token);
      const encoder = createApiTokenEncoder({ policy, key: keys.apiToken.signing, audience: aud, clock });
      const { unverifiedClaims } = decodeUnverifiedJwt(encoder.encode(subject, request as never));
      return sign(
        { keys: keys.apiToken, type: 'JWT', claims: unverifiedClaims },
        { expired, otherKey, claims },
      );
    },
  };
}
