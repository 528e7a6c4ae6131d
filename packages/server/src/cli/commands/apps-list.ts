import { Command } from 'commander';
import type { App } from '../../domain/app.js';
import type { AppService } from '../../services/app-service.js';
import { appAsJson } from '../app-view.js';
import type { Cli } from '../cli.js';
import { withApps } from '../open-authority.js';
import { addSettingOptions } from '../setting-options.js';

const PAGE_SIZE = 500;

export function appsListCommand(cli: Cli): Command {
  const command = new Command('list')
    .description('print all apps, ordered by id')
    .option('--json', 'print JSON')
    .action(async (options: Readonly<Record<string, unknown>>) => {
      await withApps(options, cli, async (service, { issuer }) => {
        const apps = await listAll(service);
        if (apps.length === 0) cli.output.status('There is no app yet: countersign apps create --help');
        const lines = apps.map((app) => `${app.id}  ${app.name}  ${app.redirectUrl}`);
        cli.output.result({ apps: apps.map((app) => appAsJson(app, issuer)) }, lines);
      });
    });
  return addSettingOptions(command, 'storage');
}

async function listAll(service: AppService): Promise<readonly App[]> {
  const apps: App[] = [];
  for (;;) {
    const page = await service.list({ afterId: apps.at(-1)?.id ?? null, limit: PAGE_SIZE });
    apps.push(...page);
    if (page.length < PAGE_SIZE) return apps;
  }
}
