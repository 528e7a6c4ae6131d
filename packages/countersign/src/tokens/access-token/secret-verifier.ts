/** Checks access tokens that are signed with HS256, each with the secret that was found for it. */
import type { Clock } from '../../core/clock.js';
import { TokenError } from '../../core/errors.js';
import type { JsonObject } from '../../core/strict-json.js';
import { decodeUnverifiedJwt } from '../../jwt/decode-unverified-jwt.js';
import type { VerifiedJwt } from '../../jwt/verify-jwt.js';
import { createJwtVerifier } from '../../jwt/verify-jwt.js';
import type { SecretKey } from '../../keys/key.js';
import { unknownClient } from './secret-function.js';

export interface SecretVerifierSettings {
  readonly provider: string | readonly string[] | null;
  readonly clientId: string | readonly string[] | null;
  readonly toleranceSeconds?: number | undefined;
  readonly maxTokenBytes?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** What PyJOAT puts into every token (row JOAT-5). */
export const SECRET_TOKEN_CLAIMS: readonly string[] = Object.freeze(['iss', 'aud', 'sub', 'scp']);

/**
 * The claims to find a secret with. Nobody is asked for the secret of a token that could not be checked with it anyhow
 * (row J1).
 *
 * @throws {TokenError} `token_too_large`, `malformed_token`, `algorithm_not_allowed`.
 */
export function readClaimsForSecret(token: string, maxTokenBytes?: number): JsonObject {
  const { unverifiedHeader, unverifiedClaims } = decodeUnverifiedJwt(token, { maxTokenBytes });
  if (!Object.hasOwn(unverifiedHeader, 'alg') || unverifiedHeader['alg'] !== 'HS256') {
    throw new TokenError('algorithm_not_allowed', 'accepted is HS256');
  }
  return unverifiedClaims;
}

/** One verifier for all tokens. */
export function createSecretVerifier(
  settings: SecretVerifierSettings,
): (token: string, key: SecretKey) => VerifiedJwt {
  let current: SecretKey | undefined;
  const verifier = createJwtVerifier({
    keys: { algorithms: ['HS256'], peek: () => current, resolve: () => Promise.reject(unknownClient()) },
    algorithms: ['HS256'],
    type: 'JWT',
    issuer: settings.provider,
    audience: settings.clientId,
    maxAgeSeconds: null,
    toleranceSeconds: settings.toleranceSeconds,
    maxTokenBytes: settings.maxTokenBytes,
    requiredClaims: SECRET_TOKEN_CLAIMS,
    clock: settings.clock,
  });
  return (token, key) => {
    // Set and read within one synchronous step: no other token can come between.
    current = key;
    try {
      return verifier.verify(token);
    } finally {
      current = undefined;
    }
  };
}
