/** Signing of access tokens in the JWT profile (RFC 9068): what an authorization server issues. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../core/clock.js';
import { systemClock } from '../../core/clock.js';
import {
  aFunction,
  aNonEmptyString,
  integerFrom,
  numberFrom,
  stringOrStrings,
} from '../../core/option-rules.js';
import type { OptionRules } from '../../core/options.js';
import { checkOptions, describe, optional, required } from '../../core/options.js';
import type { ClaimsToSign } from '../../jwt/jwt-claims.js';
import { parseScope, parseScopeList } from '../../jwt/scope.js';
import { createJwtSigner } from '../../jwt/sign-jwt.js';
import type { Key } from '../../keys/key.js';
import { isKey } from '../../keys/key.js';
import { ACCESS_TOKEN_TYPE } from './access-token-algorithms.js';

export interface AccessTokenSignerOptions {
  /** Tokens name it by its key id, where it has one. */
  readonly key: Key<'private'>;
  /** `iss`: the URL of the authorization server. */
  readonly issuer: string;
  /** The time from `iat` to `exp`, where the request names none: whole seconds. Default 3600. */
  readonly defaultLifetimeSeconds?: number | undefined;
  readonly clock?: Clock | undefined;
}

export interface SignedAccessTokenRequest {
  /** `sub`: the user who granted access, or the client itself where no user did (RFC 9068 section 2.2). */
  readonly subject: string;
  /** `client_id` (RFC 8693 section 4.3). */
  readonly clientId: string;
  /** `aud`: the resource servers that the token is for. */
  readonly audience: string | readonly string[];
  /** Scopes with one space between two, or a list of them. None, or an empty list: no `scope` in the token. */
  readonly scope?: string | readonly string[] | undefined;
  /** Whole seconds. Default: that of the signer. */
  readonly lifetimeSeconds?: number | undefined;
  /** `auth_time`: when the user last signed in, in epoch seconds. */
  readonly authTime?: number | undefined;
  /** `acr`: how well the user was authenticated, as in RFC 9470. */
  readonly acr?: string | undefined;
  /** `amr`: by which methods (RFC 8176). */
  readonly amr?: readonly string[] | undefined;
  /** `jti`. Default: 128 random bits. */
  readonly tokenId?: string | undefined;
  /** Further claims. The names of the profile's own are refused. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
}

export interface AccessTokenSigner {
  /**
   * A token: `typ` is `at+jwt`; `iss`, `iat`, `exp`, `aud`, `sub`, `client_id`, `jti`, and `scope`, `auth_time`, `acr`
   * and `amr` where there are any (RFC 9068 section 2.2).
   *
   * @throws {UsageError} `invalid_options` with every problem of the request; `invalid_claims` for what JSON cannot
   * say (row J29).
   */
  sign(request: SignedAccessTokenRequest): string;
  /** The same, signed in the thread pool. */
  signAsync(request: SignedAccessTokenRequest): Promise<string>;
}

const DEFAULT_LIFETIME_SECONDS = 3600;
const LAST_INSTANT = 253_402_300_799;
const lifetimeRule = integerFrom(1, 315_360_000, 'seconds');

/** What the profile says, or a reader takes for it. */
const RESERVED_CLAIMS = [
  ...['iss', 'iat', 'exp', 'aud', 'sub', 'client_id', 'jti'],
  ...['scope', 'scp', 'auth_time', 'acr', 'amr'],
];

const rules: OptionRules<AccessTokenSignerOptions> = {
  key: required((value) =>
    isKey(value) && value.kind === 'private'
      ? undefined
      : 'must be a private key made by importPrivateKey or generateKeyPair',
  ),
  issuer: required(aNonEmptyString),
  defaultLifetimeSeconds: optional(lifetimeRule),
  clock: optional(aFunction),
};

const requestRules: OptionRules<SignedAccessTokenRequest> = {
  subject: required(aNonEmptyString),
  clientId: required(aNonEmptyString),
  audience: required(stringOrStrings),
  scope: optional((value) =>
    scopesOf(value) === undefined
      ? `must be scopes with one space between two, or an array of scopes, not ${describe(value)}`
      : undefined,
  ),
  lifetimeSeconds: optional(lifetimeRule),
  authTime: optional(numberFrom(0, LAST_INSTANT, 'seconds since 1970')),
  acr: optional(aNonEmptyString),
  amr: optional((value) =>
    Array.isArray(value) ? stringOrStrings(value) : `must be an array of strings, not ${describe(value)}`,
  ),
  tokenId: optional(aNonEmptyString),
  claims: optional(findClaimsProblem),
};

/**
 * A signer of access tokens for one issuer and one key.
 * Not checked: whether the public key is published, and whether the client may have what it is given.
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createAccessTokenSigner(options: AccessTokenSignerOptions): AccessTokenSigner {
  const checked = checkOptions('createAccessTokenSigner', options, rules);
  const { key, issuer, clock = systemClock, defaultLifetimeSeconds = DEFAULT_LIFETIME_SECONDS } = checked;
  const signer = createJwtSigner({ key, type: ACCESS_TOKEN_TYPE, issuer, clock });

  function claimsOf(request: SignedAccessTokenRequest): ClaimsToSign {
    const { lifetimeSeconds = defaultLifetimeSeconds, ...others } = checkOptions(
      'sign',
      request,
      requestRules,
    );
    const iat = Math.floor(clock());
    return { iat, exp: iat + lifetimeSeconds, ...profileClaimsOf(others), ...others.claims };
  }
  return Object.freeze({
    sign: (request: SignedAccessTokenRequest) => signer.sign(claimsOf(request)),
    signAsync: async (request: SignedAccessTokenRequest) => signer.signAsync(claimsOf(request)),
  });
}

/** An empty `scope` is off the grammar (RFC 6749 section 3.3): a token without scopes has none. */
function profileClaimsOf(request: SignedAccessTokenRequest): Record<string, unknown> {
  const { authTime, acr, amr } = request;
  const scopes = scopesOf(request.scope) ?? [];
  return {
    aud: request.audience,
    sub: request.subject,
    client_id: request.clientId,
    jti: request.tokenId ?? randomBytes(16).toString('base64url'),
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    ...(authTime !== undefined && { auth_time: authTime }),
    ...(acr !== undefined && { acr }),
    ...(amr !== undefined && { amr }),
  };
}

function scopesOf(value: unknown): readonly string[] | undefined {
  return parseScope(value) ?? parseScopeList(value);
}

function findClaimsProblem(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return `must be an object, not ${describe(value)}`;
  }
  const reserved = Object.keys(value).filter((name) => RESERVED_CLAIMS.includes(name));
  return reserved.length === 0
    ? undefined
    : `must not hold ${reserved.join(', ')}: the profile says what they are`;
}
