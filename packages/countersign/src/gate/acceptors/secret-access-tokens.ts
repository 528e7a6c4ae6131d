/** The half of accessTokens that accepts tokens under a secret: HS256, as PyJOAT makes them. */

import { TokenError } from '../../core/errors.js';
import { aNonEmptyString, nullOr, stringOrStrings } from '../../core/option-rules.js';
import type { OptionRules } from '../../core/options.js';
import { checkOptions, required } from '../../core/options.js';
import { instantClaim, optionalInstantClaim } from '../../jwt/claim-values.js';
import type { VerifiedJwt } from '../../jwt/verify-jwt.js';
import type { SecretKey } from '../../keys/key.js';
import { isKey } from '../../keys/key.js';
import { createStaticKeys } from '../../keys/static-keys.js';
import type { AccessTokenJti } from '../../tokens/access-token/access-token-credentials.js';
import { readCredentials } from '../../tokens/access-token/access-token-credentials.js';
import type { AsyncSecretFunction } from '../../tokens/access-token/secret-function.js';
import { createSecretLookup, secretRules, unknownClient } from '../../tokens/access-token/secret-function.js';
import {
  createSecretVerifier,
  readClaimsForSecret,
  SECRET_TOKEN_CLAIMS,
} from '../../tokens/access-token/secret-verifier.js';
import type { Acceptor, AcceptorContext, Lane, LaneClaim } from '../acceptor.js';
import type { ApplicationCaller } from '../caller.js';
import { checkKeyId } from '../lane-claims.js';
import { createJwtLane } from './jwt-lane.js';
import { createVerifiedTokens } from './verified-token.js';

export interface SecretAccessTokensOptions {
  /** Compared exactly with `iss`. */
  readonly provider: string;
  /** The client ids whose tokens are taken, compared exactly with `aud`; null for those of any client. */
  readonly audience: string | readonly string[] | null;
  /**
   * A secret for HS256; or a function that gives the secret for the claims of one token, which nobody has verified yet.
   * It is asked for every request anew: tokens are then not cached.
   */
  readonly secret: SecretKey | AsyncSecretFunction;
  /** Takes secrets shorter than 32 bytes from the function. Such tokens can be forged. */
  readonly unsafeAllowWeakSecret?: boolean | undefined;
}

const rules: OptionRules<SecretAccessTokensOptions> = {
  provider: required(aNonEmptyString),
  audience: required(nullOr(stringOrStrings)),
  secret: required((value) =>
    typeof value === 'function' || isSecretKey(value)
      ? undefined
      : 'must be a secret for HS256 made by importSecret, or a function that gives the secret of a token',
  ),
  unsafeAllowWeakSecret: secretRules.unsafeAllowWeakSecret,
};

interface Settings {
  readonly claim: LaneClaim;
  readonly audience: readonly string[] | null;
}

const ACCEPTOR = 'accessTokens';
const KIND = 'application';
const UNSAID = ['level', 'authenticatedAt', 'target'] as const;

/** @throws {UsageError} `invalid_options` with every problem found. */
export function secretAccessTokens(options: SecretAccessTokensOptions): Acceptor {
  const { provider, audience, secret, unsafeAllowWeakSecret } = checkOptions(ACCEPTOR, options, rules);
  const settings: Settings = {
    claim: Object.freeze({ issuer: provider, types: ['jwt'], keyIds: 'none' }),
    audience: audience === null ? null : [audience].flat(),
  };
  return Object.freeze({
    name: ACCEPTOR,
    kind: KIND,
    build: (context: AcceptorContext) => [
      typeof secret === 'function'
        ? createFunctionLane(context, settings, { secret, unsafeAllowWeakSecret })
        : createSecretLane(context, settings, secret),
    ],
  });
}

function createSecretLane(context: AcceptorContext, { claim, audience }: Settings, secret: SecretKey): Lane {
  const source = createStaticKeys(secret);
  return createJwtLane(context, {
    acceptor: ACCEPTOR,
    kind: KIND,
    claim,
    unsaid: UNSAID,
    keys: { algorithms: ['HS256'], sourceFor: () => source },
    audience,
    requiredClaims: SECRET_TOKEN_CLAIMS,
    toCaller: toApplication,
  });
}

/** What the function says may change with every call: nothing is remembered of a token that passed. */
function createFunctionLane(
  context: AcceptorContext,
  { claim, audience }: Settings,
  options: { readonly secret: AsyncSecretFunction; readonly unsafeAllowWeakSecret?: boolean | undefined },
): Lane {
  const { maxTokenBytes } = context;
  const secrets = createSecretLookup(options, 'key_source_unavailable');
  const verify = createSecretVerifier({ ...context, provider: claim.issuer, clientId: audience });
  const toVerified = createVerifiedTokens(context);
  function finish(token: string, key: SecretKey | undefined) {
    if (key === undefined) throw unknownClient();
    const verified = verify(token, key);
    checkKeyId(claim, verified.header);
    return toVerified(toApplication(verified), verified);
  }
  return Object.freeze({
    acceptor: ACCEPTOR,
    kind: KIND,
    claim,
    unsaid: UNSAID,
    verify(token: string) {
      const found = secrets.ask(readClaimsForSecret(token, maxTokenBytes));
      if (!(found instanceof Promise)) return finish(token, found);
      // It may reject, and nobody else waits for it.
      found.catch(() => {});
      throw new TokenError('key_not_found', 'the secret function answers later');
    },
    verifyAsync: async (token: string) =>
      finish(token, await secrets.ask(readClaimsForSecret(token, maxTokenBytes))),
    isKeyCurrent: () => false,
    isCacheable: false,
    replay: null,
    warmUp: async () => {},
  });
}

function toApplication({ claims }: VerifiedJwt): ApplicationCaller {
  const credentials = readCredentials(claims);
  return Object.freeze({
    kind: KIND,
    issuer: credentials.provider,
    subject: credentials.userId,
    audience: Object.freeze([credentials.clientId]),
    scopes: credentials.authorizedScope,
    level: undefined,
    acr: undefined,
    amr: undefined,
    authenticatedAt: undefined,
    tokenId: toTokenId(credentials.jti),
    issuedAt: optionalInstantClaim(claims, 'iat'),
    expiresAt: instantClaim(claims, 'exp'),
    claims,
    clientId: credentials.clientId,
  });
}

/** Numbers are ids too (row JOAT-5); what else may stand there is none. */
function toTokenId(jti: AccessTokenJti | undefined): string | undefined {
  if (typeof jti === 'number') return String(jti);
  return typeof jti === 'string' && jti !== '' ? jti : undefined;
}

function isSecretKey(value: unknown): value is SecretKey {
  return isKey(value) && value.kind === 'secret' && value.algorithm === 'HS256';
}
