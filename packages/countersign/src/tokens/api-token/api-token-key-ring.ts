/** The public keys of one decoder: several at a time, so that keys can be changed while old tokens are about. */
import { UsageError } from '../../core/errors.js';
import type { Key } from '../../keys/key.js';
import { isKey } from '../../keys/key.js';
import { findKnownKey } from './known-keys.js';

type PublicKeys = Key<'public'> | readonly Key<'public'>[];

/** A change takes effect with the next token that is decoded. A change that is refused changes nothing. */
export interface ApiTokenKeyRing {
  /** The keys at this moment, frozen, in the order in which they are tried. */
  readonly keys: readonly Key<'public'>[];
  /** @throws {UsageError} `invalid_options` as {@link createApiTokenKeyRing}. */
  add(keys: PublicKeys): void;
  /** @throws {UsageError} `invalid_options` as {@link createApiTokenKeyRing}. */
  replace(keys: PublicKeys): void;
  /** Back to the keys that the ring was created with. */
  reset(): void;
}

/** Each key may cost one check of a signature for each token. */
const MAX_KEYS = 16;

const rings = new WeakSet<object>();

/**
 * A ring of 1 to 16 public keys. A token that names a key id is checked with the key of that id and with keys that
 * have none; a token that names none with all of them in turn, until a signature holds.
 *
 * @throws {UsageError} `invalid_options` for no keys or too many, for anything but public keys, for two keys of one
 * id, and for a key whose private half is published.
 */
export function createApiTokenKeyRing(keys: PublicKeys): ApiTokenKeyRing {
  const first = checkKeys('createApiTokenKeyRing', toList(keys));
  let current = first;
  const ring: ApiTokenKeyRing = Object.freeze({
    get keys() {
      return current;
    },
    add(more: PublicKeys) {
      current = checkKeys('add', [...current, ...toList(more)]);
    },
    replace(others: PublicKeys) {
      current = checkKeys('replace', toList(others));
    },
    reset() {
      current = first;
    },
  });
  rings.add(ring);
  return ring;
}

export function isKeyRing(value: unknown): value is ApiTokenKeyRing {
  return typeof value === 'object' && value !== null && rings.has(value);
}

function toList(keys: PublicKeys): readonly Key<'public'>[] {
  return (Array.isArray(keys) ? keys : [keys]) as readonly Key<'public'>[];
}

function checkKeys(subject: string, keys: readonly Key<'public'>[]): readonly Key<'public'>[] {
  const problems = findKeyProblems(keys);
  if (problems.length > 0) throw new UsageError('invalid_options', subject, problems);
  return Object.freeze([...keys]);
}

function findKeyProblems(keys: readonly Key<'public'>[]): string[] {
  if (keys.length === 0) return ['at least one public key is needed'];
  if (keys.length > MAX_KEYS) return [`there must be no more than ${MAX_KEYS} keys`];
  if (!keys.every((key) => isKey(key) && key.kind === 'public')) {
    return ['every key must be a public one, made by importPublicKey or generateKeyPair'];
  }
  const problems = keys
    .map(findKnownKey)
    .filter((name) => name !== undefined)
    .map((name) => `${name} must not be used: everybody can sign with it`);
  const ids = keys.flatMap(({ kid }) => (kid === undefined ? [] : [kid]));
  if (new Set(ids).size < ids.length) problems.push('several keys have the same kid');
  return problems;
}
