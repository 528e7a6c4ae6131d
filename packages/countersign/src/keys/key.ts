/** The typed keys. A key knows its one algorithm; nothing ever guesses it from the bytes (row J5). */
import type { KeyObject } from 'node:crypto';
import type { Algorithm, AlgorithmName } from './algorithms.js';

export type KeyKind = 'public' | 'private' | 'secret';

/** What signing and verifying need, prepared once. */
export interface KeyMaterial {
  readonly row: Algorithm;
  readonly keyObject: KeyObject;
  /** Argument of `crypto.sign` and `crypto.verify`. */
  readonly parameters: {
    readonly key: KeyObject;
    readonly padding?: number;
    readonly saltLength?: number;
    readonly dsaEncoding?: 'ieee-p1363';
  };
  readonly signatureBytes: number;
}

/**
 * A key bound to one algorithm. Made only by the import and generate functions: a look-alike object is refused.
 * Printing or serialising it shows its kind, algorithm and id, never the key itself.
 */
class Key<Kind extends KeyKind> {
  readonly kind: Kind;
  readonly algorithm: AlgorithmName;
  /** The key id that tokens name it by, if any. */
  readonly kid: string | undefined;
  readonly #material: KeyMaterial;

  constructor(kind: Kind, kid: string | undefined, row: Algorithm, keyObject: KeyObject) {
    this.kind = kind;
    this.algorithm = row.name;
    this.kid = kid;
    this.#material = prepare(row, keyObject);
    Object.freeze(this);
  }

  static isKey(value: unknown): value is Key<KeyKind> {
    return typeof value === 'object' && value !== null && #material in value;
  }

  static materialOf(key: Key<KeyKind>): KeyMaterial {
    return key.#material;
  }
}

export type { Key };

/** Checks signatures. */
export type PublicKey = Key<'public'>;
/** Makes signatures. */
export type PrivateKey = Key<'private'>;
/** An HMAC secret: makes signatures and checks them. */
export type SecretKey = Key<'secret'>;
/** What checks signatures. */
export type VerificationKey = PublicKey | SecretKey;
/** What makes signatures. */
export type SigningKey = PrivateKey | SecretKey;

export const { isKey, materialOf } = Key;

export function createKey<Kind extends KeyKind>(
  kind: Kind,
  kid: string | undefined,
  row: Algorithm,
  keyObject: KeyObject,
): Key<Kind> {
  return new Key(kind, kid, row, keyObject);
}

export function isVerificationKey(value: unknown): value is VerificationKey {
  return isKey(value) && value.kind !== 'private';
}

export function isSigningKey(value: unknown): value is SigningKey {
  return isKey(value) && value.kind !== 'public';
}

function prepare(row: Algorithm, keyObject: KeyObject): KeyMaterial {
  if (row.keyType === 'oct') {
    return { row, keyObject, parameters: { key: keyObject }, signatureBytes: row.hashBytes };
  }
  const parameters = { key: keyObject, ...row.parameters };
  if (row.keyType !== 'RSA') return { row, keyObject, parameters, signatureBytes: row.signatureBytes };
  const modulusBits = keyObject.asymmetricKeyDetails?.modulusLength ?? 0;
  return { row, keyObject, parameters, signatureBytes: Math.ceil(modulusBits / 8) };
}
