/** The sign-in client for servers: the calls of the authority, and the check of ID tokens. */
import type { Clock } from '../../core/clock.js';
import { aFunction, numberFrom } from '../../core/option-rules.js';
import type { OptionRules } from '../../core/options.js';
import { checkOptions, optional } from '../../core/options.js';
import type { Jwk } from '../../keys/jwk.js';
import { createRemoteJwks } from '../../keys/remote-jwks.js';
import type { IdTokenAlgorithm } from './id-token-keys.js';
import { idTokenAlgorithms, JWKS_PATH } from './id-token-keys.js';
import { createIdTokenVerifier } from './id-token-verifier.js';
import { decodeText, parseJsonObject } from './json-object.js';
import type { SignInApi } from './sign-in-api.js';
import { createSignInApi } from './sign-in-api.js';
import type { SignInConnectionOptions } from './sign-in-connection.js';
import { CONNECTION_RULES, namingBaseUrl, problemsBetween, toConnection } from './sign-in-connection.js';
import { SignInError } from './sign-in-error.js';
import type { SendSignInRequest } from './sign-in-request.js';
import { createSignInRequester } from './sign-in-request.js';
import type { SignedInPerson } from './signed-in-person.js';

export interface SignInClientOptions extends SignInConnectionOptions {
  /** What the app signs its ID tokens with. Default: ES512, as the originals. */
  readonly algorithms?: readonly IdTokenAlgorithm[] | undefined;
  /** By how much the clocks of authority and server may differ. Default 0, as the originals. */
  readonly toleranceSeconds?: number | undefined;
  readonly clock?: Clock | undefined;
}

export interface SignInClient extends SignInApi {
  /**
   * Checks an ID token here, with the public keys of the app (JAM-6): structure, key, signature, then claims. `iss` and
   * `aud` must be those of the app, `typ` must be JWT, `token_use` must be "id"; `exp`, `nbf`, `iat`, `jti`, `sub` and
   * `email` must be there. The keys are fetched on first use, when they are old, and when a token names a new one.
   * Does not check whether the person was logged out since: an ID token is good until it expires.
   *
   * Rejects with SignInError: `code` is `'unauthorized'` when the token is bad (answer 401), and `reason` the code of
   * the check that failed, as in TokenError. With reason key_source_unavailable and no `code` when the keys cannot be
   * fetched (answer 503).
   * @param options.refetchKeys fetches the keys first, in any case
   */
  verifyIdToken(idToken: string, options?: { readonly refetchKeys?: boolean }): Promise<SignedInPerson>;
  /**
   * The JWK Set of the app (RFC 7517), fetched each time, as the authority sent it (JAM-5).
   * Reasons: not_found (unknown app).
   */
  getJwks(): Promise<{ readonly keys: readonly Jwk[] }>;
}

const OPTION_RULES: OptionRules<SignInClientOptions> = {
  ...CONNECTION_RULES,
  algorithms: optional(idTokenAlgorithms),
  toleranceSeconds: optional(numberFrom(0, 300, 'seconds')),
  clock: optional(aFunction),
};

/**
 * A client for one app. Keep one for the life of the process: it holds the keys.
 * @throws UsageError invalid_options, with every problem found
 */
export function createSignInClient(options: SignInClientOptions): SignInClient {
  const checked = checkOptions('createSignInClient', namingBaseUrl(options), OPTION_RULES, problemsBetween);
  const connection = toConnection(checked);
  const algorithms = checked.algorithms ?? ['ES512'];
  const send = createSignInRequester(connection);
  const keys = createRemoteJwks({
    url: connection.appUrl + JWKS_PATH,
    algorithms,
    fetch: connection.fetch,
    timeoutMs: connection.timeoutMs,
    clock: checked.clock,
    unsafeAllowHttp: checked.unsafeAllowHttp,
  });
  const verifyIdToken = createIdTokenVerifier({
    keys,
    algorithms,
    issuer: connection.appUrl,
    appId: connection.appId,
    toleranceSeconds: checked.toleranceSeconds,
    clock: checked.clock,
  });
  return Object.freeze({
    ...createSignInApi(send, connection.appId),
    verifyIdToken: (idToken, { refetchKeys = false } = {}) => verifyIdToken(idToken, refetchKeys),
    getJwks: () => getJwks(send),
  } satisfies SignInClient);
}

async function getJwks(send: SendSignInRequest): Promise<{ readonly keys: readonly Jwk[] }> {
  const answer = await send({
    method: 'GET',
    path: JWKS_PATH,
    successStatus: 200,
    refusals: { 404: { reason: 'not_found' } },
    secrets: [],
  });
  const { keys } = (answer && parseJsonObject(decodeText(answer))) ?? {};
  if (!Array.isArray(keys) || keys.length === 0 || !keys.every(isObject)) {
    throw new SignInError('unexpected_answer', 'The answer of the authority holds no keys', { status: 200 });
  }
  return { keys };
}

function isObject(value: unknown): value is Jwk {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
