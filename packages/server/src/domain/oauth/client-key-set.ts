/** The public keys that a client gives with its settings, for `private_key_jwt`. */
import { createStaticJwks, type Jwk, UsageError } from 'countersign';

/** What assertions of clients may be signed with: never a secret (row O18). */
export const CLIENT_KEY_ALGORITHMS = [
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
] as const;

/** The values of `alg` that say so. Ed25519 goes by the name of its curve, too (RFC 9864 section 2.2). */
export const CLIENT_SIGNATURES: readonly string[] = CLIENT_KEY_ALGORITHMS.flatMap((name) =>
  name === 'EdDSA' ? [name, 'Ed25519'] : [name],
);

const MAX_CHARACTERS = 32 * 1024;
const MAX_KEYS = 20;
/** Of private and secret keys (RFC 7518 section 6). */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** The set as it is kept, one text of JSON, or what is wrong with it. Never repeats the text: it may hold a secret. */
export function parseClientKeySet(value: unknown): { readonly value: string } | { readonly problem: string } {
  if (typeof value !== 'string') return { problem: 'must be a JWK Set as JSON text, or null' };
  if (value.length > MAX_CHARACTERS) return { problem: `must be at most ${MAX_CHARACTERS} characters long` };
  const keys = readKeys(value);
  if (keys === undefined) return { problem: 'must be a JWK Set: an object with an array "keys" of objects' };
  if (keys.length > MAX_KEYS) return { problem: `must hold at most ${MAX_KEYS} keys` };
  if (keys.some((key) => PRIVATE_MEMBERS.some((member) => Object.hasOwn(key, member))))
    return {
      problem:
        'must hold public keys only; a private key that was given away can be used by others: make a new one',
    };
  return isUsable(keys)
    ? { value: JSON.stringify({ keys }) }
    : { problem: `must hold a key for one of ${CLIENT_KEY_ALGORITHMS.join(', ')}` };
}

/** The keys of a set that was kept. */
export function clientKeysOf(jwks: string) {
  return createStaticJwks({ jwks: JSON.parse(jwks), algorithms: CLIENT_KEY_ALGORITHMS });
}

function readKeys(text: string): readonly Jwk[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (!isObject(parsed) || !Object.hasOwn(parsed, 'keys')) return undefined;
    const { keys } = parsed;
    return Array.isArray(keys) && keys.every(isObject) ? (keys as readonly Jwk[]) : undefined;
  } catch {
    return undefined;
  }
}

function isUsable(keys: readonly Jwk[]): boolean {
  try {
    createStaticJwks({ jwks: { keys }, algorithms: CLIENT_KEY_ALGORITHMS });
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
