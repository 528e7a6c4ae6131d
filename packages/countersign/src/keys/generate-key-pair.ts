/** New key pairs. */
import type { KeyObject } from 'node:crypto';
import { generateKeyPairSync } from 'node:crypto';
import { UsageError } from '../core/errors.js';
import { aNonEmptyString } from '../core/option-rules.js';
import { checkOptions, optional } from '../core/options.js';
import type { AlgorithmName, AsymmetricAlgorithm } from './algorithms.js';
import { algorithmNamed, anAlgorithmName } from './algorithms.js';
import type { Key } from './key.js';
import { createKey } from './key.js';
import { computeJwkThumbprint } from './thumbprint.js';

export interface GenerateKeyPairOptions {
  /** The id of both halves. Default: the RFC 7638 thumbprint. */
  readonly kid?: string | undefined;
}

export interface KeyPair {
  readonly privateKey: Key<'private'>;
  readonly publicKey: Key<'public'>;
}

const RSA_BITS = 2048;

/**
 * A new key pair: RSA of 2048 bits, the curve of the ES algorithm, Ed25519 for `EdDSA`, Ed448 for `Ed448`.
 * Synchronous; RSA takes tens to hundreds of milliseconds.
 *
 * @throws {UsageError} `invalid_options` for an unknown algorithm, an HMAC algorithm, or a bad kid.
 */
export function generateKeyPair(algorithm: AlgorithmName, options: GenerateKeyPairOptions = {}): KeyPair {
  const subject = 'generateKeyPair';
  const problem = anAlgorithmName(algorithm);
  if (problem !== undefined) throw new UsageError('invalid_options', subject, [`algorithm ${problem}`]);
  const { kid } = checkOptions(subject, options, { kid: optional(aNonEmptyString) });
  const row = algorithmNamed(algorithm);
  if (row.keyType === 'oct') {
    throw new UsageError('invalid_options', subject, [
      `${row.name} works with a secret: take ${row.hashBytes} random bytes and importSecret`,
    ]);
  }
  const pair = generate(row);
  const id = kid ?? computeJwkThumbprint(pair.publicKey.export({ format: 'jwk' }));
  return Object.freeze({
    privateKey: createKey('private', id, row, pair.privateKey),
    publicKey: createKey('public', id, row, pair.publicKey),
  });
}

function generate(row: AsymmetricAlgorithm): { publicKey: KeyObject; privateKey: KeyObject } {
  if (row.keyType === 'RSA') return generateKeyPairSync('rsa', { modulusLength: RSA_BITS });
  if (row.keyType === 'EC') return generateKeyPairSync('ec', { namedCurve: row.namedCurve });
  return row.nodeKeyType === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ed448');
}
