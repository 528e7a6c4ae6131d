import { flagOf, SETTING_NAMES, SETTINGS } from '../config/index.js';
import { createProgram } from './create-program.js';
import { CliUsageError, describeFailure } from './describe-failure.js';
import { EXIT_CODES } from './exit-codes.js';
import { ExitWith } from './exit-with.js';
import { createOutput } from './output.js';
import type { Terminal } from './terminal.js';

/** Runs one command line to its end; gives the exit code. Prints what went wrong, and what to do about it, to stderr. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  const own = ownArguments(args);
  const output = createOutput(terminal, { json: own.includes('--json') });
  try {
    refuseSecrets(own);
    await createProgram({ output, terminal }).parseAsync(askingForHelp(args), { from: 'user' });
    return EXIT_CODES.ok;
  } catch (error) {
    if (error instanceof ExitWith) return error.exitCode;
    const failure = describeFailure(error);
    if (failure !== undefined) output.failure(failure);
    return failure?.exitCode ?? EXIT_CODES.ok;
  }
}

/** `help apps create` as `apps create --help`: the parser's own help command knows one word only. */
function askingForHelp(args: readonly string[]): string[] {
  const [first, ...asked] = args;
  return first === 'help' && asked.length > 1 ? [...asked, '--help'] : [...args];
}

/** What follows `--` is for another program. */
function ownArguments(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--');
  return end < 0 ? args : args.slice(0, end);
}

/** Said before the parser could repeat the secret in a message of its own. */
function refuseSecrets(args: readonly string[]): void {
  for (const name of SETTING_NAMES.filter((setting) => SETTINGS[setting].secret)) {
    const flag = flagOf(name);
    if (args.some((argument) => argument === flag || argument.startsWith(`${flag}=`)))
      throw new CliUsageError(
        `${flag} is not taken from the command line, where other users could read it: use ${flag}-file or the environment`,
      );
  }
}
