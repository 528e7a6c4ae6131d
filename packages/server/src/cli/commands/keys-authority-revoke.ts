import { Command } from 'commander';
import type { Cli } from '../cli.js';
import { addSettingOptions } from '../setting-options.js';
import { withAuthorityKeys } from '../with-authority-keys.js';

export function keysAuthorityRevokeCommand(cli: Cli): Command {
  const command = new Command('revoke')
    .description(
      'for a key that somebody else may have: every token it signed fails; caches elsewhere may serve it for another five minutes',
    )
    .argument('<kid>')
    .option('--json', 'print JSON')
    .action(async (kid: string, options: Readonly<Record<string, unknown>>) => {
      const { currentKid, nextKid } = await withAuthorityKeys(options, cli, (keys) => keys.withdraw(kid));
      cli.output.result({ revoked: kid, currentKid, nextKid }, [
        `Revoked ${kid}. The authority signs with key ${currentKid}; ${nextKid} is published as the next one.`,
      ]);
    });
  return addSettingOptions(command, 'storage');
}
