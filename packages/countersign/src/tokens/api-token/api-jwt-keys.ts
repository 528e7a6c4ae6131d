/** The keys of the object with the original's shape: PEM texts in, a ring and a private key out (rows POL-26 to 29). */
import { UsageError } from '../../core/errors.js';
import { aNonEmptyString, stringOrStrings } from '../../core/option-rules.js';
import type { OptionRules } from '../../core/options.js';
import { checkOptions, optional, required } from '../../core/options.js';
import { exportPublicPem } from '../../keys/export-key.js';
import { importPrivateKey, importPublicKey } from '../../keys/import-key.js';
import type { Key } from '../../keys/key.js';
import { privateKeyRule } from './api-token-encoder.js';
import type { ApiTokenKeyRing } from './api-token-key-ring.js';
import { createApiTokenKeyRing } from './api-token-key-ring.js';
import { readPemList } from './read-pem-list.js';

export interface PemKeys {
  readonly publicKeys?: string | readonly string[] | undefined;
  readonly privateKey?: string | undefined;
}

export const pemRules: OptionRules<PemKeys> = {
  publicKeys: optional(stringOrStrings),
  privateKey: optional(aNonEmptyString),
};

export interface ApiJwtKeys {
  readonly ring: ApiTokenKeyRing;
  readonly privateKey: Key<'private'> | undefined;
  override(keys: PemKeys): void;
  add(publicKeys: string | readonly string[]): void;
  reset(): void;
}

/** @throws {UsageError} `invalid_options` with every problem of either half. A refused change changes nothing. */
export function createApiJwtKeys(subject: string, given: PemKeys): ApiJwtKeys {
  const first = readKeys(subject, given);
  let { privateKey } = first;
  const ring = createApiTokenKeyRing(publicKeysOf(subject, first));
  return {
    ring,
    get privateKey() {
      return privateKey;
    },
    override(keys) {
      // A misspelt name must not leave the old keys in place without a word.
      const read = readKeys('overrideKeys', checkOptions('overrideKeys', keys, pemRules));
      if (read.publicKeys.length > 0) ring.replace(read.publicKeys);
      privateKey = read.privateKey ?? privateKey;
    },
    add(publicKeys) {
      const given = checkOptions('addPublicKeys', { publicKeys }, { publicKeys: required(stringOrStrings) });
      ring.add(readKeys('addPublicKeys', given).publicKeys);
    },
    reset() {
      ring.reset();
      privateKey = first.privateKey;
    },
  };
}

interface ReadKeys {
  readonly publicKeys: readonly Key<'public'>[];
  readonly privateKey: Key<'private'> | undefined;
}

function readKeys(subject: string, { publicKeys, privateKey }: PemKeys): ReadKeys {
  const problems: string[] = [];
  const read = <Result>(name: string, use: () => Result): Result | undefined => {
    try {
      return use();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(...error.problems.map((problem) => `${name}: ${problem}`));
      return undefined;
    }
  };
  const readPrivate = (pem: string) => {
    const key = importPrivateKey({ pem, algorithm: 'RS256' });
    const problem = privateKeyRule(key);
    if (problem !== undefined) problems.push(`privateKey ${problem}`);
    return key;
  };
  const keys = {
    publicKeys:
      publicKeys === undefined ? [] : (read('publicKeys', () => pemsOf(publicKeys).map(readPublic)) ?? []),
    privateKey: privateKey === undefined ? undefined : read('privateKey', () => readPrivate(privateKey)),
  };
  if (problems.length > 0) throw new UsageError('invalid_options', subject, problems);
  return keys;
}

const readPublic = (pem: string) => importPublicKey({ pem, algorithm: 'RS256' });

/** One text is one key, or a JSON array: never a list of characters (row POL-27). */
function pemsOf(publicKeys: string | readonly string[]): readonly string[] {
  return typeof publicKeys === 'string' ? readPemList(publicKeys) : publicKeys;
}

function publicKeysOf(subject: string, { publicKeys, privateKey }: ReadKeys): readonly Key<'public'>[] {
  if (publicKeys.length > 0) return publicKeys;
  if (privateKey !== undefined) return [readPublic(exportPublicPem(privateKey))];
  throw new UsageError('invalid_options', subject, [
    'publicKeys or privateKey must be given: without keys every token would be refused, or anybody could sign',
  ]);
}
