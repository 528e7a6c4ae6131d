import { Command, type Command as CommandType, InvalidArgumentError, Option } from 'commander';
import { importPrivateKey } from 'countersign';
import {
  type ApiTokenAlgorithm,
  createApiTokenEncoder,
  type ExtraDefinition,
  type Policy,
  parsePolicy,
  type WireProfile,
} from 'countersign/api-token';
import type { Cli } from '../cli.js';
import { CliUsageError } from '../describe-failure.js';
import { SIGNING_ALGORITHMS, toSeconds } from '../signing-options.js';
import { readSecretTextFile, readTextFile } from '../text-files.js';

type GivenExtras = ReadonlyMap<string, readonly string[]>;

interface TokenApiOptions {
  readonly policy: string;
  readonly kind: string;
  readonly subject: string;
  readonly extra?: GivenExtras;
  readonly lifetime?: number;
  readonly profile: WireProfile;
  readonly audience?: string;
  readonly keyFile: string;
  readonly kid?: string;
  readonly algorithm: ApiTokenAlgorithm;
}

export function tokenApiCommand(cli: Cli): CommandType {
  return new Command('api')
    .description('print an API token that says no more than a policy allows')
    .requiredOption('--policy <file>', 'the policy, in JSON')
    .requiredOption('--kind <name>', 'a kind of the policy')
    .requiredOption('--subject <id>', 'whom the token is for')
    .option('--extra <name=value>', 'an extra; several times, also for each item of a list', collectExtra)
    .option('--lifetime <duration>', 'default: 1h', toSeconds)
    .option('--audience <name>', 'the service that is to take the token (default: any)')
    .addOption(
      new Option('--profile <name>', 'how the token is written')
        .choices(['native', 'api_jwt'])
        .default('native'),
    )
    .option('--json', 'print JSON')
    .optionsGroup('Signing:')
    .requiredOption('--key-file <file>', 'private key in PEM')
    .option('--kid <id>', 'key id (default: the thumbprint of the key)')
    .addOption(
      new Option('--algorithm <name>', 'what the key is for').choices(SIGNING_ALGORITHMS).default('RS256'),
    )
    .action(async (options: TokenApiOptions) => {
      const token = await encode(options);
      cli.output.result({ token }, [token]);
    });
}

/** @throws CliUsageError, UsageError */
function encode(options: TokenApiOptions): Promise<string> {
  const { kind, subject, profile, audience, algorithm, kid, lifetime, extra = new Map() } = options;
  for (const name of ['kind', 'expiresInSeconds']) {
    if (extra.has(name))
      throw new CliUsageError(`--extra ${name}: no extra has this name. Use --kind and --lifetime.`);
  }
  const policy = parsePolicy(readTextFile(options.policy));
  const pem = readSecretTextFile(options.keyFile);
  const key = importPrivateKey({ pem, algorithm, kid });
  const encoder = createApiTokenEncoder({ policy, key, profile, audience });
  return encoder.encodeAsync(subject, { ...typed(policy, extra), kind, expiresInSeconds: lifetime });
}

/** What the command line gives as text, in the types of the policy; which extras and values there are it leaves to it. */
function typed(policy: Policy, given: GivenExtras) {
  const extras = new Map(Object.entries(policy.definition.extras));
  return Object.fromEntries(
    [...given].map(([name, values]) => [name, toValue(name, extras.get(name)?.type, values)]),
  );
}

function toValue(name: string, type: ExtraDefinition['type'] | undefined, values: readonly string[]) {
  if (type === 'list') return values;
  const [text = '', ...more] = values;
  if (more.length > 0) throw new CliUsageError(`--extra ${name} was given more than once, and is no list.`);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return type === 'json' ? parseJson(name, text) : text;
}

function parseJson(name: string, text: string) {
  try {
    return JSON.parse(text);
  } catch {
    throw new CliUsageError(`--extra ${name} must be JSON: the policy gives it the type json.`);
  }
}

function collectExtra(text: string, before: GivenExtras = new Map()): GivenExtras {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('It must be a name, an equals sign and a value.');
  const name = text.slice(0, equals);
  return new Map(before).set(name, [...(before.get(name) ?? []), text.slice(equals + 1)]);
}
