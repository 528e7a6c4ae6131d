import { Command } from 'commander';
import type { Cli } from './cli.js';
import { appsCommand } from './commands/apps.js';
import { migrateCommand } from './commands/migrate.js';
import { serveCommand } from './commands/serve.js';
import { versionCommand } from './commands/version.js';

const EXIT_CODE_HELP = `
Settings come from flags, then COUNTERSIGN_... variables, then the JSON file of --config, then defaults.
Secrets come from the environment or from files: COUNTERSIGN_MASTER_KEY, COUNTERSIGN_SMTP_URL, --master-key-file, --smtp-url-file.

Exit codes: 0 done, 1 refused, 2 wrong usage or configuration, 3 something needed cannot be reached.`;

/** Every command, without running one. Errors are thrown, not printed: the caller says them in the form asked for. */
export function createProgram(cli: Cli): Command {
  const program = new Command('countersign')
    .description('The countersign authority: e-mail sign-in, keys and tokens for your applications.')
    .addHelpText('after', EXIT_CODE_HELP);
  program.addCommand(serveCommand(cli));
  program.addCommand(migrateCommand(cli));
  program.addCommand(appsCommand(cli));
  program.addCommand(versionCommand(cli));
  throwErrors(program, cli);
  return program;
}

/** Commands added whole do not inherit these from their parent. */
function throwErrors(command: Command, cli: Cli): void {
  command.exitOverride().configureOutput({
    writeOut: cli.terminal.writeOut,
    outputError: () => {},
    // Help that nobody asked for, where a command is missing.
    writeErr: (text) => cli.output.status(text.trimEnd()),
  });
  for (const child of command.commands) throwErrors(child, cli);
}
