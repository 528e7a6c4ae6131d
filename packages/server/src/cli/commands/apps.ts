import { Command } from 'commander';
import type { Cli } from '../cli.js';
import { appsCreateCommand } from './apps-create.js';
import { appsDeleteCommand } from './apps-delete.js';
import { appsListCommand } from './apps-list.js';
import { appsRotateKeysCommand } from './apps-rotate-keys.js';
import { appsShowCommand } from './apps-show.js';
import { appsUpdateCommand } from './apps-update.js';
import { appsWithdrawKeyCommand } from './apps-withdraw-key.js';

/** A running authority sees what these change within seconds. */
export function appsCommand(cli: Cli): Command {
  const command = new Command('apps').description('the apps that people sign in to');
  for (const create of [
    appsCreateCommand,
    appsListCommand,
    appsShowCommand,
    appsUpdateCommand,
    appsDeleteCommand,
    appsRotateKeysCommand,
    appsWithdrawKeyCommand,
  ])
    command.addCommand(create(cli));
  return command;
}
