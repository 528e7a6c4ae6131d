import { Command } from 'commander';
import type { Cli } from '../cli.js';
import { EXIT_CODES } from '../exit-codes.js';
import { ExitWith } from '../exit-with.js';
import { findOrigin, runCurl } from '../run-curl.js';
import { addSigningOptions, type SigningOptions, signerOf } from '../signing-options.js';

interface CurlOptions extends SigningOptions {
  readonly audience?: string;
}

export function curlCommand(cli: Cli): Command {
  const command = new Command('curl')
    .description('run curl with a token added; other programs on this machine do not see it')
    .argument('<arguments...>', 'what curl is given, after --; its one https URL among it')
    .option('--audience <name>', 'the service that is called (default: the origin of the URL)')
    .option('--json', 'print failures of this program as JSON');
  return addSigningOptions(command).action(async (curlArguments: readonly string[], options: CurlOptions) => {
    const origin = findOrigin(curlArguments);
    const audience = options.audience ?? origin;
    const token = await signerOf(options).signAsync({ audience, claims: options.claim });
    const exitCode = await runCurl(curlArguments, { token, origin, environment: cli.terminal.environment });
    if (exitCode !== EXIT_CODES.ok) throw new ExitWith(exitCode);
  });
}
