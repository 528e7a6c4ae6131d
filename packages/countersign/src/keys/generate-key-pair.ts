/** New key pairs. */
import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { UsageError } from '../core/errors.js';
import { aNonEmptyString } from '../core/option-rules.js';
import { checkOptions, optional } from '../core/options.js';
import type { AlgorithmName, AsymmetricAlgorithm } from './algorithms.js';
import { algorithmNamed, anAlgorithmName } from './algorithms.js';
import type { PrivateKey, PublicKey } from './key.js';
import { createKey } from './key.js';
import { computeJwkThumbprint } from './thumbprint.js';

export interface GenerateKeyPairOptions {
  /** The id of both halves. Default: the RFC 7638 thumbprint. */
  readonly kid?: string | undefined;
}

export interface KeyPair {
  readonly privateKey: PrivateKey;
  readonly publicKey: PublicKey;
}

const RSA_BITS = 2048;

const SPKI_DER = { type: 'spki', format: 'der' } as const;
const PKCS8_DER = { type: 'pkcs8', format: 'der' } as const;

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

/**
 * Generated as DER and read back. In Node 20 a key object that the generator itself hands out shares its lock with the
 * finished job: garbage collection during a later export as JWK destroys that job, which waits for the lock for ever.
 */
function generate(row: AsymmetricAlgorithm): { publicKey: KeyObject; privateKey: KeyObject } {
  const pair = generateDer(row);
  return {
    publicKey: createPublicKey({ key: pair.publicKey, ...SPKI_DER }),
    privateKey: createPrivateKey({ key: pair.privateKey, ...PKCS8_DER }),
  };
}

function generateDer(row: AsymmetricAlgorithm): { publicKey: Buffer; privateKey: Buffer } {
  if (row.keyType === 'RSA') {
    return generateKeyPairSync('rsa', {
      modulusLength: RSA_BITS,
      publicKeyEncoding: SPKI_DER,
      privateKeyEncoding: PKCS8_DER,
    });
  }
  if (row.keyType === 'EC') {
    return generateKeyPairSync('ec', {
      namedCurve: row.namedCurve,
      publicKeyEncoding: SPKI_DER,
      privateKeyEncoding: PKCS8_DER,
    });
  }
  return row.nodeKeyType === 'ed25519'
    ? generateKeyPairSync('ed25519', { publicKeyEncoding: SPKI_DER, privateKeyEncoding: PKCS8_DER })
    : generateKeyPairSync('ed448', { publicKeyEncoding: SPKI_DER, privateKeyEncoding: PKCS8_DER });
}
