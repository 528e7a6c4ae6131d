import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { Output } from '../output.js';

export function versionCommand(output: Output): Command {
  return new Command('version')
    .description('print the version of this program and of Node')
    .option('--json', 'print JSON')
    .action(() => {
      const version = programVersion();
      output.result({ version, node: process.version }, [
        `countersign ${version} on Node ${process.version}`,
      ]);
    });
}

export function programVersion(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
  );
  return (manifest as { version: string }).version;
}
