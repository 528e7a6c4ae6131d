/** The options of commands that look at tokens: what the service expects, and where public keys are. */
import { type Command, InvalidArgumentError } from 'commander';
import {
  createPemRepository,
  createRepositoryChain,
  importPublicKey,
  type KeyLookup,
  type KeySource,
  TokenError,
  UsageError,
} from 'countersign';
import type { AsapAlgorithm } from 'countersign/asap';
import { CliUsageError } from './describe-failure.js';
import { SIGNING_ALGORITHMS, toSeconds } from './signing-options.js';
import { readTextFile } from './text-files.js';

export interface VerifyingOptions {
  readonly audience?: readonly string[];
  readonly issuer?: readonly string[];
  readonly keysUrl?: readonly string[];
  readonly keyFile?: string;
  readonly tolerance?: number;
  readonly anySubject?: boolean;
  readonly algorithm?: readonly AsapAlgorithm[];
}

export function addVerifyingOptions(command: Command): Command {
  return command
    .optionsGroup('What the service expects:')
    .option('--audience <name>', 'a name of the service; may be given several times', collect)
    .option('--issuer <name>', 'a service that may come in (default: any); several times', collect)
    .option('--tolerance <duration>', 'how far clocks may differ (default: 0s)', toSeconds)
    .option('--any-subject', 'the subject need not be the issuer')
    .option(
      '--algorithm <name>',
      'accepted (default: the nine of the protocol); several times',
      collectAlgorithm,
    )
    .optionsGroup('Public keys:')
    .option('--keys-url <url>', 'repository of PEM files; several times, for one after the other', collect)
    .option('--key-file <file>', 'the public key in PEM, whatever id the token gives it');
}

/** @throws CliUsageError, UsageError */
export function keysOf({ keysUrl, keyFile, algorithm }: VerifyingOptions): KeySource | undefined {
  if (keysUrl !== undefined && keyFile !== undefined)
    throw new CliUsageError('Give --keys-url or --key-file, not both.');
  if (keyFile !== undefined) return keyFromFile(keyFile);
  if (keysUrl === undefined) return undefined;
  return createRepositoryChain(keysUrl.map((baseUrl) => repositoryAt(baseUrl, algorithm)));
}

function repositoryAt(baseUrl: string, algorithms: VerifyingOptions['algorithm']): KeySource {
  try {
    return createPemRepository({ baseUrl, algorithms, allowHttpLoopback: true });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const problems = error.problems.map((problem) => problem.replace(/^baseUrl /, '--keys-url '));
    throw new CliUsageError(problems.join('; ').replace(', with allowHttpLoopback', ''));
  }
}

function keyFromFile(path: string): KeySource {
  const pem = readTextFile(path);
  if (/PRIVATE KEY/i.test(pem))
    throw new CliUsageError(`${path} holds a private key: a token is checked with the public one.`);
  if (!pem.includes('-----BEGIN ')) throw new CliUsageError(`${path} holds no public key in PEM.`);
  const find = ({ algorithm, kid }: KeyLookup) => {
    try {
      return importPublicKey({ pem, algorithm, kid });
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new TokenError('key_not_found', `the key of the file: ${error.problems.join('; ')}`);
    }
  };
  return { peek: () => undefined, resolve: async (lookup) => find(lookup) };
}

function collectAlgorithm(name: string, before: readonly AsapAlgorithm[] = []): readonly AsapAlgorithm[] {
  const algorithm = SIGNING_ALGORITHMS.find((known) => known === name);
  if (algorithm === undefined)
    throw new InvalidArgumentError(`Allowed choices are ${SIGNING_ALGORITHMS.join(', ')}.`);
  return [...before, algorithm];
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
