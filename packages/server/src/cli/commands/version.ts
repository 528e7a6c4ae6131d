import { Command } from 'commander';
import type { Cli } from '../cli.js';
import { programVersion } from '../program-version.js';

export function versionCommand(cli: Cli): Command {
  return new Command('version')
    .description('print the version of this program and of Node')
    .option('--json', 'print JSON')
    .action(() => {
      const version = programVersion();
      cli.output.result({ version, node: process.version }, [
        `countersign ${version} on Node ${process.version}`,
      ]);
    });
}
