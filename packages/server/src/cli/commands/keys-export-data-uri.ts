import { Command } from 'commander';
import { exportPrivateKeyDataUri } from 'countersign/asap';
import type { Cli } from '../cli.js';
import { addPrivateKeyOptions, privateKeyOf, type SigningOptions } from '../signing-options.js';

export function keysExportDataUriCommand(cli: Cli): Command {
  const command = new Command('export-data-uri')
    .description('print a private key and its id in one line, to be kept as secret as the key')
    .option('--json', 'print JSON');
  return addPrivateKeyOptions(command).action((options: SigningOptions) => {
    const { source, issuer, algorithm } = privateKeyOf(options);
    const key = source.load(issuer, algorithm);
    const dataUri = exportPrivateKeyDataUri(key);
    cli.output.result({ kid: key.kid, dataUri }, [dataUri]);
  });
}
