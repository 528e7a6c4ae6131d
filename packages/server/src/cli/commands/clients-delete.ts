import { Command } from 'commander';
import type { Cli } from '../cli.js';
import { CliUsageError } from '../describe-failure.js';
import { withClients } from '../open-authority.js';
import { addSettingOptions } from '../setting-options.js';

interface DeleteOptions extends Readonly<Record<string, unknown>> {
  readonly yes?: boolean;
}

export function clientsDeleteCommand(cli: Cli): Command {
  const command = new Command('delete')
    .description('delete a client, and revoke everything it was granted, for good')
    .argument('<id>')
    .option('--yes', 'really')
    .option('--json', 'print JSON')
    .action(async (id: string, options: DeleteOptions) => {
      await withClients(options, cli, async (clients) => {
        const { name } = await clients.require(id);
        if (options.yes !== true)
          throw new CliUsageError(
            `This deletes ${JSON.stringify(name)} and revokes what it was granted, for good. Add --yes to do it.`,
          );
        await clients.delete(id);
        cli.output.result({ deleted: id }, [`Deleted ${JSON.stringify(name)} (${id}).`]);
      });
    });
  return addSettingOptions(command, 'storage');
}
