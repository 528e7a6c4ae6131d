import { Command } from 'commander';
import { type AppOptions, addAppOptions, appSettingsOf } from '../app-options.js';
import { appAsJson, appAsLines } from '../app-view.js';
import type { Cli } from '../cli.js';
import { CliUsageError } from '../describe-failure.js';
import { withApps } from '../open-authority.js';
import { addSettingOptions } from '../setting-options.js';

export function appsUpdateCommand(cli: Cli): Command {
  const command = new Command('update')
    .description('change settings of an app; what is not given stays')
    .argument('<id>')
    .option('--json', 'print JSON')
    .action(async (id: string, options: AppOptions) => {
      const changes = appSettingsOf(options);
      if (Object.keys(changes).length === 0)
        throw new CliUsageError('Nothing to change: give at least one setting of the app, such as --name.');
      await withApps(options, cli, async (apps, { issuer }) => {
        const app = await apps.update(id, changes);
        cli.output.result(appAsJson(app, issuer), appAsLines(app, issuer));
      });
    });
  return addSettingOptions(addAppOptions(command, { forNew: false }), 'storage');
}
