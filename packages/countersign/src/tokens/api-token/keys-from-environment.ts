/** Keys from environment variables, as the originals are commonly configured: PEM in base64 (row POL-30). */
import { UsageError } from '../../core/errors.js';
import { aNonEmptyString } from '../../core/option-rules.js';
import type { OptionRules } from '../../core/options.js';
import { checkOptions, describe, optional, required } from '../../core/options.js';
import { anAlgorithmName } from '../../keys/algorithms.js';
import { importPrivateKey, importPublicKey } from '../../keys/import-key.js';
import type { Key } from '../../keys/key.js';
import type { ApiTokenAlgorithm } from './api-token-algorithms.js';
import { readPemList } from './read-pem-list.js';

export interface KeysFromEnvironmentOptions {
  /** Such as `process.env`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The variable with the private key. */
  readonly privateKey?: string | undefined;
  /** The variable with the public keys: one, or a JSON array of several. */
  readonly publicKeys?: string | undefined;
  /** What all of them are for. Default RS256. */
  readonly algorithm?: ApiTokenAlgorithm | undefined;
}

export interface EnvironmentKeys {
  /** Undefined where its variable was not asked for. */
  readonly privateKey: Key<'private'> | undefined;
  /** Empty where their variable was not asked for. */
  readonly publicKeys: readonly Key<'public'>[];
}

const rules: OptionRules<KeysFromEnvironmentOptions> = {
  environment: required((value) =>
    typeof value === 'object' && value !== null ? undefined : `must be an object, not ${describe(value)}`,
  ),
  privateKey: optional(aNonEmptyString),
  publicKeys: optional(aNonEmptyString),
  algorithm: optional(anAlgorithmName),
};

/**
 * The keys that the named variables hold, each as PEM or as base64 of PEM. The keys have no id.
 *
 * @throws {UsageError} `invalid_options` with every problem found, by the name of the variable: one that is not set or
 * empty, and a key that cannot be read or is too weak. The message never holds the value.
 */
export function readKeysFromEnvironment(options: KeysFromEnvironmentOptions): EnvironmentKeys {
  const subject = 'readKeysFromEnvironment';
  const checked = checkOptions(subject, options, rules, ({ privateKey, publicKeys }) =>
    privateKey === undefined && publicKeys === undefined
      ? ['privateKey or publicKeys must name a variable']
      : [],
  );
  const { algorithm = 'RS256' } = checked;
  const problems: string[] = [];
  const read = <Result>(name: string, use: (text: string) => Result): Result | undefined => {
    const text = checked.environment[name];
    if (text === undefined || text.trim() === '') problems.push(`${name} is not set`);
    else {
      try {
        return use(text);
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        problems.push(...error.problems.map((problem) => `${name}: ${problem}`));
      }
    }
    return undefined;
  };
  const privateKey =
    checked.privateKey === undefined
      ? undefined
      : read(checked.privateKey, (text) => importPrivateKey({ pem: fromBase64(text), algorithm }));
  const publicKeys =
    checked.publicKeys === undefined
      ? []
      : read(checked.publicKeys, (text) =>
          readPemList(fromBase64(text)).map((pem) => importPublicKey({ pem: fromBase64(pem), algorithm })),
        );
  if (problems.length > 0) throw new UsageError('invalid_options', subject, problems);
  return Object.freeze({ privateKey, publicKeys: Object.freeze(publicKeys ?? []) });
}

/** The text itself where it is no base64: a PEM has dashes, a JSON array has brackets. */
function fromBase64(text: string): string {
  const compact = text.replace(/\s+/g, '');
  return /^[A-Za-z0-9+/]+={0,2}$/.test(compact) ? Buffer.from(compact, 'base64').toString('utf8') : text;
}
