import { Command } from 'commander';
import type { Cli } from '../cli.js';
import { clientAsJson, clientAsLines } from '../client-view.js';
import { withClients } from '../open-authority.js';
import { addSettingOptions } from '../setting-options.js';

export function clientsShowCommand(cli: Cli): Command {
  const command = new Command('show')
    .description('print one client')
    .argument('<id>')
    .option('--json', 'print JSON')
    .action(async (id: string, options: Readonly<Record<string, unknown>>) => {
      await withClients(options, cli, async (clients) => {
        const client = await clients.require(id);
        cli.output.result(clientAsJson(client), clientAsLines(client));
      });
    });
  return addSettingOptions(command, 'storage');
}
