import { Command } from 'commander';
import type { Cli } from '../cli.js';
import { addSettingOptions } from '../setting-options.js';

export function serveCommand(cli: Cli): Command {
  const command = new Command('serve')
    .description('start the authority; SIGTERM or Ctrl+C stops it after the answers under way')
    .option('--demo', 'serve a small demo application too (development only)')
    .option('--json', 'print where to go as JSON')
    .action(async (options: Readonly<Record<string, unknown>>) => {
      // The whole server is behind this import: other commands start in half the time without it.
      const { runServe } = await import('../run-serve.js');
      await runServe(options, cli);
    });
  return addSettingOptions(command, 'serving');
}
