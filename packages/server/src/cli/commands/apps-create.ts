import { Command } from 'commander';
import { type AppOptions, addAppOptions, appSettingsOf } from '../app-options.js';
import { appAsJson, appAsLines } from '../app-view.js';
import type { Cli } from '../cli.js';
import { withApps } from '../open-authority.js';
import { addSettingOptions } from '../setting-options.js';

/** The default is that of the original service. */
const OF_QUERY =
  'Tokens will be in the query of the redirect URL, as the original has it. For a new app prefer --delivery code.';

interface CreateOptions extends AppOptions {
  readonly id?: string;
}

export function appsCreateCommand(cli: Cli): Command {
  const command = new Command('create')
    .description('make an app with its first keys; --name and --redirect-url are required')
    .option('--id <uuid>', 'keep the id that clients know already (default: a new one)')
    .option('--json', 'print JSON')
    .action(async (options: CreateOptions) => {
      await withApps(options, cli, async (apps, { issuer }) => {
        const app = await apps.create(appSettingsOf(options), options.id);
        cli.output.result(appAsJson(app, issuer), appAsLines(app, issuer));
        if (options['delivery'] === undefined && app.delivery === 'query') cli.output.status(OF_QUERY);
      });
    });
  return addSettingOptions(addAppOptions(command, { forNew: true }), 'storage');
}
