import { execFile } from 'node:child_process';
import { cleanEnvironment, commandLine, type Environment } from './authority-process.js';

export interface FinishedCommand {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command to its end, however it ends. */
export function finishCommand(args: readonly string[], environment: Environment): Promise<FinishedCommand> {
  return new Promise((resolve) => {
    const options = { env: cleanEnvironment(environment), encoding: 'utf8' } as const;
    const child = execFile(process.execPath, [commandLine(), ...args], options, (_, stdout, stderr) => {
      resolve({ exitCode: child.exitCode ?? -1, stdout, stderr });
    });
  });
}
