import { Command } from 'commander';
import { appAsJson, appAsLines } from '../app-view.js';
import type { Cli } from '../cli.js';
import { withApps } from '../open-authority.js';
import { addSettingOptions } from '../setting-options.js';

export function appsShowCommand(cli: Cli): Command {
  const command = new Command('show')
    .description('print one app')
    .argument('<id>')
    .option('--json', 'print JSON')
    .action(async (id: string, options: Readonly<Record<string, unknown>>) => {
      await withApps(options, cli, async (apps, { issuer }) => {
        const app = await apps.require(id);
        cli.output.result(appAsJson(app, issuer), appAsLines(app, issuer));
      });
    });
  return addSettingOptions(command, 'storage');
}
