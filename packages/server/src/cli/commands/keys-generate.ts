import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { AsapAlgorithm } from 'countersign/asap';
import { createKeyFiles } from '../../services/key-files.js';
import type { Cli } from '../cli.js';
import { CliUsageError } from '../describe-failure.js';
import { alignedLines } from '../output.js';
import { SIGNING_ALGORITHMS } from '../signing-options.js';

interface GenerateOptions {
  readonly issuer: string;
  readonly out: string;
  readonly publicOut?: string;
  readonly name?: string;
  readonly algorithm: AsapAlgorithm;
}

export function keysGenerateCommand(cli: Cli): Command {
  return new Command('generate')
    .description('make a key pair for a service')
    .requiredOption('--issuer <name>', 'the service')
    .requiredOption('--out <folder>', 'gets the private key, as <folder>/<issuer>/<name>.pem')
    .option('--public-out <folder>', 'gets the public key likewise (default: beside, as <name>.pub)')
    .option('--name <name>', 'services sign with the last name (default: the time)')
    .addOption(
      new Option('--algorithm <name>', 'what the key is for').choices(SIGNING_ALGORITHMS).default('ES256'),
    )
    .option('--json', 'print JSON')
    .action(async ({ issuer, out, publicOut, name, algorithm }: GenerateOptions) => {
      if (publicOut !== undefined && resolve(out) === resolve(publicOut))
        throw new CliUsageError('--out and --public-out must differ: one of them is for everybody.');
      const files = await createKeyFiles({
        issuer,
        name: name ?? nameOfNow(),
        algorithm,
        privateFolder: out,
        publicFolder: publicOut ?? null,
      });
      const { kid, privateFile, publicFile } = files;
      cli.output.result(
        { ...files, algorithm },
        alignedLines([
          ['Key id', kid],
          ['Private key', privateFile],
          ['Public key', publicFile],
        ]),
      );
    });
}

/** Later keys come later in the order of names: `20261122T003631Z`. */
function nameOfNow(): string {
  return new Date().toISOString().replace(/[-:]|\.\d+/g, '');
}
