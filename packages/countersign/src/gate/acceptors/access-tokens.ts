/** The acceptor for OAuth 2.0 access tokens: of the JWT profile (RFC 9068), or under a secret (PyJOAT). */
import { stringOrStrings } from '../../core/option-rules.js';
import type { OptionRules } from '../../core/options.js';
import { checkOptions, optional, required } from '../../core/options.js';
import { claimRulesRules } from '../../jwt/claim-rules.js';
import {
  audienceIn,
  instantIn,
  methodsClaim,
  optionalInstantClaim,
  optionalTextClaim,
  scopeClaims,
  textIn,
  tokenIdIn,
} from '../../jwt/claim-values.js';
import type { JwtClaims } from '../../jwt/jwt-claims.js';
import type { VerifiedJwt } from '../../jwt/verify-jwt.js';
import { ACCESS_TOKEN_TYPE } from '../../tokens/access-token/access-token-algorithms.js';
import { ACCESS_TOKEN_CLAIMS } from '../../tokens/access-token/access-token-verifier.js';
import type { Acceptor, AcceptorContext } from '../acceptor.js';
import type { ApplicationCaller } from '../caller.js';
import type { IssuerOptions } from './issuer-option.js';
import { findIssuerProblems, issuerRules, toIssuerLanes } from './issuer-option.js';
import { createJwtLane } from './jwt-lane.js';
import type { SecretAccessTokensOptions } from './secret-access-tokens.js';
import { secretAccessTokens } from './secret-access-tokens.js';

/** What bounds the age of a token by its `iat`. */
export interface AgeOptions {
  /** How long ago a token may have been issued; null, the default, for no bound but its `exp`. */
  readonly maxAgeSeconds?: number | null | undefined;
  /** The longest time from `iat` to `exp`. Default: no bound. */
  readonly maxLifetimeSeconds?: number | undefined;
}

export interface AccessTokensOptions extends IssuerOptions, AgeOptions {
  /** The names of this service: one of the token's audiences must be one of them, exactly. */
  readonly audience: string | readonly string[];
}

export const ageRules: OptionRules<AgeOptions> = {
  maxAgeSeconds: optional(claimRulesRules.maxAgeSeconds.rule),
  maxLifetimeSeconds: claimRulesRules.maxLifetimeSeconds,
};

const rules: OptionRules<AccessTokensOptions> = {
  ...issuerRules,
  ...ageRules,
  audience: required(stringOrStrings),
};

/**
 * Accepts access tokens in the JWT profile (RFC 9068 section 4): `typ` `at+jwt`, and everything that
 * createAccessTokenVerifier checks but scopes, which are up to the route. Keys: `keys`, `jwksUrl`, or those that the
 * issuer publishes by its metadata. With a `secret` it accepts access tokens under HS256 instead, of one provider.
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function accessTokens(options: AccessTokensOptions | SecretAccessTokensOptions): Acceptor {
  return isSecretOptions(options) ? secretAccessTokens(options) : profileAccessTokens(options);
}

function isSecretOptions(
  options: AccessTokensOptions | SecretAccessTokensOptions,
): options is SecretAccessTokensOptions {
  return typeof options === 'object' && options !== null && ('secret' in options || 'provider' in options);
}

function profileAccessTokens(options: AccessTokensOptions): Acceptor {
  const acceptor = 'accessTokens';
  const checked = checkOptions(acceptor, options, rules, findIssuerProblems);
  const issuers = toIssuerLanes(checked);
  const { maxAgeSeconds, maxLifetimeSeconds } = checked;
  const audience = [checked.audience].flat();
  return Object.freeze({
    name: acceptor,
    kind: 'application',
    build: (context: AcceptorContext) =>
      issuers.map(({ issuer, keys }) =>
        createJwtLane(context, {
          acceptor,
          kind: 'application',
          claim: Object.freeze({ issuer, types: [ACCESS_TOKEN_TYPE], keyIds: 'any' }),
          unsaid: ['target'],
          keys,
          audience,
          maxAgeSeconds,
          maxLifetimeSeconds,
          requiredClaims: ACCESS_TOKEN_CLAIMS,
          toCaller: (verified) => toApplication(verified, context),
        }),
      ),
  });
}

/**
 * As toAccessTokenCaller reads the claims, into the caller that all gates have. Those that must be there are members of
 * the token itself: nobody need ask again.
 */
function toApplication({ claims }: VerifiedJwt, context: AcceptorContext): ApplicationCaller {
  const { iss, sub, aud, client_id, jti, iat, exp } = claims;
  const { level, acr, amr, authenticatedAt } = readAuthentication(claims, context);
  return Object.freeze({
    kind: 'application',
    issuer: textIn(iss, 'iss'),
    subject: textIn(sub, 'sub'),
    audience: audienceIn(aud),
    scopes: scopeClaims(claims),
    level,
    acr,
    amr,
    authenticatedAt,
    tokenId: tokenIdIn(jti),
    issuedAt: instantIn(iat, 'iat'),
    expiresAt: instantIn(exp, 'exp'),
    claims,
    clientId: textIn(client_id, 'client_id'),
  });
}

const NO_AUTHENTICATION = Object.freeze({
  level: undefined,
  acr: undefined,
  amr: undefined,
  authenticatedAt: undefined,
});

/** RFC 9068 section 2.2.1. Most tokens of applications say nothing of how anybody signed in. */
function readAuthentication(claims: JwtClaims, context: AcceptorContext) {
  const { acr: anyAcr, amr, auth_time } = claims;
  if (anyAcr === undefined && amr === undefined && auth_time === undefined) return NO_AUTHENTICATION;
  const acr = optionalTextClaim(claims, 'acr');
  return {
    level: acr === undefined ? undefined : context.levelOf(acr),
    acr,
    amr: methodsClaim(claims),
    authenticatedAt: optionalInstantClaim(claims, 'auth_time'),
  };
}
