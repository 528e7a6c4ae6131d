import { Command } from 'commander';
import type { Cli } from '../cli.js';
import { programVersion } from '../program-version.js';

export function versionCommand(cli: Cli): Command {
  return new Command('version')
    .description('print the version of this program and of Node')
    .option('--json', 'print JSON')
    .action(() => {
      cli.output.result({ version: programVersion(), node: process.version }, [versionText()]);
    });
}

export function versionText(): string {
  return `countersign ${programVersion()} on Node ${process.version}`;
}
