/** The one thing that a user of secret-based access tokens brings along: which secret belongs to which claims. */
import { TokenError, UnavailableError, UsageError } from '../../core/errors.js';
import { aBoolean, aFunction } from '../../core/option-rules.js';
import type { OptionRules } from '../../core/options.js';
import { optional, required } from '../../core/options.js';
import type { JsonObject } from '../../core/strict-json.js';
import { createBoundedMap } from '../../keys/bounded-map.js';
import { importSecret } from '../../keys/import-secret.js';
import type { SecretKey } from '../../keys/key.js';

/**
 * What a token says about itself before anybody has checked it: whoever sent it may have made it all up. Good for
 * finding a secret and for nothing else. A claim that is missing, or not of the type given here, is undefined.
 */
export interface UnverifiedAccessTokenClaims {
  /** `iss`: the provider. */
  readonly iss: string | undefined;
  /** `aud`: the client id. */
  readonly aud: string | undefined;
  /** `sub`: the user id. */
  readonly sub: string | undefined;
  readonly scp: readonly string[] | undefined;
  /** Epoch seconds. */
  readonly iat: number | undefined;
  /** Epoch seconds. */
  readonly exp: number | undefined;
  readonly jti: unknown;
}

/** The bytes, or a text whose UTF-8 bytes are the secret: at least 32 of them. Undefined or null: no such client. */
export type AccessTokenSecret = Uint8Array | string | undefined | null;

/** Called for every token, issued or parsed, and nothing is remembered: a secret that changes, changes at once. */
export type SecretFunction = (unverifiedClaims: UnverifiedAccessTokenClaims) => AccessTokenSecret;
export type AsyncSecretFunction = (
  unverifiedClaims: UnverifiedAccessTokenClaims,
) => AccessTokenSecret | Promise<AccessTokenSecret>;

export interface SecretOptions<Secret extends AsyncSecretFunction> {
  /**
   * Gives the secret for the claims of one token. It sees claims that nobody has verified. What it throws means that
   * the secret cannot be had now; undefined or null that there is none.
   */
  readonly secret: Secret;
  /** Takes secrets shorter than 32 bytes. For old ones that cannot be changed: such tokens can be forged. */
  readonly unsafeAllowWeakSecret?: boolean | undefined;
}

export const secretRules: OptionRules<SecretOptions<AsyncSecretFunction>> = {
  secret: required(aFunction),
  unsafeAllowWeakSecret: optional(aBoolean),
};

const RETRY_AFTER_SECONDS = 10;
const MAX_KEYS = 100;

export interface SecretLookup {
  /** As the function answers: at once or later. What it throws, or rejects with, is told as an outage. */
  ask(claims: JsonObject): SecretKey | undefined | Promise<SecretKey | undefined>;
  /** @throws {UsageError} `invalid_options` when the function answers with a promise. */
  find(claims: JsonObject): SecretKey | undefined;
  findAsync(claims: JsonObject): Promise<SecretKey | undefined>;
}

/**
 * Asks the secret function, and makes a key of what it gives.
 *
 * @param unavailable the code for a function that throws
 */
export function createSecretLookup(
  { secret, unsafeAllowWeakSecret }: SecretOptions<AsyncSecretFunction>,
  unavailable: 'key_source_unavailable' | 'private_key_unavailable',
): SecretLookup {
  // To make a key takes longer than to check a token with it. The function is asked anew each time all the same.
  const keys = createBoundedMap<string, SecretKey>(MAX_KEYS);
  function toKey(found: AccessTokenSecret): SecretKey | undefined {
    if (found === undefined || found === null) return undefined;
    const name = nameOf(found);
    const known = keys.get(name);
    if (known !== undefined) return known;
    const key = importSecret({ algorithm: 'HS256', secret: found, unsafeAllowWeakSecret });
    keys.set(name, key);
    return key;
  }
  /** What is on purpose keeps its meaning; all else is an outage, and no reason to call a token bad (row JOAT-10). */
  const failed = (cause: unknown): Error =>
    cause instanceof UnavailableError || cause instanceof UsageError
      ? cause
      : new UnavailableError(unavailable, 'the secret function failed', {
          retryAfterSeconds: RETRY_AFTER_SECONDS,
          cause,
        });

  function ask(claims: JsonObject): SecretKey | undefined | Promise<SecretKey | undefined> {
    const found = attempt(() => secret(unverifiedClaimsFrom(claims)), failed);
    if (!isPromise(found)) return toKey(found);
    return Promise.resolve(found).then(toKey, (cause: unknown) => Promise.reject(failed(cause)));
  }
  return {
    ask,
    find(claims) {
      const found = ask(claims);
      if (!isPromise(found)) return found;
      // It may reject, and nobody else waits for it.
      found.catch(() => {});
      throw new UsageError('invalid_options', 'secret', [
        'the secret function answers later: use issueAsync and parseAsync',
      ]);
    },
    findAsync: async (claims) => ask(claims),
  };
}

/** Told apart by their bytes. What is no secret at all has no name; its import fails. */
function nameOf(secret: Exclude<AccessTokenSecret, undefined | null>): string {
  if (typeof secret === 'string') return Buffer.from(secret, 'utf8').toString('latin1');
  return secret instanceof Uint8Array ? Buffer.from(secret).toString('latin1') : '';
}

function attempt<Result>(call: () => Result, failed: (cause: unknown) => Error): Result {
  try {
    return call();
  } catch (error) {
    throw failed(error);
  }
}

function isPromise<Value>(value: Value | Promise<Value>): value is Promise<Value> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function unverifiedClaimsFrom(claims: JsonObject): UnverifiedAccessTokenClaims {
  const own = (name: string): unknown => (Object.hasOwn(claims, name) ? claims[name] : undefined);
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const instant = (value: unknown) =>
    typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  const scp = own('scp');
  return Object.freeze({
    iss: text(own('iss')),
    aud: text(own('aud')),
    sub: text(own('sub')),
    scp: isStringList(scp) ? scp : undefined,
    iat: instant(own('iat')),
    exp: instant(own('exp')),
    jti: own('jti'),
  });
}

export function isStringList(value: unknown): value is readonly string[] {
  if (!Array.isArray(value)) return false;
  // Asked with each token, where a function called for each item shows.
  for (const item of value) if (typeof item !== 'string') return false;
  return true;
}

export function unknownClient(): TokenError {
  return new TokenError('key_not_found', 'the secret function knows no secret for the claims of the token');
}
