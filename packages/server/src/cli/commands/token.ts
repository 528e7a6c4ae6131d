import { Command } from 'commander';
import type { Cli } from '../cli.js';
import { tokenAsapCommand } from './token-asap.js';

export function tokenCommand(cli: Cli): Command {
  return new Command('token').description('tokens to call services with').addCommand(tokenAsapCommand(cli));
}
