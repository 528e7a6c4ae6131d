import { Command } from 'commander';
import type { Cli } from '../cli.js';
import { withKeys } from '../open-authority.js';
import { addRemoteOptions } from '../remote-options.js';
import { changeRemoteKey, type RemoteOptions } from '../remote-repository.js';
import { addSettingOptions } from '../setting-options.js';
import { requireKeyId } from './keys-publish.js';

export function keysRevokeCommand(cli: Cli): Command {
  const command = new Command('revoke')
    .description('revoke a key for good; caches elsewhere may serve it for another five minutes')
    .argument('<kid>')
    .option('--json', 'print JSON')
    .action(async (kid: string, options: RemoteOptions) => {
      await revoke(kid, options, cli);
      cli.output.result({ revoked: kid }, [`Revoked ${kid}.`]);
    });
  return addSettingOptions(addRemoteOptions(command), 'storage');
}

async function revoke(kid: string, options: RemoteOptions, cli: Cli): Promise<void> {
  if (options.url === undefined) return withKeys(options, cli, (keys) => keys.revoke(kid));
  requireKeyId(kid);
  await changeRemoteKey(options.url, { method: 'DELETE', kid }, options, cli.terminal);
}
