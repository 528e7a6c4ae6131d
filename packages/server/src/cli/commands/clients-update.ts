import { Command } from 'commander';
import type { Cli } from '../cli.js';
import { addClientOptions, type ClientOptions, clientSettingsOf } from '../client-options.js';
import { clientAsJson, clientAsLines } from '../client-view.js';
import { CliUsageError } from '../describe-failure.js';
import { withClients } from '../open-authority.js';
import { addSettingOptions } from '../setting-options.js';

export function clientsUpdateCommand(cli: Cli): Command {
  const command = new Command('update')
    .description(
      'change settings of a client; what is not given stays, a list that is given replaces the old one',
    )
    .argument('<id>')
    .option('--json', 'print JSON')
    .action(async (id: string, options: ClientOptions) => {
      const changes = clientSettingsOf(options);
      if (Object.keys(changes).length === 0)
        throw new CliUsageError(
          'Nothing to change: give at least one setting of the client, such as --name.',
        );
      await withClients(options, cli, async (clients) => {
        const client = await clients.update(id, changes);
        cli.output.result(clientAsJson(client), clientAsLines(client));
      });
    });
  return addSettingOptions(addClientOptions(command, { forNew: false }), 'storage');
}
