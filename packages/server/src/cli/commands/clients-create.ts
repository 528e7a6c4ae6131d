import { Command } from 'commander';
import type { Cli } from '../cli.js';
import { addClientOptions, type ClientOptions, clientSettingsOf } from '../client-options.js';
import { clientAsJson, clientAsLines, secretAsLines } from '../client-view.js';
import { withClients } from '../open-authority.js';
import { addSettingOptions } from '../setting-options.js';

export function clientsCreateCommand(cli: Cli): Command {
  const command = new Command('create')
    .description('make a client, and print its secret this once; --name is required')
    .option('--json', 'print JSON')
    .action(async (options: ClientOptions) => {
      await withClients(options, cli, async (clients) => {
        const { client, secret } = await clients.create(clientSettingsOf(options));
        cli.output.result({ ...clientAsJson(client), secret }, [
          ...clientAsLines(client),
          ...(secret === null ? [] : secretAsLines(secret)),
        ]);
      });
    });
  return addSettingOptions(addClientOptions(command, { forNew: true }), 'storage');
}
