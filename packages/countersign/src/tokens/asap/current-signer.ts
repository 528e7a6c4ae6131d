/** The key that is in use now, and a signer for it; both stay the same while the source gives the same key. */
import type { Clock } from '../../core/clock.js';
import { UnavailableError, UsageError } from '../../core/errors.js';
import type { JwtSigner } from '../../jwt/sign-jwt.js';
import { createJwtSigner } from '../../jwt/sign-jwt.js';
import type { AlgorithmName } from '../../keys/algorithms.js';
import type { Key } from '../../keys/key.js';
import { isKey } from '../../keys/key.js';
import { findIssuerProblem, isKeyIdOwnedBy, parseKeyId } from '../../keys/key-id.js';
import type { PrivateKeySource } from '../../keys/private-key-source.js';

export interface CurrentSignerSettings {
  /** For messages: the function that the keys were given to. */
  readonly subject: string;
  readonly keys: Key<'private'> | PrivateKeySource;
  readonly issuer: string;
  readonly algorithm: AlgorithmName;
  readonly clock: Clock;
}

export interface CurrentSigner {
  readonly key: Key<'private'>;
  /** The issuer that the key was found to belong to. */
  readonly iss: unknown;
  readonly signer: JwtSigner;
}

export function createCurrentSigner({ subject, keys, issuer, algorithm, clock }: CurrentSignerSettings) {
  let current: CurrentSigner | undefined;

  /** @param iss of the token: the claims of a request may have changed it */
  function signerFor(iss: unknown): CurrentSigner {
    const key = isKey(keys) ? keys : keys.load(issuer, algorithm);
    if (current?.key === key && current.iss === iss) return current;
    const problem = findIssuerProblem(iss);
    if (problem !== undefined) throw new UsageError('invalid_claims', 'sign', [`iss ${problem}`]);
    const keyProblem = findKeyProblem(key, algorithm, iss as string);
    if (keyProblem !== undefined) throw new UsageError('invalid_key', subject, [keyProblem]);
    current = { key, iss, signer: createJwtSigner({ key, clock }) };
    return current;
  }

  /** A key that is at hand and cannot be used is found out at once; one that is not there yet may still come. */
  function tryOut(): void {
    try {
      signerFor(issuer);
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
    }
  }
  return { signerFor, tryOut };
}

/** A source is outside code: what it gives must be a private key that verifiers accept from this issuer. */
function findKeyProblem(key: Key<'private'>, algorithm: AlgorithmName, issuer: string): string | undefined {
  if (!isKey(key) || key.kind !== 'private' || key.algorithm !== algorithm) {
    return `the key source must give a private key for ${algorithm}`;
  }
  const parsed = parseKeyId(key.kid);
  if (!parsed.ok) return `the key id ${parsed.problem}`;
  if (isKeyIdOwnedBy(parsed.keyId, issuer)) return undefined;
  return `the key id must be "${issuer}" or begin with "${issuer}/": every verifier refuses others`;
}
