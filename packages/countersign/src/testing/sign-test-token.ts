/** Tokens with whatever claims, sound or broken in one point. */
import type { Clock } from '../core/clock.js';
import { createJwsSigner } from '../jws/sign-jws.js';
import { serializeClaims } from '../jwt/serialize-claims.js';
import type { SigningKey } from '../keys/key.js';

/** How a token differs from the good one. With none of it the token is good for an hour. */
export interface TestTokenFaults {
  /** It expired an hour ago. */
  readonly expired?: boolean | undefined;
  /** Signed with a key that nobody knows, under the id of one that is known. */
  readonly otherKey?: boolean | undefined;
  /** On top of all others; undefined takes a claim out. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
}

/** A key that is known to those who verify, and one that is not. */
export interface TestSigningKeys {
  readonly signing: SigningKey;
  readonly forging: SigningKey;
}

export interface TestToken {
  readonly keys: TestSigningKeys;
  /** `typ`. */
  readonly type: string;
  /** `iat`, `nbf`, `exp` and `jti` come on top. */
  readonly claims: Readonly<Record<string, unknown>>;
}

export type TestTokenSigner = (token: TestToken, faults: TestTokenFaults) => string;

const LIFETIME_SECONDS = 3600;

/** Token ids are counted: the same test makes the same claims each time. */
export function createTestTokenSigner(clock: Clock): TestTokenSigner {
  let count = 0;
  return ({ keys, type, claims }, { expired = false, otherKey = false, claims: others }) => {
    count += 1;
    const iat = Math.floor(clock()) - (expired ? 2 * LIFETIME_SECONDS : 0);
    const jti = `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`;
    const all = { ...claims, iat, nbf: iat, exp: iat + LIFETIME_SECONDS, jti, ...others };
    const said = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    const key = otherKey ? keys.forging : keys.signing;
    return createJwsSigner({ key, header: { typ: type } }).sign(Buffer.from(serializeClaims(said)));
  };
}
