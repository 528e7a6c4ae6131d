import { spawn } from 'node:child_process';
import { cleanEnvironment, commandLine, type Environment } from './authority-process.js';
import type { FinishedCommand } from './finished-command.js';
import { freePort } from './free-port.js';

const LIMIT_MS = 45_000;

/**
 * Runs the shell blocks of a guide, from the first to the last, as one script that stops at the first failure.
 * `npx countersign` is the built program, `node` is this one. Each port that stands there as `http://localhost:<port>`
 * becomes one that is free here, in `environment` and after `--port` too. After a line that starts a program in the
 * background, and says where in a comment, the script waits until it listens.
 */
export async function runShellGuide(
  blocks: readonly string[],
  { cwd, environment }: { cwd: string; environment: Environment },
): Promise<FinishedCommand> {
  const withFreePorts = await portReplacer(blocks.join('\n'));
  const script = [
    'set -euo pipefail',
    // All that it started is in the group of the script.
    `trap "trap '' TERM; kill 0; wait" EXIT`,
    `npx() { shift; "${process.execPath}" "${commandLine()}" "$@"; }`,
    `node() { "${process.execPath}" "$@"; }`,
    `openssl() { node -p 'crypto.randomBytes(32).toString("base64")'; }`,
    'wait_for() { until (exec 3<>/dev/tcp/127.0.0.1/$1) 2>/dev/null; do sleep 0.05; done; }',
    withFreePorts(blocks.join('\n')).replaceAll(
      /^(.*&) +# http:\/\/localhost:(\d+)\/.*$/gm,
      'COUNTERSIGN_PORT=$2 PORT=$2 $1\nwait_for $2',
    ),
  ].join('\n');
  const replaced = Object.entries(environment).map(([name, value]) => [name, withFreePorts(value)]);
  return runScript(script, cwd, Object.fromEntries(replaced));
}

async function portReplacer(text: string): Promise<(text: string) => string> {
  const free = new Map<string, number>();
  for (const [, port = ''] of text.matchAll(/http:\/\/localhost:(\d+)/g))
    if (!free.has(port)) free.set(port, await freePort());
  return (given) =>
    given.replaceAll(
      /(http:\/\/localhost:|--port )(\d+)/g,
      (_, start, port) => `${start}${free.get(port) ?? port}`,
    );
}

function runScript(script: string, cwd: string, environment: Environment): Promise<FinishedCommand> {
  return new Promise((resolve) => {
    const child = spawn('bash', ['-c', script], {
      cwd,
      env: cleanEnvironment(environment),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), LIMIT_MS);
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('close', (exitCode) => {
      clearTimeout(timer);
      resolve({ exitCode: exitCode ?? -1, stdout, stderr });
    });
  });
}
