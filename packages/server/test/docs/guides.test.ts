/** The guides to service-to-service tokens: what they show is what the examples are, and all of it runs. */
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanEnvironment, commandLine, runCommand, temporaryFolder } from '../support/authority-process.js';
import { type RunningProcess, startExample, startKeyServer } from '../support/example-process.js';
import { freePort } from '../support/free-port.js';
import { codeBlocksOf, REPOSITORY, readExample } from '../support/guides.js';

const GUIDES = ['service-to-service.md', 'migrating-from-atlassian-jwt-auth.md'];
const EXAMPLES = 'docs/examples/service-to-service/';
const execute = promisify(execFile);
const folder = temporaryFolder();
afterAll(() => folder.remove());

describe.each(GUIDES)('%s', (guide) => {
  const blocks = codeBlocksOf(guide);

  it('holds code that a test runs, and no other', () => {
    expect(blocks.length).toBeGreaterThan(1);
    expect(blocks.map(({ language }) => language).filter((name) => name !== 'js' && name !== 'sh')).toEqual(
      [],
    );
    for (const { language, source } of blocks) {
      if (language === 'js') expect(source).toMatch(new RegExp(`^${EXAMPLES}\\w+\\.mjs(?:#[\\w-]+)?$`));
    }
  });

  it.each(blocks.filter(({ language }) => language === 'js').map(({ source, text }) => [source, text]))(
    'shows %s as it is',
    (source, text) => {
      expect(text.trim()).toBe(readExample(source).trim());
    },
  );
});

describe('the examples', () => {
  const privateKeys = join(folder.path, 'private');
  const publicKeys = join(folder.path, 'public');
  let repository: RunningProcess;
  let orders: RunningProcess;

  beforeAll(async () => {
    const out = ['--out', privateKeys, '--public-out', publicKeys];
    runCommand(['keys', 'generate', '--issuer', 'billing', '--name', 'key-1', ...out], {});
    repository = await startKeyServer(publicKeys);
    orders = await startExample('service-to-service/orders.mjs', { KEYS_URL: repository.url });
  });
  afterAll(async () => {
    await orders?.stop();
    await repository?.stop();
  });

  const run = async (name: string, environment: Readonly<Record<string, string>> = {}) => {
    const env = cleanEnvironment({ PRIVATE_KEYS: privateKeys, ...environment });
    return (await execute(process.execPath, [`${REPOSITORY}${EXAMPLES}${name}`], { env })).stdout;
  };

  it('clients.mjs calls by fetch, axios and got', async () => {
    expect(await run('clients.mjs', { ORDERS_URL: orders.url })).toBe('200 200 200\n');
  });

  it('keys.mjs signs with keys of every source', async () => {
    const keys = ['--issuer', 'billing', '--key-dir', privateKeys];
    const environment = {
      KEYS_URL: repository.url,
      BILLING_KEY_PEM: readFileSync(join(privateKeys, 'billing/key-1.pem'), 'utf8'),
      BILLING_KEY_URI: runCommand(['keys', 'export-data-uri', ...keys], {}),
    };
    // The example names its key after the one in the folder, but without the end of the file's name.
    runCommand(['keys', 'publish', 'billing/key-1', '--file', join(publicKeys, 'billing/key-1.pem')], {
      COUNTERSIGN_DATA_FOLDER: join(folder.path, 'data'),
    });
    runCommand(['keys', 'export', publicKeys], { COUNTERSIGN_DATA_FOLDER: join(folder.path, 'data') });
    const lines = (await run('keys.mjs', environment)).trim().split('\n');
    expect(lines).toEqual([
      'billing billing/key-1.pem',
      'billing billing/key-1',
      'billing billing/key-1.pem',
    ]);
  });

  it('routes.mjs tells routes apart', async () => {
    expect(await run('routes.mjs')).toBe('billing billing orders true refused\nanonymous anonymous\n');
  });

  it('migrating.mjs signs and verifies', async () => {
    expect(await run('migrating.mjs')).toBe('issuer example\n');
  });
});

/**
 * The shell blocks as one script: `npx countersign` is the built program, each port is one that is free here, and after
 * a line that starts a program in the background the script waits for it.
 */
async function toScript(blocks: readonly string[]): Promise<string> {
  const ports = new Map<string, number>();
  const texts: string[] = [];
  for (const block of blocks) {
    let text = block;
    for (const [port] of block.matchAll(/\b80[89]\d\b/g)) {
      if (!ports.has(port)) ports.set(port, await freePort());
    }
    for (const [port, free] of ports) text = text.replaceAll(port, String(free));
    texts.push(text.replaceAll(/^(.*&) +# http:\/\/localhost:(\d+)\/.*$/gm, '$1\nwait_for $2'));
  }
  const prelude = [
    'set -euo pipefail',
    // All that it started is in the group of the script.
    `trap "trap '' TERM; kill 0; wait" EXIT`,
    `npx() { shift; "${process.execPath}" "${commandLine()}" "$@"; }`,
    'wait_for() { until (exec 3<>/dev/tcp/127.0.0.1/$1) 2>/dev/null; do sleep 0.05; done; }',
    // The examples take their places from the environment.
    `export KEYS_URL=http://localhost:${ports.get('8090')}/asap/ ORDERS_URL=http://localhost:${ports.get('8091')}/`,
    `node() { case "$1" in *orders*) PORT=${ports.get('8091')};; *) PORT=${ports.get('8092')};; esac`,
    `  PORT=$PORT "${process.execPath}" "$@"; }`,
  ];
  return [...prelude, ...texts].join('\n');
}

function runScript(script: string, cwd: string): Promise<{ exitCode: number | null; output: string }> {
  return new Promise((resolve) => {
    const options = { cwd, env: cleanEnvironment({}), detached: true };
    const child = spawn('bash', ['-c', script], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), 45_000);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.once('close', (exitCode) => {
      clearTimeout(timer);
      resolve({ exitCode, output });
    });
  });
}

it('service-to-service.md: the shell blocks run from the first to the last', async () => {
  const blocks = codeBlocksOf('service-to-service.md').filter(({ language }) => language === 'sh');
  const cwd = join(folder.path, 'shell');
  mkdirSync(cwd);
  symlinkSync(join(REPOSITORY, 'docs'), join(cwd, 'docs'));
  const script = await toScript(blocks.map(({ text }) => text));
  const { exitCode, output } = await runScript(script, cwd);
  const expected = [
    String.raw`\"keyId\":\"billing/next.pem\"`,
    'Issuer    billing',
    'refused, as it says above',
    'Published shipping/a.pem.',
    'Published billing/third.pem.',
    '-----BEGIN PUBLIC KEY-----',
    'Revoked billing/next.pem.',
    'site: 2 written',
  ];
  expect(expected.filter((text) => !output.includes(text))).toEqual([]);
  expect(exitCode).toBe(0);
}, 60_000);
