/** Export of keys for publication and safe-keeping. */
import { createPublicKey } from 'node:crypto';
import { UsageError } from '../core/errors.js';
import type { Jwk } from './jwk.js';
import type { Key, KeyKind, PrivateKey, PublicKey } from './key.js';
import { isKey, materialOf } from './key.js';

/** A JWK as this library writes it. */
export interface ExportedJwk extends Jwk {
  readonly kty: string;
  readonly alg: string;
  readonly use: 'sig';
}

/**
 * The public half as a JWK with `alg`, `use` and, where the key has an id, `kid` (RFC 7517).
 *
 * @throws {UsageError} `invalid_key` for a secret: it has no public half.
 */
export function exportPublicJwk(key: PublicKey | PrivateKey): ExportedJwk {
  return describeJwk(key, publicHalf('exportPublicJwk', key).export({ format: 'jwk' }));
}

/**
 * The public half as SPKI PEM.
 *
 * @throws {UsageError} `invalid_key` for a secret: it has no public half.
 */
export function exportPublicPem(key: PublicKey | PrivateKey): string {
  return publicHalf('exportPublicPem', key).export({ format: 'pem', type: 'spki' }).toString();
}

/**
 * The private key as a JWK, not encrypted.
 *
 * @throws {UsageError} `invalid_key` for anything but a private key.
 */
export function exportPrivateJwk(key: PrivateKey): ExportedJwk {
  return describeJwk(key, privateKey('exportPrivateJwk', key).export({ format: 'jwk' }));
}

/**
 * The private key as PKCS#8 PEM, not encrypted.
 *
 * @throws {UsageError} `invalid_key` for anything but a private key.
 */
export function exportPrivatePem(key: PrivateKey): string {
  return privateKey('exportPrivatePem', key).export({ format: 'pem', type: 'pkcs8' }).toString();
}

function describeJwk(key: Key<KeyKind>, members: Jwk): ExportedJwk {
  const { kty = '', ...rest } = members;
  const kid = key.kid === undefined ? {} : { kid: key.kid };
  return { kty, ...rest, ...kid, alg: materialOf(key).row.headerName, use: 'sig' };
}

function publicHalf(subject: string, key: Key<KeyKind>) {
  if (!isKey(key) || key.kind === 'secret') {
    throw new UsageError('invalid_key', subject, ['a public or a private key is needed']);
  }
  const { keyObject } = materialOf(key);
  return key.kind === 'public' ? keyObject : createPublicKey(keyObject);
}

function privateKey(subject: string, key: Key<KeyKind>) {
  if (!isKey(key) || key.kind !== 'private') {
    throw new UsageError('invalid_key', subject, ['a private key is needed']);
  }
  return materialOf(key).keyObject;
}
