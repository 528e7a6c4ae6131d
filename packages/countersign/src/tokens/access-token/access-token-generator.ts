/** Issuing of access tokens under secrets (PyJOAT): what the token endpoint of a provider does. */
import { encodeBase64url } from '../../core/base64url.js';
import type { Clock } from '../../core/clock.js';
import { systemClock } from '../../core/clock.js';
import { UsageError } from '../../core/errors.js';
import { aNonEmptyString } from '../../core/option-rules.js';
import type { OptionRules } from '../../core/options.js';
import { checkOptions, optional, required } from '../../core/options.js';
import { utf8BytesOf } from '../../jws/scratch.js';
import { signCompact } from '../../jws/signature.js';
import { serializeClaims } from '../../jwt/serialize-claims.js';
import type { SecretKey } from '../../keys/key.js';
import { materialOf } from '../../keys/key.js';
import type { AccessTokenParser, AsyncAccessTokenParser, ParsingOptions } from './access-token-parser.js';
import { createAccessTokenParser, parsingRules } from './access-token-parser.js';
import type { AccessTokenClaims, AccessTokenRequest } from './access-token-request.js';
import { claimsOf, lifetimeRule, scopeListRule } from './access-token-request.js';
import type { AsyncSecretFunction, SecretFunction, SecretOptions } from './secret-function.js';
import { createSecretLookup, secretRules } from './secret-function.js';

export interface AccessTokenGeneratorOptions<Secret extends AsyncSecretFunction = AsyncSecretFunction>
  extends SecretOptions<Secret>,
    ParsingOptions {
  /** `iss`: the name of the provider. */
  readonly provider: string;
  /** `aud`, where the call names none. */
  readonly clientId?: string | undefined;
  /** `sub`, where the call names none. */
  readonly userId?: string | undefined;
  /** `scp`, where the call names none. */
  readonly scope?: readonly string[] | undefined;
  /** The time from `iat` to `exp`, where the call names none: whole seconds. Default 3600. */
  readonly defaultLifetimeSeconds?: number | undefined;
}

/** What a secret function that may answer later leaves. */
export interface AsyncAccessTokenGenerator extends AsyncAccessTokenParser {
  /**
   * As {@link AccessTokenGenerator.issue}, with a secret function that answers at once or later.
   *
   * @throws {UnavailableError} `private_key_unavailable` when the secret function throws or rejects.
   * @throws {UsageError} `invalid_options`, `invalid_claims`, `weak_key`, `invalid_key`.
   */
  issueAsync(request?: AccessTokenRequest): Promise<string>;
}

export interface AccessTokenGenerator extends AsyncAccessTokenGenerator, AccessTokenParser {
  /**
   * A token: header `{"alg":"HS256","typ":"JWT"}`, the claims `aud`, `iss`, `exp`, `iat`, `scp`, `sub`, and `jti`
   * where one is given (row JOAT-5).
   *
   * @throws {UsageError} `invalid_options` with every problem of the request, in the order of row JOAT-4;
   * `invalid_claims` when the secret function knows no such client; `weak_key` for a secret shorter than 32 bytes;
   * `invalid_key` for a key in place of a secret.
   * @throws {UnavailableError} `private_key_unavailable` when the secret function throws.
   */
  issue(request?: AccessTokenRequest): string;
}

const DEFAULT_LIFETIME_SECONDS = 3600;
const HEADER = `${encodeBase64url('{"alg":"HS256","typ":"JWT"}')}.`;

const rules: OptionRules<AccessTokenGeneratorOptions> = {
  provider: required(aNonEmptyString),
  clientId: optional(aNonEmptyString),
  userId: optional(aNonEmptyString),
  scope: optional(scopeListRule),
  defaultLifetimeSeconds: optional(lifetimeRule),
  ...secretRules,
  ...parsingRules,
};

/**
 * A generator of access tokens for one provider; it parses them as well (see {@link createAccessTokenParser}).
 * With a secret function that answers at once all four methods work; with one that may answer later only those
 * whose names end in Async.
 * Not checked: whether the client may have the scopes it is given.
 *
 * @throws {UsageError} `invalid_options` with every problem found; provider and secret function must be given
 * (row JOAT-2).
 */
export function createAccessTokenGenerator(
  options: AccessTokenGeneratorOptions<SecretFunction>,
): AccessTokenGenerator;
export function createAccessTokenGenerator(options: AccessTokenGeneratorOptions): AsyncAccessTokenGenerator;
export function createAccessTokenGenerator(options: AccessTokenGeneratorOptions): AsyncAccessTokenGenerator {
  const checked = checkOptions('createAccessTokenGenerator', options, rules);
  const clock: Clock = checked.clock ?? systemClock;
  const secrets = createSecretLookup(checked, 'private_key_unavailable');
  const presets = presetsOf(checked);
  const claimsFor = (request: AccessTokenRequest = {}) => claimsOf(presets, request, clock());

  return Object.freeze({
    ...createAccessTokenParser(parsingOptionsOf(checked)),
    issue(request?: AccessTokenRequest): string {
      const claims = claimsFor(request);
      return sign(claims, secrets.find(claims));
    },
    async issueAsync(request?: AccessTokenRequest): Promise<string> {
      const claims = claimsFor(request);
      return sign(claims, await secrets.findAsync(claims));
    },
  });
}

function sign(claims: AccessTokenClaims, key: SecretKey | undefined): string {
  if (key === undefined) {
    throw new UsageError('invalid_claims', 'issue', [
      'the secret function knows no secret for them: there is no such client',
    ]);
  }
  return signCompact(materialOf(key), HEADER, utf8BytesOf(serializeClaims(claims)));
}

function presetsOf(options: AccessTokenGeneratorOptions): AccessTokenRequest {
  const { provider, clientId, userId, scope, defaultLifetimeSeconds } = options;
  const lifetimeSeconds = defaultLifetimeSeconds ?? DEFAULT_LIFETIME_SECONDS;
  return { provider, clientId, userId, scope: scope && [...scope], lifetimeSeconds };
}

function parsingOptionsOf(options: AccessTokenGeneratorOptions) {
  const { secret, unsafeAllowWeakSecret, expectedProvider, expectedClientId, toleranceSeconds, clock } =
    options;
  return { secret, unsafeAllowWeakSecret, expectedProvider, expectedClientId, toleranceSeconds, clock };
}
