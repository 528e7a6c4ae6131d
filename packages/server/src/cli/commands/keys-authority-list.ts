import { Command } from 'commander';
import type { ListedKey } from '../../services/oauth/authority-keys.js';
import type { Cli } from '../cli.js';
import { addSettingOptions } from '../setting-options.js';
import { withAuthorityKeys } from '../with-authority-keys.js';

export function keysAuthorityListCommand(cli: Cli): Command {
  const command = new Command('list')
    .description('print the published keys: the one that signs, the next one, and those that signed before')
    .option('--json', 'print JSON')
    .action(async (options: Readonly<Record<string, unknown>>) => {
      const keys = await withAuthorityKeys(options, cli, (authority) => authority.list());
      if (keys.length === 0)
        cli.output.status('The authority has no keys yet: it makes them when it starts.');
      cli.output.result({ keys }, keys.map(asLine));
    });
  return addSettingOptions(command, 'storage');
}

function asLine({ kid, algorithm, state, createdAt, retiresAt }: ListedKey): string {
  const line = `${kid}  ${algorithm}  ${state}, made ${isoTime(createdAt)}`;
  return retiresAt === null ? line : `${line}, published until ${isoTime(retiresAt)}`;
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
