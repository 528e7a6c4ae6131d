import type { Command } from 'commander';

export function addRemoteOptions(command: Command): Command {
  return command
    .optionsGroup('An authority elsewhere:')
    .option('--url <url>', 'its issuer URL; asks as an administrator, by COUNTERSIGN_ADMIN_TOKEN')
    .option('--admin-token-file <file>', 'or by the token in this file')
    .option('--service <name>', 'or as the service itself, which has a key published already')
    .option('--key-dir <folder>', 'private keys of --service, as <folder>/<service>/*.pem');
}
