import { Command } from 'commander';
import type { Cli } from '../cli.js';
import { sessionsEndCommand } from './sessions-end.js';

export function sessionsCommand(cli: Cli): Command {
  return new Command('sessions')
    .description('browsers in which people are signed in to the authority')
    .addCommand(sessionsEndCommand(cli));
}
