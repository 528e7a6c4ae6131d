import { Command, Option } from 'commander';
import { importPrivateKey } from 'countersign';
import {
  type AccessTokenAlgorithm,
  createAccessTokenGenerator,
  createAccessTokenSigner,
} from 'countersign/access-token';
import type { Cli } from '../cli.js';
import { CliUsageError } from '../describe-failure.js';
import { SIGNING_ALGORITHMS, toSeconds } from '../signing-options.js';
import { readSecretBytesFile, readSecretTextFile } from '../text-files.js';

interface TokenAccessOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly userId?: string;
  readonly subject?: string;
  readonly audience?: readonly string[];
  readonly scope?: readonly string[];
  readonly lifetime?: number;
  readonly keyFile?: string;
  readonly kid?: string;
  readonly algorithm?: AccessTokenAlgorithm;
  readonly secretFile?: string;
}

export function tokenAccessCommand(cli: Cli): Command {
  return new Command('access')
    .description('print an OAuth 2.0 access token, under a private key (RFC 9068) or a secret (PyJOAT)')
    .requiredOption('--issuer <name>', 'the authorization server, or provider')
    .requiredOption('--client-id <id>', 'the application that is to have the token')
    .option('--subject <id>', 'who granted access: the user, or the client itself')
    .option('--user-id <id>', 'the same')
    .option(
      '--audience <name>',
      'with --key-file: who is to take the token; may be given several times',
      collect,
    )
    .option('--scope <scope>', 'may be given several times', collect)
    .option('--lifetime <duration>', 'default: 1h', toSeconds)
    .option('--json', 'print JSON')
    .optionsGroup('Signing:')
    .option('--key-file <file>', 'private key in PEM')
    .option('--kid <id>', 'key id for the header (default: none)')
    .addOption(
      new Option('--algorithm <name>', 'what the key is for (default: RS256)').choices(SIGNING_ALGORITHMS),
    )
    .option('--secret-file <file>', 'secret of at least 32 bytes; a line break at its end is left out')
    .action(async (options: TokenAccessOptions) => {
      const token = await sign(options);
      cli.output.result({ token }, [token]);
    });
}

/** @throws CliUsageError, UsageError */
async function sign(options: TokenAccessOptions): Promise<string> {
  const { keyFile, secretFile, subject, userId } = options;
  const who = subject ?? userId;
  if (who === undefined || (subject !== undefined && userId !== undefined))
    throw new CliUsageError('Give --subject or --user-id: they are the same.');
  if (keyFile !== undefined && secretFile === undefined) return signWithKey(options, keyFile, who);
  if (secretFile !== undefined && keyFile === undefined) return signWithSecret(options, secretFile, who);
  throw new CliUsageError('Give --key-file or --secret-file: a token is signed with one of them.');
}

function signWithKey(options: TokenAccessOptions, keyFile: string, subject: string): Promise<string> {
  const { issuer, clientId, audience, scope, lifetime, kid, algorithm = 'RS256' } = options;
  if (audience === undefined)
    throw new CliUsageError('--key-file needs --audience: a token says who is to take it.');
  const key = importPrivateKey({ pem: readSecretTextFile(keyFile), algorithm, kid });
  const signer = createAccessTokenSigner({ key, issuer });
  const [only = '', ...others] = audience;
  return signer.signAsync({
    subject,
    clientId,
    audience: others.length === 0 ? only : audience,
    scope,
    lifetimeSeconds: lifetime,
  });
}

function signWithSecret(options: TokenAccessOptions, secretFile: string, userId: string): string {
  const { issuer, clientId, audience, scope = [], lifetime, kid, algorithm } = options;
  if (audience !== undefined || kid !== undefined || algorithm !== undefined)
    throw new CliUsageError(
      '--audience, --kid and --algorithm belong to --key-file: under a secret the client is the audience.',
    );
  const secret = withoutLineBreak(readSecretBytesFile(secretFile));
  const generator = createAccessTokenGenerator({ provider: issuer, secret: () => secret });
  return generator.issue({ clientId, userId, scope, lifetimeSeconds: lifetime });
}

function withoutLineBreak(bytes: Uint8Array): Uint8Array {
  if (bytes.at(-1) !== 0x0a) return bytes;
  return bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1);
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
