import { Command } from 'commander';
import type { Cli } from '../cli.js';
import { withApps } from '../open-authority.js';
import { addSettingOptions } from '../setting-options.js';

export function appsRotateKeysCommand(cli: Cli): Command {
  const command = new Command('rotate-keys')
    .description(
      'sign with the next key from now on; the old one stays published until its last token has expired',
    )
    .argument('<id>')
    .option('--json', 'print JSON')
    .action(async (id: string, options: Readonly<Record<string, unknown>>) => {
      await withApps(options, cli, async (apps) => {
        const { currentKid, nextKid } = await apps.rotateKeys(id);
        cli.output.result({ id, currentKid, nextKid }, [
          `${id} signs with key ${currentKid} now; ${nextKid} is published as the next one.`,
        ]);
      });
    });
  return addSettingOptions(command, 'storage');
}
