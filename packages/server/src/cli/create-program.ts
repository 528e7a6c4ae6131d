import { Command } from 'commander';
import { appsCommand } from './commands/apps.js';
import { migrateCommand } from './commands/migrate.js';
import { serveCommand } from './commands/serve.js';
import { versionCommand } from './commands/version.js';
import type { Output } from './output.js';

const EXIT_CODE_HELP = `
Settings come from flags, then COUNTERSIGN_... variables, then the JSON file of --config, then defaults.
Secrets come from the environment or from files: COUNTERSIGN_MASTER_KEY, COUNTERSIGN_SMTP_URL, --master-key-file, --smtp-url-file.

Exit codes: 0 done, 1 refused, 2 wrong usage or configuration, 3 something needed cannot be reached.`;

/** Every command, without running one. Errors are thrown, not printed: the caller says them in the form asked for. */
export function createProgram(output: Output): Command {
  const program = new Command('countersign')
    .description('The countersign authority: e-mail sign-in, keys and tokens for your applications.')
    .addHelpText('after', EXIT_CODE_HELP);
  program.addCommand(serveCommand(output));
  program.addCommand(migrateCommand(output));
  program.addCommand(appsCommand(output));
  program.addCommand(versionCommand(output));
  throwErrors(program, output);
  return program;
}

/** Commands added whole do not inherit these from their parent. */
function throwErrors(command: Command, output: Output): void {
  command.exitOverride().configureOutput({
    outputError: () => {},
    // Help that nobody asked for, where a command is missing.
    writeErr: (text) => output.status(text.trimEnd()),
  });
  for (const child of command.commands) throwErrors(child, output);
}
