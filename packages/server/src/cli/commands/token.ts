import { Command } from 'commander';
import type { Cli } from '../cli.js';
import { tokenAccessCommand } from './token-access.js';
import { tokenApiCommand } from './token-api.js';
import { tokenAsapCommand } from './token-asap.js';

export function tokenCommand(cli: Cli): Command {
  return new Command('token')
    .description('tokens to call services with')
    .addCommand(tokenAsapCommand(cli))
    .addCommand(tokenAccessCommand(cli))
    .addCommand(tokenApiCommand(cli));
}
