import { Command } from 'commander';
import type { Cli } from '../cli.js';
import { clientsCreateCommand } from './clients-create.js';
import { clientsDeleteCommand } from './clients-delete.js';
import { clientsListCommand } from './clients-list.js';
import { clientsRotateSecretCommand } from './clients-rotate-secret.js';
import { clientsShowCommand } from './clients-show.js';
import { clientsUpdateCommand } from './clients-update.js';

/** A running authority sees what these change within seconds, and a new secret or a disabled client at once. */
export function clientsCommand(cli: Cli): Command {
  const command = new Command('clients').description('the applications that get OAuth 2.0 tokens');
  for (const create of [
    clientsCreateCommand,
    clientsListCommand,
    clientsShowCommand,
    clientsUpdateCommand,
    clientsDeleteCommand,
    clientsRotateSecretCommand,
  ])
    command.addCommand(create(cli));
  return command;
}
