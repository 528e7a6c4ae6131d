import { Command } from 'commander';
import type { Cli } from '../cli.js';
import { withKeys } from '../open-authority.js';
import { addSettingOptions } from '../setting-options.js';

export function keysExportCommand(cli: Cli): Command {
  const command = new Command('export')
    .description(
      'make a folder hold the published keys, for a static file host; takes revoked ones out of it',
    )
    .argument('<folder>')
    .option('--json', 'print JSON')
    .action(async (folder: string, options: Readonly<Record<string, unknown>>) => {
      const done = await withKeys(options, cli, (keys) => keys.exportTo(folder));
      const { written, unchanged, removed, skipped } = done;
      cli.output.result({ ...done }, [
        `${folder}: ${written} written, ${unchanged} unchanged, ${removed} removed`,
        ...skipped.map(({ kid, reason }) => `Skipped: ${kid} ${reason}`),
      ]);
    });
  return addSettingOptions(command, 'storage');
}
