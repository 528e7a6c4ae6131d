/** Import of HMAC secrets. */
import { createSecretKey } from 'node:crypto';
import { UsageError } from '../core/errors.js';
import { aBoolean, aNonEmptyString } from '../core/option-rules.js';
import type { OptionRules } from '../core/options.js';
import { checkOptions, describe, optional, required } from '../core/options.js';
import type { AlgorithmName } from './algorithms.js';
import { algorithmNamed, anAlgorithmName } from './algorithms.js';
import type { SecretKey } from './key.js';
import { createKey } from './key.js';
import { recogniseKey } from './recognise-key.js';

export interface ImportSecretOptions {
  readonly algorithm: Extract<AlgorithmName, `HS${string}`>;
  /** The bytes, or a text whose UTF-8 bytes are the secret. */
  readonly secret: Uint8Array | string;
  /** The id that tokens name the secret by. */
  readonly kid?: string | undefined;
  /** Takes a secret shorter than the hash. For old secrets that cannot be changed: such tokens can be forged. */
  readonly unsafeAllowWeakSecret?: boolean | undefined;
}

const rules: OptionRules<ImportSecretOptions> = {
  algorithm: required((value) =>
    typeof value === 'string' && value.startsWith('HS')
      ? anAlgorithmName(value)
      : `must be "HS256", "HS384" or "HS512", not ${describe(value)}`,
  ),
  secret: required((value) =>
    typeof value === 'string' || value instanceof Uint8Array
      ? undefined
      : `must be a string or bytes, not ${describe(value)}`,
  ),
  kid: optional(aNonEmptyString),
  unsafeAllowWeakSecret: optional(aBoolean),
};

/**
 * An HMAC secret, to sign and to verify with (RFC 7518 section 3.2). The bytes are copied.
 *
 * @throws {UsageError} `invalid_options` for options that are wrong by themselves; `invalid_key` for what is
 * no secret but a key: PEM, DER, JWK, JWK set, OpenSSH (rows J4 and J5); `weak_key` for a secret shorter than the
 * hash, and for an empty one whatever the options (row J6).
 */
export function importSecret(options: ImportSecretOptions): SecretKey {
  const subject = 'importSecret';
  const { algorithm, secret, kid, unsafeAllowWeakSecret } = checkOptions(subject, options, rules);
  const row = algorithmNamed(algorithm);
  const bytes = typeof secret === 'string' ? Buffer.from(secret, 'utf8') : Buffer.from(secret);
  const minBytes = row.keyType !== 'oct' || unsafeAllowWeakSecret === true ? 1 : row.hashBytes;
  if (bytes.length < minBytes) {
    throw new UsageError('weak_key', subject, [
      `the secret has ${bytes.length} bytes, fewer than the ${minBytes} that ${algorithm} needs`,
    ]);
  }
  const recognised = recogniseKey(bytes);
  if (recognised !== undefined) {
    throw new UsageError('invalid_key', subject, [`the secret is ${recognised}, which others may know`]);
  }
  return createKey('secret', kid, row, createSecretKey(bytes));
}
