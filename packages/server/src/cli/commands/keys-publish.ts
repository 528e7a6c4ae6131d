import { Command } from 'commander';
import { parseKeyId } from 'countersign/asap';
import { normalisePublicKey } from '../../services/public-key-pem.js';
import type { Cli } from '../cli.js';
import { CliUsageError } from '../describe-failure.js';
import { withKeys } from '../open-authority.js';
import { addRemoteOptions } from '../remote-options.js';
import { changeRemoteKey, type RemoteOptions } from '../remote-repository.js';
import { addSettingOptions } from '../setting-options.js';
import { readTextFile } from '../text-files.js';

interface PublishOptions extends RemoteOptions {
  readonly file: string;
}

export function keysPublishCommand(cli: Cli): Command {
  const command = new Command('publish')
    .description('publish a public key, in the data folder or with --url at an authority elsewhere')
    .argument('<kid>', 'key id, <issuer>/<name>; never changes its key')
    .requiredOption('--file <file>', 'the public key in PEM')
    .option('--json', 'print JSON')
    .action(async (kid: string, options: PublishOptions) => {
      const pem = readTextFile(options.file);
      // Said here already, so that it never leaves the machine.
      if (/PRIVATE KEY/i.test(pem))
        throw new CliUsageError(`${options.file} holds a private key: publish the public one.`);
      const outcome = await publish(kid, pem, options, cli);
      cli.output.result({ kid, outcome }, [
        outcome === 'created' ? `Published ${kid}.` : `${kid} was published already, with this key.`,
      ]);
    });
  return addSettingOptions(addRemoteOptions(command), 'storage');
}

async function publish(kid: string, pem: string, options: PublishOptions, cli: Cli): Promise<string> {
  if (options.url === undefined) return withKeys(options, cli, (keys) => keys.publish({ kid, pem }));
  requireKeyId(kid);
  // Nothing but the key itself leaves the machine, whatever else the file holds and in whatever form (A4).
  const change = { method: 'PUT', kid, pem: normalisePublicKey(pem) } as const;
  const status = await changeRemoteKey(options.url, change, options, cli.terminal);
  return status === 201 ? 'created' : 'unchanged';
}

/** @throws CliUsageError for what must not become part of a URL */
export function requireKeyId(kid: string): void {
  const parsed = parseKeyId(kid);
  if (!parsed.ok) throw new CliUsageError(`The key id ${parsed.problem}.`);
}
