import { Command } from 'commander';
import type { Cli } from '../cli.js';
import { addSettingOptions } from '../setting-options.js';
import { withAuthorityKeys } from '../with-authority-keys.js';

interface RotateOptions extends Readonly<Record<string, unknown>> {
  readonly force?: boolean;
}

export function keysAuthorityRotateCommand(cli: Cli): Command {
  const command = new Command('rotate')
    .description(
      'sign with the next key from now on; the old one stays published until its last token has expired',
    )
    .option('--force', 'also where others may have copies of the key set without the next key')
    .option('--json', 'print JSON')
    .action(async (options: RotateOptions) => {
      const force = options.force === true;
      const rotated = await withAuthorityKeys(options, cli, (keys) => keys.rotate({ force }));
      const { currentKid, nextKid } = rotated;
      cli.output.result({ currentKid, nextKid }, [
        `The authority signs with key ${currentKid} now; ${nextKid} is published as the next one.`,
      ]);
    });
  return addSettingOptions(command, 'storage');
}
