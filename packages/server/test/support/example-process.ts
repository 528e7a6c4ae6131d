import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment, commandLine, type Environment } from './authority-process.js';
import type { FinishedCommand } from './finished-command.js';
import { freePort } from './free-port.js';

export interface RunningProcess {
  /** With a slash at the end. */
  readonly url: string;
  /** Everything it printed so far, both streams. */
  output(): string;
  stop(): Promise<void>;
}

const EXAMPLES = fileURLToPath(new URL('../../../../docs/examples/', import.meta.url));

/** Starts an example of the documentation as it stands there, and resolves when it listens. */
export function startExample(path: string, environment: Environment, port?: number): Promise<RunningProcess> {
  return startListening(
    (chosen) => ({
      args: [EXAMPLES + path],
      environment: { ...environment, PORT: String(chosen) },
      path: '/',
    }),
    port,
  );
}

/** Starts `countersign serve-keys` on a folder, and resolves when it listens. */
export function startKeyServer(folder: string, port?: number): Promise<RunningProcess> {
  return startListening(
    (chosen) => ({
      args: [commandLine(), 'serve-keys', folder, '--port', String(chosen), '--json'],
      environment: {},
      path: '/asap/',
    }),
    port,
  );
}

/** Runs an example at a port that another program has; gives how it ended. */
export async function runAtTakenPort(path: string, environment: Environment): Promise<FinishedCommand> {
  const other = createServer().listen(0);
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const child = spawn(process.execPath, [EXAMPLES + path], {
    env: cleanEnvironment({ ...environment, PORT: String(port) }),
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

async function startListening(
  describe: (port: number) => { args: readonly string[]; environment: Environment; path: string },
  wantedPort?: number,
): Promise<RunningProcess> {
  const port = wantedPort ?? (await freePort());
  const { args, environment, path } = describe(port);
  const child = spawn(process.execPath, args, {
    env: cleanEnvironment(environment),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  await untilListening(child, port, () => output);
  return { url: `http://localhost:${port}${path}`, output: () => output, stop: () => stop(child) };
}

async function untilListening(child: ChildProcess, port: number, output: () => string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}:\n${output()}`);
    const isListening = await fetch(`http://localhost:${port}/`, { method: 'HEAD' }).then(
      () => true,
      () => false,
    );
    if (isListening) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new Error(`it did not listen in time:\n${output()}`);
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
