import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Environment, temporaryFolder } from './authority-process.js';
import type { FinishedCommand } from './finished-command.js';
import { runInProcess } from './in-process-command.js';

export interface CommandRunner {
  /** A folder of its own that goes away with the test; the data folder is `data` in it. */
  readonly path: string;
  /** A path in that folder. */
  at(...names: readonly string[]): string;
  run(args: readonly string[], input?: string): Promise<FinishedCommand>;
  /** Runs a command that is to succeed, and gives what it printed with --json. */
  runJson(args: readonly string[], input?: string): Promise<Record<string, unknown>>;
  /** Runs a command that is to fail, and gives its exit code and the `error` it printed with --json. */
  runRefused(
    args: readonly string[],
    input?: string,
  ): Promise<{ exitCode: number; code: string; message: string }>;
}

/** Commands in this process, in a folder of their own. */
export function createCommandRunner(environment: Environment = {}): CommandRunner {
  const folder = temporaryFolder();
  onTestFinished(() => folder.remove());
  const run = (args: readonly string[], input = '') =>
    runInProcess(args, { COUNTERSIGN_DATA_FOLDER: join(folder.path, 'data'), ...environment }, input);
  return {
    path: folder.path,
    at: (...names) => join(folder.path, ...names),
    run,
    async runJson(args, input) {
      const { exitCode, stdout, stderr } = await run([...args, '--json'], input);
      if (exitCode !== 0) throw new Error(stderr || stdout);
      return JSON.parse(stdout);
    },
    async runRefused(args, input) {
      const { exitCode, stdout, stderr } = await run([...args, '--json'], input);
      if (exitCode === 0 || stdout !== '') throw new Error(`it succeeded: ${stdout}`);
      const { code, message } = JSON.parse(stderr).error;
      return { exitCode, code, message };
    },
  };
}
