import { Command } from 'commander';
import type { Cli } from '../cli.js';
import { keysAuthorityCommand } from './keys-authority.js';
import { keysExportCommand } from './keys-export.js';
import { keysExportDataUriCommand } from './keys-export-data-uri.js';
import { keysGenerateCommand } from './keys-generate.js';
import { keysListCommand } from './keys-list.js';
import { keysPublishCommand } from './keys-publish.js';
import { keysRevokeCommand } from './keys-revoke.js';

export function keysCommand(cli: Cli): Command {
  const command = new Command('keys').description('the keys that services prove themselves with');
  for (const create of [
    keysGenerateCommand,
    keysPublishCommand,
    keysRevokeCommand,
    keysListCommand,
    keysExportCommand,
    keysExportDataUriCommand,
    keysAuthorityCommand,
  ])
    command.addCommand(create(cli));
  return command;
}
