import { Command } from 'commander';
import type { Cli } from '../cli.js';
import { keysAuthorityListCommand } from './keys-authority-list.js';
import { keysAuthorityRevokeCommand } from './keys-authority-revoke.js';
import { keysAuthorityRotateCommand } from './keys-authority-rotate.js';

/** A running authority sees what these change within seconds. */
export function keysAuthorityCommand(cli: Cli): Command {
  const command = new Command('authority').description('the keys that the authority signs OAuth tokens with');
  for (const create of [keysAuthorityListCommand, keysAuthorityRotateCommand, keysAuthorityRevokeCommand])
    command.addCommand(create(cli));
  return command;
}
