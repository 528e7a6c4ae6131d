/** Examples of the documentation, run as they stand there, by the Node that runs the tests and on the built library. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The root of the repository, with a slash at the end. */
export const REPOSITORY = fileURLToPath(new URL('../../../../', import.meta.url));

export interface ExampleServer {
  readonly port: number;
  /** What it has printed by the time it listens. */
  readonly output: string;
}

/**
 * Starts an example that listens at PORT, and resolves when it has printed `ready`. It ends with the test.
 *
 * @param args of `node`, such as a path from the root of the repository
 */
export async function startExampleServer(args: readonly string[], ready: string): Promise<ExampleServer> {
  const port = await freePort();
  const child = spawn(process.execPath, args, {
    cwd: REPOSITORY,
    env: { ...cleanEnvironment(), PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (output.includes(ready)) resolve();
      });
    }
    child.once('exit', (code) => reject(new Error(`it ended with ${code}:\n${output}`)));
  });
  return { port, output };
}

/** Runs an example at a port that another program has; gives how it ended. */
export async function runAtTakenPort(
  path: string,
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const child = spawn(process.execPath, [path], {
    cwd: REPOSITORY,
    env: { ...cleanEnvironment(), PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  other.close();
  return { exitCode, stdout, stderr };
}

/** That of a shell: what tests set for themselves is not there. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('VITEST') && name !== 'NODE_ENV',
  );
  return Object.fromEntries(inherited);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}
