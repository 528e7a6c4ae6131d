/** The options of commands that sign: who is calling, and with which key. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type AlgorithmName, UnavailableError, UsageError } from 'countersign';
import {
  ASAP_ALGORITHMS,
  type AsapAlgorithm,
  type AsapSigner,
  createAsapSigner,
  createPrivateKeyDirectory,
  createStaticPrivateKey,
  type PrivateKeySource,
  parsePrivateKeyDataUri,
} from 'countersign/asap';
import { parseDurationSeconds } from '../config/index.js';
import { CliUsageError } from './describe-failure.js';
import { readSecretTextFile } from './text-files.js';

export interface SigningOptions {
  readonly issuer?: string;
  readonly subject?: string;
  readonly claim?: Readonly<Record<string, string>>;
  readonly lifetime?: number;
  readonly algorithm?: AsapAlgorithm;
  readonly keyDir?: string;
  readonly keyFile?: string;
  readonly kid?: string;
  readonly dataUriFile?: string;
}

/** What services sign with: the protocol's nine, and what a deployment may add to them. */
export const SIGNING_ALGORITHMS: readonly AsapAlgorithm[] = [...ASAP_ALGORITHMS, 'EdDSA'];

/** One for each type of key that there is. */
const ONE_OF_EACH_TYPE: readonly AsapAlgorithm[] = ['RS256', 'ES256', 'ES384', 'ES512', 'EdDSA'];

export function addSigningOptions(command: Command): Command {
  return addPrivateKeyOptions(command)
    .option('--subject <name>', 'sub of the token (default: the issuer)')
    .option('--claim <name=value>', 'a further claim, as a string; may be given several times', collectClaim)
    .option('--lifetime <duration>', 'up to 1h (default: 60s)', toSeconds);
}

export function addPrivateKeyOptions(command: Command): Command {
  return command
    .optionsGroup('Signing:')
    .option('--issuer <name>', 'the service that signs')
    .option('--key-dir <folder>', 'private keys as <folder>/<issuer>/*.pem; the last name is used')
    .option('--key-file <file>', 'one private key in PEM, with --kid')
    .option('--kid <id>', 'key id of --key-file, such as my-service/key-1')
    .option('--data-uri-file <file>', 'file with a private key and its id as a data URI')
    .addOption(
      new Option('--algorithm <name>', 'default: RS256, ES256, ES384, ES512 or EdDSA, as the key is').choices(
        SIGNING_ALGORITHMS,
      ),
    );
}

/** @throws CliUsageError, UsageError, UnavailableError where there is no key */
export function signerOf(options: SigningOptions): AsapSigner {
  const { source, algorithm, issuer } = privateKeyOf(options);
  return createAsapSigner({
    issuer,
    keys: source,
    algorithm,
    algorithms: [algorithm],
    subject: options.subject,
    lifetimeSeconds: options.lifetime,
  });
}

/** Where the key comes from, and what it signs with. Without an issuer the key id tells it. */
export function privateKeyOf(options: SigningOptions) {
  const { source, issuer } = sourceOf(options);
  const algorithm = options.algorithm ?? algorithmOf(source, issuer);
  return { source, issuer, algorithm };
}

function sourceOf({ issuer, keyDir, keyFile, kid, dataUriFile }: SigningOptions) {
  const given = [keyDir, keyFile, dataUriFile].filter((value) => value !== undefined);
  if (given.length !== 1)
    throw new CliUsageError('Give one private key: --key-dir, --key-file with --kid, or --data-uri-file.');
  if ((keyFile === undefined) !== (kid === undefined))
    throw new CliUsageError('--key-file and --kid belong together: the file does not hold the key id.');
  if (keyDir !== undefined) {
    if (issuer === undefined) throw new CliUsageError('--key-dir needs --issuer: it names the folder in it.');
    return { source: createPrivateKeyDirectory({ root: keyDir }), issuer };
  }
  const key =
    keyFile === undefined
      ? parsePrivateKeyDataUri(readSecretTextFile(dataUriFile ?? ''))
      : { kid: kid ?? '', pem: readSecretTextFile(keyFile) };
  return { source: createStaticPrivateKey(key), issuer: issuer ?? key.kid.split('/', 1)[0] ?? '' };
}

/** That of the key that comes last, where there are several. The library never guesses; here a person looks on. */
function algorithmOf(source: PrivateKeySource, issuer: string): AsapAlgorithm {
  let last: { readonly algorithm: AsapAlgorithm; readonly kid: string } | undefined;
  let failure: unknown;
  for (const algorithm of ONE_OF_EACH_TYPE) {
    const kid = keyIdFor(source, issuer, algorithm, (error) => {
      failure ??= error;
    });
    if (kid !== undefined && (last === undefined || kid > last.kid)) last = { algorithm, kid };
  }
  if (last === undefined) throw failure;
  return last.algorithm;
}

function keyIdFor(
  source: PrivateKeySource,
  issuer: string,
  algorithm: AlgorithmName,
  onFailure: (error: unknown) => void,
): string | undefined {
  try {
    return source.load(issuer, algorithm).kid;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof UnavailableError)) throw error;
    onFailure(error);
    return undefined;
  }
}

function collectClaim(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('It must be a name, an equals sign and a value.');
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) };
}

export function toSeconds(text: string): number {
  const parsed = parseDurationSeconds(text);
  if (parsed.problem !== undefined) throw new InvalidArgumentError(`It ${parsed.problem}.`);
  return parsed.value;
}
