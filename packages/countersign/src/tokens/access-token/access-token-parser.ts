/** Parsing of access tokens under secrets: what a resource server does with them. */
import type { Clock } from '../../core/clock.js';
import { TokenError } from '../../core/errors.js';
import { aFunction, nullOr, numberFrom, stringOrStrings } from '../../core/option-rules.js';
import type { OptionRules } from '../../core/options.js';
import { checkOptions, optional } from '../../core/options.js';
import type { SecretKey } from '../../keys/key.js';
import type { ParsedAccessToken } from './access-token-credentials.js';
import { toCredentials } from './access-token-credentials.js';
import type { AsyncSecretFunction, SecretFunction, SecretOptions } from './secret-function.js';
import { createSecretLookup, secretRules, unknownClient } from './secret-function.js';
import { createSecretVerifier, readClaimsForSecret } from './secret-verifier.js';

/** What may be told to parsers and generators alike. */
export interface ParsingOptions {
  /** The providers whose tokens are taken, compared exactly with `iss`; null, the default, for any. */
  readonly expectedProvider?: string | readonly string[] | null | undefined;
  /** The clients whose tokens are taken, compared exactly with `aud`; null, the default, for any. */
  readonly expectedClientId?: string | readonly string[] | null | undefined;
  /** How far clocks may differ: applied to `exp`, `nbf` and `iat`. Default 0. */
  readonly toleranceSeconds?: number | undefined;
  readonly clock?: Clock | undefined;
}

export interface AccessTokenParserOptions<Secret extends AsyncSecretFunction = AsyncSecretFunction>
  extends SecretOptions<Secret>,
    ParsingOptions {}

/** What a secret function that may answer later leaves. */
export interface AsyncAccessTokenParser {
  /**
   * As {@link AccessTokenParser.parse}, with a secret function that answers at once or later.
   *
   * @throws {UnavailableError} `key_source_unavailable` when the secret function throws or rejects (row JOAT-10).
   * @throws {UsageError} `weak_key`, `invalid_key` for what the secret function gives.
   */
  parseAsync(token: string): Promise<ParsedAccessToken>;
}

export interface AccessTokenParser extends AsyncAccessTokenParser {
  /**
   * The credentials of a good token of at most 16384 bytes, or the reason why it is refused: in this order structure (`token_too_large`,
   * `malformed_token`, `algorithm_not_allowed`), secret (`key_not_found`: no such client), the rest of the header
   * (`unsupported_critical_header`, `unexpected_token_type`), signature (`bad_signature`), claims (`token_expired`,
   * `token_not_yet_valid`, `issuer_mismatch`, `audience_mismatch`, `claim_missing`, `claim_invalid`).
   * A token that is refused never throws.
   *
   * @throws {UnavailableError} `key_source_unavailable` when the secret function throws (row JOAT-10).
   * @throws {UsageError} `weak_key`, `invalid_key` for what the secret function gives; `invalid_options` for a
   * promise.
   */
  parse(token: string): ParsedAccessToken;
}

export const parsingRules: OptionRules<ParsingOptions> = {
  expectedProvider: optional(nullOr(stringOrStrings)),
  expectedClientId: optional(nullOr(stringOrStrings)),
  toleranceSeconds: optional(numberFrom(0, 3600, 'seconds')),
  clock: optional(aFunction),
};

const rules: OptionRules<AccessTokenParserOptions> = { ...secretRules, ...parsingRules };

/**
 * A parser of access tokens that are signed with HS256 and a secret per token (PyJOAT): `typ` is JWT, `iss` the
 * provider, `aud` the client, `sub` the user, `scp` the list of scopes. No other algorithm is taken (row JOAT-11).
 * Does not check: scopes, and whether the token was revoked; for the latter let the secret depend on what changes.
 *
 * @throws {UsageError} `invalid_options` with every problem found; a secret function must be given (row JOAT-2).
 */
export function createAccessTokenParser(options: AccessTokenParserOptions<SecretFunction>): AccessTokenParser;
export function createAccessTokenParser(options: AccessTokenParserOptions): AsyncAccessTokenParser;
export function createAccessTokenParser(options: AccessTokenParserOptions): AccessTokenParser {
  const checked = checkOptions('createAccessTokenParser', options, rules);
  const secrets = createSecretLookup(checked, 'key_source_unavailable');
  const verify = createSecretVerifier({
    provider: checked.expectedProvider ?? null,
    clientId: checked.expectedClientId ?? null,
    toleranceSeconds: checked.toleranceSeconds,
    clock: checked.clock,
  });

  function finish(token: string, key: SecretKey | undefined): ParsedAccessToken {
    if (key === undefined) throw unknownClient();
    const { claims } = verify(token, key);
    return Object.freeze({ outcome: 'valid', credentials: toCredentials(claims), claims });
  }
  return Object.freeze({
    parse(token: string): ParsedAccessToken {
      try {
        return finish(token, secrets.find(readClaimsForSecret(token)));
      } catch (error) {
        return refusalOf(error);
      }
    },
    async parseAsync(token: string): Promise<ParsedAccessToken> {
      try {
        return finish(token, await secrets.findAsync(readClaimsForSecret(token)));
      } catch (error) {
        return refusalOf(error);
      }
    },
  });
}

function refusalOf(error: unknown): ParsedAccessToken {
  if (!(error instanceof TokenError)) throw error;
  return Object.freeze({ outcome: 'refused', reason: error.code, error });
}
