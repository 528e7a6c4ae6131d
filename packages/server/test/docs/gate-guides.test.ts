/** The guides to the gate: what they show is what the examples are, and all of it runs. */
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { cleanEnvironment, temporaryFolder } from '../support/authority-process.js';
import { startExample } from '../support/example-process.js';
import { codeBlocksOf, indentedBlockOf, REPOSITORY, readExample } from '../support/guides.js';
import { runShellGuide } from '../support/shell-guide.js';

const GUIDES = [
  ['gate.md', 'docs/examples/gate-guide/'],
  ['testing-your-service.md', 'docs/examples/testing-your-service/'],
] as const;
const execute = promisify(execFile);
const folder = temporaryFolder();
afterAll(() => folder.remove());

const shellBlocksOf = (guide: string) =>
  codeBlocksOf(guide).flatMap(({ language, text }) => (language === 'sh' ? [text] : []));

describe.each(GUIDES)('%s', (guide, examples) => {
  const blocks = codeBlocksOf(guide);

  it('holds code that a test runs, and no other', () => {
    expect(blocks.length).toBeGreaterThan(1);
    for (const { language, source } of blocks) {
      if (language !== 'sh')
        expect(`${language} ${source}`).toMatch(new RegExp(`^js ${examples}[\\w.]+\\.mjs(?:#[\\w-]+)?$`));
    }
  });

  it.each(blocks.filter(({ language }) => language === 'js').map(({ source, text }) => [source, text]))(
    'shows %s as it is',
    (source, text) => {
      expect(text.trim()).toBe(readExample(source).trim());
    },
  );
});

describe('testing-your-service.md', () => {
  it('the tests of the example pass', async () => {
    const [command = ''] = shellBlocksOf('testing-your-service.md');
    const options = { cwd: REPOSITORY, env: cleanEnvironment({}) };
    const { stdout } = await execute('bash', ['-c', command], options);
    expect(stdout).toMatch(/^# pass 8$/m);
    expect(stdout).toMatch(/^# fail 0$/m);
  });

  it('the service starts with the issuers of production, and lets in nobody without a token', async () => {
    const environment = { APP_ID: 'b19a21b4-ad9d-4fd7-88c1-1b68b825c671' };
    const service = await startExample('testing-your-service/main.mjs', environment);
    onTestFinished(service.stop);
    expect((await fetch(service.url)).status).toBe(401);
  });
});

/** What each program of gate.md prints: what comes of requests with the rules and the options that it shows. */
const PRINTED: Readonly<Record<string, readonly (string | RegExp)[]>> = {
  'accept.mjs': [
    'function',
    /^invalid_options accessTokens and oidc .*: name this issuer in one of them only$/,
  ],
  'routes.mjs': [
    'GET /orders 200 "user-1"',
    /^GET \/orders 403 .*error="insufficient_scope".* scope="orders:read"$/,
    'DELETE /orders/1 200 "user-1"',
    /^DELETE \/orders\/1 403 .* scope="orders:read orders:write"$/,
    'POST /invoices 200 "billing"',
    'POST /invoices 403 ',
    'GET /customers/c1/orders 200 "ada@example.com"',
    'GET /customers/c1/orders 200 "user-1"',
    'GET /customers/c2/orders 403 ',
    'GET /orders/1 200 "ada@example.com"',
    'GET /orders/1 403 ',
    'POST /refunds 200 "user-1"',
    /^POST \/refunds 401 .* acr_values="3 3.1 3.5 4", max_age="300"$/,
    'GET /catalogue 200 {"prices":"list"}',
    'GET /catalogue 200 {"prices":"yours"}',
    /^GET \/catalogue 401 .*error="invalid_token"/,
  ],
  'table.mjs': ['200', '200', '403', '403', '403', '403'],
  'browser.mjs': ['200', '400', '200', '403', '204', '401'],
  'revocation.mjs': ['200 401', '200 401', '401', '200'],
  'possession.mjs': [
    '200',
    '401',
    /^401 Bearer realm="api", resource_metadata="https:[^"]+", DPoP algs="ES256", resource_metadata=/,
    'https://orders.example.com',
  ],
  'observe.mjs': [
    '200 for user-1',
    '401 token_expired',
    "gate.refused { reason: 'token_missing' }",
    '401 token_missing',
    'caller application,1; refused token_expired service,1; refused token_missing,1',
    'countersign.gate token_missing',
  ],
  'moving.mjs': [
    '200 customer-7',
    '403 insufficient_user_authentication',
    '401 Unauthorized',
    '401 Unauthorized',
    '200 ',
  ],
  'bearer.mjs': [
    'user-1',
    /^403 .*"code":"refused_by_check"/,
    '401 Bearer realm="api"',
    '401 Bearer realm="api"',
    '200 user-2',
    '401 Bearer error="invalid_token"',
    '401 Bearer',
  ],
};

describe('gate.md', () => {
  it.each(Object.entries(PRINTED))('%s does what the guide says', async (name, printed) => {
    const options = { env: cleanEnvironment({}) };
    const { stdout } = await execute(process.execPath, [`${REPOSITORY}${GUIDES[0][1]}${name}`], options);
    const lines = stdout.replace(/\n$/, '').split('\n');
    expect(lines).toEqual(
      printed.map((line) => (typeof line === 'string' ? line : expect.stringMatching(line))),
    );
  });

  it('every program beside it is run', () => {
    const others = ['server.mjs', 'support.mjs'];
    expect(readdirSync(REPOSITORY + GUIDES[0][1]).sort()).toEqual(
      [...Object.keys(PRINTED), ...others].sort(),
    );
  });

  it('the shell blocks run from the first to the last, and end with the answer that is shown', async () => {
    const cwd = join(folder.path, 'gate');
    mkdirSync(cwd);
    symlinkSync(join(REPOSITORY, 'docs'), join(cwd, 'docs'));
    const environment = { KEYS_URL: 'http://localhost:8090/asap/' };
    const { exitCode, stdout, stderr } = await runShellGuide(shellBlocksOf('gate.md'), { cwd, environment });
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain('{"kind":"service","subject":"billing"}');
    const shown = indentedBlockOf('gate.md', 'HTTP/1.1 401');
    expect(shown.length).toBeGreaterThan(5);
    for (const line of shown) expect(stdout.split(/\r?\n/)).toContainEqual(expect.stringContaining(line));
  }, 60_000);

  it('the shell blocks run once more, and before and after those of oauth.md', async () => {
    const cwd = join(folder.path, 'both');
    mkdirSync(cwd);
    symlinkSync(join(REPOSITORY, 'docs'), join(cwd, 'docs'));
    const environment = { KEYS_URL: 'http://localhost:8090/asap/' };
    const gate = shellBlocksOf('gate.md');
    const keys =
      shellBlocksOf('oauth.md')
        .join('\n')
        .match(/^npx countersign keys generate .*$/gm) ?? [];
    expect(keys).not.toEqual([]);
    for (const blocks of [gate, [...keys, ...gate], gate]) {
      const { exitCode, stderr } = await runShellGuide(blocks, { cwd, environment });
      expect(exitCode, stderr).toBe(0);
    }
  }, 90_000);
});
