/** A private key source over one key that is given once. */
import { UsageError } from '../core/errors.js';
import { describe } from '../core/options.js';
import type { AlgorithmName } from './algorithms.js';
import type { ImportKeyOptions, KeyInput } from './import-key.js';
import { importPrivateKey } from './import-key.js';
import type { Key } from './key.js';
import { isKey } from './key.js';
import { parseKeyId } from './key-id.js';
import type { PrivateKeySource } from './private-key-source.js';

/** A key in one of the forms that importPrivateKey takes, or the bytes of a PEM file, with the id it is known by. */
export type StaticPrivateKeyInput = (KeyInput | { readonly pem: Uint8Array }) & { readonly kid: string };

/**
 * A source that gives the same key to every issuer. The key is imported for the algorithm of the signer when it is
 * first asked for.
 *
 * @throws {UsageError} `invalid_options` for a key id that is none; later, from `load`, what
 * {@link importPrivateKey} throws for a key that cannot be read or is not for the algorithm.
 */
export function createStaticPrivateKey(input: StaticPrivateKeyInput): PrivateKeySource {
  const subject = 'createStaticPrivateKey';
  if (typeof input !== 'object' || input === null || isKey(input)) {
    throw new UsageError('invalid_options', subject, [
      `an object with kid and pem, der, jwk or keyObject is needed, not ${isKey(input) ? 'a key: give that to the signer' : describe(input)}`,
    ]);
  }
  const parsed = parseKeyId(input.kid);
  if (!parsed.ok) throw new UsageError('invalid_options', subject, [`kid ${parsed.problem}`]);
  const given = Object.freeze({ ...input });
  const imported = new Map<AlgorithmName, Key<'private'>>();
  return Object.freeze({
    load(_issuer: string, algorithm: AlgorithmName): Key<'private'> {
      const known = imported.get(algorithm);
      if (known !== undefined) return known;
      const key = importPrivateKey({ ...withTextPem(given), algorithm } as ImportKeyOptions);
      imported.set(algorithm, key);
      return key;
    },
  });
}

function withTextPem(input: StaticPrivateKeyInput): object {
  return 'pem' in input && input.pem instanceof Uint8Array
    ? { ...input, pem: Buffer.from(input.pem).toString('utf8') }
    : input;
}
