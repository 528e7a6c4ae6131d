/** The acceptor for tokens of any other issuer that keeps to the standards. */
import { aBoolean, nullOr, stringOrStrings } from '../../core/option-rules.js';
import type { OptionRules } from '../../core/options.js';
import { checkOptions, describe, optional, required } from '../../core/options.js';
import type { Acceptor, AcceptorContext } from '../acceptor.js';
import type { AgeOptions } from './access-tokens.js';
import { ageRules } from './access-tokens.js';
import type { IssuerOptions } from './issuer-option.js';
import { findIssuerProblems, issuerRules, toIssuerLanes } from './issuer-option.js';
import type { JwtLaneSettings } from './jwt-lane.js';
import { createJwtLane } from './jwt-lane.js';
import { toOidcApplication } from './oidc-access-token.js';
import { ID_TOKEN_CLAIMS, toOidcPerson } from './oidc-id-token.js';

export interface OidcOptions extends IssuerOptions, AgeOptions {
  /** Access tokens come from applications, ID tokens from people. There is no default: one is never taken for the other. */
  readonly accepts: 'access-tokens' | 'id-tokens';
  /**
   * Of access tokens, the names of this service; null for an issuer whose tokens have no `aud` (Amazon Cognito): then
   * `clientId` must be given, and tokens that name an audience are refused. Of ID tokens, the client ids.
   */
  readonly audience: string | readonly string[] | null;
  /** The clients whose access tokens are taken, by `client_id` or `azp`. Default: any. */
  readonly clientId?: string | readonly string[] | undefined;
  /**
   * Takes access tokens whose `typ` is JWT or missing too (Keycloak, Auth0, Cognito). What looks like an ID token or a
   * logout token is refused, but only the audience keeps the others of the issuer apart.
   */
  readonly unsafeAllowUntypedAccessTokens?: boolean | undefined;
}

const rules: OptionRules<OidcOptions> = {
  ...issuerRules,
  ...ageRules,
  accepts: required((value) =>
    value === 'access-tokens' || value === 'id-tokens'
      ? undefined
      : `must be "access-tokens" or "id-tokens", not ${describe(value)}`,
  ),
  audience: required(nullOr(stringOrStrings)),
  clientId: optional(stringOrStrings),
  unsafeAllowUntypedAccessTokens: optional(aBoolean),
};

const ACCEPTOR = 'oidc';

/**
 * Accepts access tokens (RFC 9068, less strictly: `iat`, `jti` and `client_id` may be missing) or ID tokens (OpenID
 * Connect Core section 3.1.3.7) of an issuer. Keys: `keys`, `jwksUrl`, or those that the issuer publishes by its
 * metadata. Does not check: `nonce`, `at_hash` and `c_hash`, which concern the client that asked for the token.
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function oidc(options: OidcOptions): Acceptor {
  const checked = checkOptions(ACCEPTOR, options, rules, findProblems);
  const issuers = toIssuerLanes(checked);
  const { maxAgeSeconds, maxLifetimeSeconds } = checked;
  const kind = checked.accepts === 'id-tokens' ? 'person' : 'application';
  const particular = checked.accepts === 'id-tokens' ? idTokensOf(checked) : accessTokensOf(checked);
  return Object.freeze({
    name: ACCEPTOR,
    kind,
    build: (context: AcceptorContext) =>
      issuers.map(({ issuer, keys }) => {
        const { types, ...others } = particular(context);
        const claim = Object.freeze({ issuer, types, keyIds: 'any' } as const);
        const shared = { acceptor: ACCEPTOR, kind, claim, keys, maxAgeSeconds, maxLifetimeSeconds } as const;
        return createJwtLane(context, { ...shared, ...others });
      }),
  });
}

type Particular = Pick<JwtLaneSettings, 'audience' | 'unsaid' | 'requiredClaims' | 'toCaller'> & {
  readonly types: readonly (string | null)[];
};

function idTokensOf({ audience }: OidcOptions): (context: AcceptorContext) => Particular {
  const clients = [audience ?? []].flat();
  return (context) => ({
    types: ['jwt', null],
    audience: clients,
    unsaid: ['scopes', 'target'],
    requiredClaims: ID_TOKEN_CLAIMS,
    toCaller: (verified) => toOidcPerson(verified, clients, context),
  });
}

function accessTokensOf(options: OidcOptions): (context: AcceptorContext) => Particular {
  const audience = options.audience === null ? null : [options.audience].flat();
  const clients = options.clientId === undefined ? null : new Set([options.clientId].flat());
  return (context) => ({
    types: options.unsafeAllowUntypedAccessTokens ? ['at+jwt', 'jwt', null] : ['at+jwt'],
    audience,
    unsaid: ['target'],
    requiredClaims: ['iss', 'sub'],
    toCaller: (verified) =>
      toOidcApplication(verified, { clients, mustLackAudience: audience === null }, context),
  });
}

function findProblems(options: OidcOptions): readonly string[] {
  const { accepts, audience, clientId, unsafeAllowUntypedAccessTokens } = options;
  const problems = [...findIssuerProblems(options)];
  if (accepts === 'access-tokens') {
    if (audience === null && clientId === undefined) {
      problems.push('clientId is required where audience is null: else tokens for anybody would pass');
    }
    return problems;
  }
  if (audience === null) problems.push('audience must be the client ids that ID tokens are for, not null');
  if (clientId !== undefined) problems.push('clientId is for access tokens: ID tokens name it as audience');
  if (unsafeAllowUntypedAccessTokens !== undefined) {
    problems.push('unsafeAllowUntypedAccessTokens is for access tokens');
  }
  return problems;
}
