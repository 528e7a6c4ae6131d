import { Command } from 'commander';
import type { Cli } from '../cli.js';
import { CliUsageError } from '../describe-failure.js';
import { withApps } from '../open-authority.js';
import { addSettingOptions } from '../setting-options.js';

interface DeleteOptions extends Readonly<Record<string, unknown>> {
  readonly yes?: boolean;
}

export function appsDeleteCommand(cli: Cli): Command {
  const command = new Command('delete')
    .description('delete an app with its people, keys and refresh tokens, for good')
    .argument('<id>')
    .option('--yes', 'really')
    .option('--json', 'print JSON')
    .action(async (id: string, options: DeleteOptions) => {
      await withApps(options, cli, async (apps) => {
        const { name } = await apps.require(id);
        if (options.yes !== true)
          throw new CliUsageError(
            `This deletes ${JSON.stringify(name)} with its people, keys and refresh tokens, for good. Add --yes to do it.`,
          );
        await apps.delete(id);
        cli.output.result({ deleted: id }, [`Deleted ${JSON.stringify(name)} (${id}).`]);
      });
    });
  return addSettingOptions(command, 'storage');
}
