import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export type Environment = Readonly<Record<string, string>>;

/** The command line as a user has it: the built program, in a process of its own. */
export function commandLine(): string {
  if (!existsSync(MAIN)) throw new Error('packages/server/dist is missing: run `npm run build` first');
  return MAIN;
}

/** The environment of this process without what would configure the program under test. */
export function cleanEnvironment(environment: Environment): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('COUNTERSIGN_') && !name.startsWith('VITEST') && name !== 'NODE_ENV',
  );
  return { ...Object.fromEntries(inherited), ...environment };
}

/** Runs one command to its end and gives what it printed; throws when it fails. */
export function runCommand(args: readonly string[], environment: Environment): string {
  return execFileSync(process.execPath, [commandLine(), ...args], {
    env: cleanEnvironment(environment),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export interface AuthorityProcess {
  readonly url: string;
  /** Everything it printed so far, both streams. */
  output(): string;
  /** SIGTERM; gives the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** Starts `countersign serve` and resolves when it is ready. Several may share one data folder: give each its port, all one issuer. */
export async function startAuthorityProcess(options: {
  dataFolder: string;
  port?: number;
  issuer?: string;
  args?: readonly string[];
  environment?: Environment;
}): Promise<AuthorityProcess> {
  const port = options.port ?? (await freePort());
  const url = `http://localhost:${port}`;
  const child = spawn(process.execPath, [commandLine(), 'serve', ...(options.args ?? [])], {
    env: cleanEnvironment({
      COUNTERSIGN_DATA_FOLDER: options.dataFolder,
      COUNTERSIGN_PORT: String(port),
      COUNTERSIGN_ISSUER: options.issuer ?? url,
      ...options.environment,
    }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await untilReady(child, `${url}/readyz`, () => output);
  return {
    url,
    output: () => output,
    stop: () => ended(child, 'SIGTERM'),
    kill: async () => {
      await ended(child, 'SIGKILL');
    },
  };
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.kill(signal);
  });
}

async function untilReady(child: ChildProcess, readyUrl: string, output: () => string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`serve ended with ${child.exitCode}:\n${output()}`);
    const answer = await fetch(readyUrl).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new Error(`serve was not ready in time:\n${output()}`);
}

/** A data folder that goes away with the test. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'countersign-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
