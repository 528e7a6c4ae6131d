import { Command } from 'commander';
import { DEFAULT_OVERLAP_SECONDS } from '../../services/oauth/clients/client-service.js';
import { toSeconds } from '../app-options.js';
import { lifetimeText } from '../app-view.js';
import type { Cli } from '../cli.js';
import { secretAsLines } from '../client-view.js';
import { withClients } from '../open-authority.js';
import { addSettingOptions } from '../setting-options.js';

interface RotateOptions extends Readonly<Record<string, unknown>> {
  /** False: `--no-overlap`. */
  readonly overlap?: number | false;
}

export function clientsRotateSecretCommand(cli: Cli): Command {
  const command = new Command('rotate-secret')
    .description('make a new secret, and print it this once; the old one stays good for a while')
    .argument('<id>')
    .option(
      '--overlap <duration>',
      `for how long the old one stays good (default: ${lifetimeText(DEFAULT_OVERLAP_SECONDS)})`,
      toSeconds,
    )
    .option('--no-overlap', 'the old one ends at once: somebody else may have it')
    .option('--json', 'print JSON')
    .action(async (id: string, { overlap, ...options }: RotateOptions) => {
      await withClients(options, cli, async (clients) => {
        const overlapSeconds = overlap === false ? 0 : overlap;
        const { secret, overlapEndsAt } = await clients.rotateSecret(id, { overlapSeconds });
        const end = new Date(overlapEndsAt * 1000).toISOString();
        cli.output.result({ id, secret, overlapEndsAt }, [
          overlap === false ? 'The old secret is not good any more.' : `The old secret is good until ${end}.`,
          ...secretAsLines(secret),
        ]);
      });
    });
  return addSettingOptions(command, 'storage');
}
