import { Command } from 'commander';
import { systemClock } from 'countersign';
import { createSessionControl, type EndedSessions } from '../../services/oauth/sessions/end-sessions.js';
import type { Cli } from '../cli.js';
import { CliUsageError, CommandFailure } from '../describe-failure.js';
import { EXIT_CODES } from '../exit-codes.js';
import { withStore } from '../open-authority.js';
import { addSettingOptions } from '../setting-options.js';

interface EndOptions extends Readonly<Record<string, unknown>> {
  readonly email?: string;
  readonly session?: string;
}

export function sessionsEndCommand(cli: Cli): Command {
  const command = new Command('end')
    .description('log somebody out; their applications are told by the running authority')
    .option('--email <address>', 'of this person everything: every session, and access while away')
    .option('--session <sid>', 'this session alone')
    .option('--json', 'print JSON')
    .action(async (options: EndOptions) => {
      const { ended, clientsToTell } = await endSessions(options, cli);
      cli.output.result({ ended, clientsToTell }, [
        `Sessions ended: ${ended}. Applications to be told: ${clientsToTell}.`,
      ]);
    });
  return addSettingOptions(command, 'storage');
}

async function endSessions(options: EndOptions, cli: Cli): Promise<EndedSessions> {
  const { email, session } = options;
  if ((email === undefined) === (session === undefined))
    throw new CliUsageError('Whose sessions? Give either --email or --session.');
  return withStore(options, cli, async (store) => {
    const control = createSessionControl({ store, clock: systemClock });
    const ended = session === undefined ? await control.endOfPerson(email ?? '') : await control.end(session);
    if (ended !== undefined) return ended;
    throw new CommandFailure(EXIT_CODES.refused, 'unknown_person', 'Nobody has signed in by this address.');
  });
}
