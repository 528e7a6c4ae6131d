import { runCli } from '../../src/cli/run-cli.js';
import type { Environment } from './authority-process.js';
import type { FinishedCommand } from './finished-command.js';

/**
 * Runs one command to its end within this process: the same code without the time that a process takes to start.
 * `input` is what it finds on standard input.
 */
export async function runInProcess(
  args: readonly string[],
  environment: Environment,
  input = '',
): Promise<FinishedCommand> {
  let stdout = '';
  let stderr = '';
  const exitCode = await runCli(args, {
    environment,
    writeOut: (text) => {
      stdout += text;
    },
    writeError: (text) => {
      stderr += text;
    },
    isErrorRead: false,
    readInput: async () => input,
  });
  return { exitCode, stdout, stderr };
}
