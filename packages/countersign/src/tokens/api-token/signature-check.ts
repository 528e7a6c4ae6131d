/** Finds the key under which the signature of an API token holds. Knows no claims. */
import { TokenError } from '../../core/errors.js';
import type { JwsVerifier, VerifiedJws } from '../../jws/verify-jws.js';
import { createJwsVerifier } from '../../jws/verify-jws.js';
import type { Key } from '../../keys/key.js';
import type { KeyLookup, KeySource } from '../../keys/key-source.js';
import { isKeySource } from '../../keys/key-source.js';
import type { ApiTokenAlgorithm } from './api-token-algorithms.js';
import type { ApiTokenKeyRing } from './api-token-key-ring.js';
import { findKnownKey } from './known-keys.js';

export interface SignatureCheckOptions {
  readonly keys: ApiTokenKeyRing | KeySource;
  readonly algorithms: readonly ApiTokenAlgorithm[];
  readonly maxTokenBytes?: number | undefined;
}

export interface SignatureCheck {
  /** With keys that are at hand. */
  now(token: string): VerifiedJws;
  /** Fetching the key where need be. */
  later(token: string): Promise<VerifiedJws>;
}

/** With a ring each of its keys has its turn (row POL-17). */
export function createSignatureCheck({ keys, ...options }: SignatureCheckOptions): SignatureCheck {
  if (isKeySource(keys)) {
    const verifier = createJwsVerifier({ keys, type: null, ...options });
    return {
      now: (token) => refuseKnownKey(verifier.verify(token)),
      later: async (token) => refuseKnownKey(await verifier.verifyAsync(token)),
    };
  }
  let prepared: readonly JwsVerifier[] = [];
  let preparedFor: readonly Key<'public'>[] | undefined;
  /** One token is judged by one state of the ring. */
  const verifiers = () => {
    const snapshot = keys.keys;
    if (snapshot !== preparedFor) {
      prepared = snapshot.map((key) => createJwsVerifier({ keys: sourceOf(key), type: null, ...options }));
      preparedFor = snapshot;
    }
    return prepared;
  };
  return {
    now(token) {
      let refusal: TokenError | undefined;
      for (const verifier of verifiers()) {
        try {
          return verifier.verify(token);
        } catch (error) {
          refusal = worse(refusal, error);
        }
      }
      throw refusal;
    },
    async later(token) {
      let refusal: TokenError | undefined;
      for (const verifier of verifiers()) {
        try {
          return await verifier.verifyAsync(token);
        } catch (error) {
          refusal = worse(refusal, error);
        }
      }
      throw refusal;
    },
  };
}

const unpublished = new WeakSet<object>();

/** A ring looks at its keys when it gets them; a source has others from time to time (row POL-28). */
function refuseKnownKey(verified: VerifiedJws): VerifiedJws {
  const { key } = verified;
  if (unpublished.has(key)) return verified;
  const known = findKnownKey(key as Key<'public'>);
  if (known !== undefined)
    throw new TokenError('key_not_found', `the key is ${known}: everybody can sign with it`);
  unpublished.add(key);
  return verified;
}

/** A key that has no id fits every token, whatever key the token names: the originals name none. */
function sourceOf(key: Key<'public'>): KeySource {
  const peek = ({ kid, algorithm }: KeyLookup) =>
    algorithm === key.algorithm && (kid === undefined || key.kid === undefined || key.kid === kid)
      ? key
      : undefined;
  return {
    algorithms: [key.algorithm],
    peek,
    async resolve(lookup) {
      const found = peek(lookup);
      if (found === undefined)
        throw new TokenError('key_not_found', 'the key is not the one that the token names');
      return found;
    },
  };
}

/** What remains to be said after one more key failed; thrown at once where another key would make no difference. */
function worse(before: TokenError | undefined, error: unknown): TokenError {
  if (!(error instanceof TokenError)) throw error;
  if (error.code === 'bad_signature') return error;
  if (error.code === 'key_not_found') return before ?? error;
  throw error;
}
