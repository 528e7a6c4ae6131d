import { Command, InvalidArgumentError } from 'commander';
import type { Cli } from '../cli.js';
import type { ServeKeysOptions } from '../run-serve-keys.js';

export function serveKeysCommand(cli: Cli): Command {
  return new Command('serve-keys')
    .description('serve a folder of public keys as a key repository, as the authority does under /asap/')
    .argument('<folder>', 'holds the PEM file of each key under its key id: <folder>/<issuer>/<name>')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on', toPort, 8090)
    .option('--json', 'print where it is as JSON')
    .action(async (folder: string, options: ServeKeysOptions) => {
      const { runServeKeys } = await import('../run-serve-keys.js');
      await runServeKeys(folder, options, cli);
    });
}

function toPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new InvalidArgumentError('It must be a whole number from 1 to 65535.');
  return port;
}
