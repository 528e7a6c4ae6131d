import { Command } from 'commander';
import type { Cli } from '../cli.js';
import { withApps } from '../open-authority.js';
import { addSettingOptions } from '../setting-options.js';

export function appsWithdrawKeyCommand(cli: Cli): Command {
  const command = new Command('withdraw-key')
    .description(
      'for a key that somebody else may have: every token it signed fails; caches elsewhere may serve it for another five minutes',
    )
    .argument('<id>')
    .argument('<kid>')
    .option('--json', 'print JSON')
    .action(async (id: string, kid: string, options: Readonly<Record<string, unknown>>) => {
      await withApps(options, cli, async (apps) => {
        const { currentKid, nextKid } = await apps.withdrawKey(id, kid);
        cli.output.result({ id, withdrawn: kid, currentKid, nextKid }, [
          `Withdrew ${kid}. ${id} signs with key ${currentKid}; ${nextKid} is published as the next one.`,
        ]);
      });
    });
  return addSettingOptions(command, 'storage');
}
