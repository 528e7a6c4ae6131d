import { Command } from 'commander';
import type { Cli } from './cli.js';
import { appsCommand } from './commands/apps.js';
import { clientsCommand } from './commands/clients.js';
import { curlCommand } from './commands/curl.js';
import { inspectCommand } from './commands/inspect.js';
import { keysCommand } from './commands/keys.js';
import { migrateCommand } from './commands/migrate.js';
import { policyCommand } from './commands/policy-check.js';
import { serveCommand } from './commands/serve.js';
import { serveKeysCommand } from './commands/serve-keys.js';
import { sessionsCommand } from './commands/sessions.js';
import { tokenCommand } from './commands/token.js';
import { verifyCommand } from './commands/verify.js';
import { versionCommand, versionText } from './commands/version.js';

const EXIT_CODE_HELP = `
Settings come from flags, then COUNTERSIGN_... variables, then the JSON file of --config, then defaults.
Secrets are no flags: COUNTERSIGN_MASTER_KEY, COUNTERSIGN_SMTP_URL and COUNTERSIGN_ADMIN_TOKEN hold them, or files
that --master-key-file, --smtp-url-file and --admin-token-file name.

Exit codes: 0 done, 1 refused, 2 wrong usage or configuration, 3 something needed cannot be reached.`;

/** Every command, without running one. Errors are thrown, not printed: the caller says them in the form asked for. */
export function createProgram(cli: Cli): Command {
  const program = new Command('countersign')
    .description('The countersign authority: e-mail sign-in, keys and tokens for your applications.')
    .version(versionText(), '-V, --version', 'print the version, as the command version does')
    .addHelpText('after', EXIT_CODE_HELP);
  for (const create of [
    serveCommand,
    migrateCommand,
    appsCommand,
    clientsCommand,
    sessionsCommand,
    keysCommand,
    tokenCommand,
    policyCommand,
    verifyCommand,
    inspectCommand,
    curlCommand,
    serveKeysCommand,
    versionCommand,
  ])
    program.addCommand(create(cli));
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
