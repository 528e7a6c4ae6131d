import { Command } from 'commander';
import type { Cli } from '../cli.js';
import { addSigningOptions, type SigningOptions, signerOf } from '../signing-options.js';

interface TokenOptions extends SigningOptions {
  readonly audience: string;
}

export function tokenAsapCommand(cli: Cli): Command {
  const command = new Command('asap')
    .description('print a token that proves to another service who is calling')
    .requiredOption('--audience <name>', 'the service that is called')
    .option('--json', 'print JSON');
  return addSigningOptions(command).action(async (options: TokenOptions) => {
    const signer = signerOf(options);
    const token = await signer.signAsync({ audience: options.audience, claims: options.claim });
    cli.output.result({ token }, [token]);
  });
}
