import type { Clock } from '../../core/clock.js';
import { TokenError, UnavailableError } from '../../core/errors.js';
import { decodeUnverifiedJwt } from '../../jwt/decode-unverified-jwt.js';
import { createJwtVerifier } from '../../jwt/verify-jwt.js';
import type { RemoteJwks } from '../../keys/remote-jwks.js';
import type { IdTokenAlgorithm } from './id-token-keys.js';
import { ID_TOKEN_CLAIMS, readPerson } from './read-person.js';
import { SignInError } from './sign-in-error.js';
import type { SignedInPerson } from './signed-in-person.js';

export interface IdTokenVerifierSettings {
  readonly keys: Pick<RemoteJwks, 'algorithms' | 'peek' | 'resolve' | 'refetch'>;
  readonly algorithms: readonly IdTokenAlgorithm[];
  readonly issuer: string;
  readonly appId: string;
  readonly toleranceSeconds: number | undefined;
  readonly clock: Clock | undefined;
}

/** A function that gives the person, or rejects with a SignInError in the terms of JAM-6. */
export function createIdTokenVerifier(
  settings: IdTokenVerifierSettings,
): (idToken: string, refetchKeys: boolean) => Promise<SignedInPerson> {
  const { keys, appId } = settings;
  const verifier = createJwtVerifier({
    keys,
    algorithms: settings.algorithms,
    type: 'JWT',
    issuer: settings.issuer,
    audience: appId,
    maxAgeSeconds: null,
    toleranceSeconds: settings.toleranceSeconds,
    requiredClaims: ID_TOKEN_CLAIMS,
    clock: settings.clock,
  });
  return async (idToken, refetchKeys) => {
    try {
      if (refetchKeys) await keys.refetch();
      const person = readPerson(await verifier.verifyAsync(idToken), appId);
      return Object.freeze({ ...person, verifiedBy: 'signature' });
    } catch (error) {
      throw toSignInError(error, idToken);
    }
  };
}

function toSignInError(error: unknown, idToken: string): unknown {
  if (error instanceof TokenError) {
    return new SignInError(error.code, messageFor(error, idToken), { cause: error, refused: true });
  }
  if (error instanceof UnavailableError) {
    const { retryAfterSeconds } = error;
    return new SignInError('key_source_unavailable', error.message, { cause: error, retryAfterSeconds });
  }
  return error;
}

/** The texts that JAM-6 has; what exactly was wrong with an undecodable token is in the cause. */
function messageFor(error: TokenError, idToken: string): string {
  if (error.code === 'malformed_token') return 'Invalid JWT';
  if (error.code !== 'key_not_found') return error.message;
  return `kid not found: the token was signed with kid ${unverifiedKidOf(idToken)}, which the keys of the app do not have`;
}

/** Fit for a log: whoever wrote the token chose it. */
function unverifiedKidOf(idToken: string): string {
  try {
    const { kid } = decodeUnverifiedJwt(idToken).unverifiedHeader;
    return typeof kid === 'string' ? `"${kid.slice(0, 100).replace(/[^ !#-~]/g, '?')}"` : 'undefined';
  } catch {
    return 'undefined';
  }
}
