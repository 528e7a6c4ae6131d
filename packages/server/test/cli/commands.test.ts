import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/authority-process.js';
import { runInProcess } from '../support/in-process-command.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());

let folders = 0;
/** A data folder that nobody used yet. */
function freshData(): string {
  folders += 1;
  return join(folder.path, `data-${folders}`);
}

const run = (
  args: readonly string[],
  dataFolder: string,
  environment: Readonly<Record<string, string>> = {},
) => runInProcess(args, { COUNTERSIGN_DATA_FOLDER: dataFolder, ...environment });

/** Runs a command that is to succeed, and gives what it printed with --json. */
async function runJson(args: readonly string[], dataFolder: string) {
  const { exitCode, stdout, stderr } = await run([...args, '--json'], dataFolder);
  if (exitCode !== 0) throw new Error(stderr);
  expect(stdout.trimEnd()).not.toContain('\n');
  return JSON.parse(stdout);
}

const PRODUCTION = {
  COUNTERSIGN_MODE: 'production',
  COUNTERSIGN_ISSUER: 'https://sign-in.example.com',
  COUNTERSIGN_MASTER_KEY: randomBytes(32).toString('base64'),
  COUNTERSIGN_SMTP_URL: 'smtps://user:hunter2@mail.example.com',
  COUNTERSIGN_MAIL_FROM: 'no-reply@example.com',
};
const NEW_APP = [
  'apps',
  'create',
  '--name',
  'Paper Boats',
  '--redirect-url',
  'http://localhost:3000/signed-in',
];

describe('version and help', () => {
  it('version prints what runs', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(await runJson(['version'], freshData())).toEqual({ version, node: process.version });
  });

  it.each([['--version'], ['-V']])('%s prints the same line as version', async (flag) => {
    const { stdout: expected } = await run(['version'], freshData());
    expect(await run([flag], freshData())).toEqual({ exitCode: 0, stdout: expected, stderr: '' });
  });

  it.each([[['--help']], [['help']], [['serve', '--help']], [['apps', 'create', '--help']]])(
    '%j explains and succeeds',
    async (args) => {
      const { exitCode, stdout, stderr } = await run(args, freshData());
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toContain('Usage: countersign');
    },
  );

  it('help explains a command of a group too', async () => {
    const { stdout: expected } = await run(['apps', 'create', '--help'], freshData());
    expect(await run(['help', 'apps', 'create'], freshData())).toEqual({
      exitCode: 0,
      stdout: expected,
      stderr: '',
    });
  });

  it('says what a new app has where nothing is given, and nothing of the kind for an update', async () => {
    const ofCreate = (await run(['apps', 'create', '--help'], freshData())).stdout;
    for (const value of ['query', 'any-browser', 'ES512', '15m', '10m', '30m', '30d', '1000'])
      expect(ofCreate.replace(/\s+/g, ' ')).toContain(`(default: ${value})`);
    expect((await run(['apps', 'update', '--help'], freshData())).stdout).not.toContain('default: query');
  });
});

describe('wrong usage', () => {
  it.each([
    [[], 'A command is missing.'],
    [['apps'], 'A command is missing.'],
    [['sreve'], "unknown command 'sreve' (Did you mean serve?)"],
    [['apps', 'lst'], "unknown command 'lst' (Did you mean list?)"],
    [['serve', '--prot', '1'], "unknown option '--prot' (Did you mean --port?)"],
    [['apps', 'show'], "missing required argument 'id'"],
    [
      ['apps', 'create', '--link-lifetime', '5 minutes'],
      'It must be a duration such as 90s, 15m, 1h or 30d.',
    ],
    [['apps', 'update', 'x'], 'Nothing to change'],
    [['migrate', 'now'], 'too many arguments'],
  ] as const)('%j ends with 2 and says what is wrong', async (args, problem) => {
    const data = freshData();
    const { exitCode, stdout, stderr } = await run(args, data);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(problem);
    expect(existsSync(data)).toBe(false);
  });

  it('is an object on stderr with --json, and nothing on stdout', async () => {
    const { exitCode, stdout, stderr } = await run(['apps', 'lst', '--json'], freshData());
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(JSON.parse(stderr)).toEqual({
      error: { code: 'usage', message: expect.stringContaining("unknown command 'lst'"), problems: [] },
    });
  });

  it.each([
    ['--master-key', 'hunter2'],
    ['--master-key=hunter2'],
    ['--smtp-url', 'smtp://u:hunter2@x'],
    ['--smtp-url=hunter2'],
  ])('S6: %s is refused as a flag, without being repeated', async (...flag) => {
    const { exitCode, stdout, stderr } = await run(['serve', ...flag], freshData());
    expect(exitCode).toBe(2);
    expect(stderr).toContain('is not taken from the command line');
    expect(stdout + stderr).not.toContain('hunter2');
  });

  it.each(['--masterKey=hunter2', '--mastr-key=hunter2=', "--smtpUrl=smtps://u:hunter2'@x"])(
    'S6: %s, a name that is not known, is refused without its value',
    async (flag) => {
      const { exitCode, stdout, stderr } = await run(['serve', flag], freshData());
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`unknown option '${flag.split('=', 1)[0]}'`);
      expect(stdout + stderr).not.toContain('hunter2');
    },
  );
});

describe('apps create', () => {
  const NAMES_CODE = /^Tokens will be in the query of the redirect URL, .* --delivery code\.$/m;

  it('says that the delivery which nobody chose is that of the original', async () => {
    const { exitCode, stdout, stderr } = await run(NEW_APP, freshData());
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^Delivery +query$/m)]);
    expect(stderr).toMatch(NAMES_CODE);
  });

  it.each([['--json'], ['--delivery', 'query'], ['--delivery', 'code']])(
    'says nothing of it with %s %s',
    async (...args) => {
      const { exitCode, stderr } = await run([...NEW_APP, ...args], freshData());
      expect(exitCode).toBe(0);
      expect(stderr).not.toMatch(NAMES_CODE);
    },
  );
});

describe('a wrong configuration', () => {
  it('ends with 2 and lists every problem', async () => {
    const data = freshData();
    const { exitCode, stderr } = await run(['serve', '--port', '0', '--host', '0.0.0.0', '--json'], data, {
      COUNTERSIGN_PROT: '1',
    });
    expect(exitCode).toBe(2);
    expect(JSON.parse(stderr).error).toMatchObject({
      code: 'invalid_configuration',
      problems: [
        'COUNTERSIGN_PROT: there is no such setting; did you mean COUNTERSIGN_PORT?',
        'port (--port): "0" must be a whole number from 1 to 65535',
        'host (--host): development mode serves loopback only: set mode production',
      ],
    });
    expect(existsSync(data)).toBe(false);
  });

  it.each([
    ['', 'is empty'],
    ['changeme', 'must be 32 bytes'],
    ['A'.repeat(43), 'repeats a pattern'],
    [Buffer.from('changemechangemechangemechangeme').toString('base64'), 'repeats a pattern'],
  ])('S9: production does not start with the master key %j', async (key, problem) => {
    const { exitCode, stderr } = await run(['serve'], freshData(), {
      ...PRODUCTION,
      COUNTERSIGN_MASTER_KEY: key,
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(problem);
  });

  it('S9: production does not start without a master key, nor with the one of development', async () => {
    const data = freshData();
    const { COUNTERSIGN_MASTER_KEY: _, ...rest } = PRODUCTION;
    expect((await run(['serve'], data, rest)).stderr).toContain('is required in production');
    await runJson(['apps', 'list'], data);
    const environment = { ...rest, COUNTERSIGN_MASTER_KEY_FILE: join(data, 'development-master-key') };
    const { exitCode, stderr } = await run(['serve'], data, environment);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('was made by development mode');
  });

  it('the demo is refused in production', async () => {
    const { exitCode, stderr } = await run(['serve', '--demo'], freshData(), PRODUCTION);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--demo: is for development mode only');
  });

  it('S6: secrets are in no message', async () => {
    const environment = {
      ...PRODUCTION,
      COUNTERSIGN_PORT: 'x',
      COUNTERSIGN_SMTP_URL: 'smtp://u:hunter2@x?hunter2=1',
    };
    const { stdout, stderr } = await run(['serve'], freshData(), environment);
    expect(stderr).toContain('smtpUrl (COUNTERSIGN_SMTP_URL)');
    expect(stdout + stderr).not.toContain('hunter2');
    expect(stdout + stderr).not.toContain(PRODUCTION.COUNTERSIGN_MASTER_KEY);
  });
});

describe('migrate', () => {
  it('plans without doing, does, and then has nothing to do', async () => {
    const data = freshData();
    const file = join(data, 'countersign.db');
    const plan = await runJson(['migrate', '--plan'], data);
    expect(plan).toMatchObject({ file, from: 0, pending: expect.arrayContaining(['0001-sign-in']) });
    expect(existsSync(data)).toBe(false);
    const done = await runJson(['migrate'], data);
    expect(done).toEqual({ file, from: 0, to: plan.to, applied: plan.pending });
    expect(await runJson(['migrate'], data)).toEqual({ file, from: plan.to, to: plan.to, applied: [] });
    expect(await runJson(['migrate', '--plan'], data)).toEqual({
      file,
      from: plan.to,
      to: plan.to,
      pending: [],
    });
  });

  it('needs no secret, also in production', async () => {
    expect((await run(['migrate'], freshData(), { COUNTERSIGN_MODE: 'production' })).exitCode).toBe(0);
  });

  it('is left to the operator in production: serve says the command and ends with 1', async () => {
    const data = freshData();
    const { exitCode, stderr } = await run(['serve'], data, PRODUCTION);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('countersign migrate');
    expect(existsSync(join(data, 'countersign.db'))).toBe(false);
  });
});

describe('the store', () => {
  it('that cannot be opened ends a command with 3', async () => {
    const data = freshData();
    await runJson(['migrate'], data);
    writeFileSync(
      join(data, 'countersign.db'),
      'this is no database, but longer than a header of one '.repeat(20),
    );
    const { exitCode, stderr } = await run(['apps', 'list', '--json'], data);
    expect(exitCode).toBe(3);
    expect(JSON.parse(stderr).error.code).toBe('store_unavailable');
  });

  it('S7: sealed under another master key ends a command with 1', async () => {
    const data = freshData();
    await run(['migrate'], data, PRODUCTION);
    expect((await run(['apps', 'list'], data, PRODUCTION)).exitCode).toBe(0);
    const other = { ...PRODUCTION, COUNTERSIGN_MASTER_KEY: randomBytes(32).toString('base64') };
    for (const command of ['serve', 'apps list']) {
      const { exitCode, stderr } = await run([...command.split(' '), '--json'], data, other);
      expect(exitCode).toBe(1);
      expect(JSON.parse(stderr).error.code).toBe('wrong_master_key');
    }
  });

  it.skipIf(process.platform === 'win32')(
    'S7: and its key are for the owner of the folder only',
    async () => {
      const data = freshData();
      await runJson(NEW_APP, data);
      expect(statSync(data).mode & 0o777).toBe(0o700);
      for (const name of ['countersign.db', 'development-master-key'])
        expect(statSync(join(data, name)).mode & 0o777).toBe(0o600);
      chmodSync(join(data, 'development-master-key'), 0o644);
      expect((await run(['apps', 'list'], data)).exitCode).toBe(2);
    },
  );
});

describe('apps', () => {
  const data = freshData();
  let id: string;

  beforeAll(async () => {
    id = (await runJson([...NEW_APP, '--allow-refresh', '--link-lifetime', '5m'], data)).id;
  });

  it('create prints the app with its URLs, and show the same again', async () => {
    const shown = await runJson(['apps', 'show', id], data);
    expect(shown).toEqual({
      id,
      name: 'Paper Boats',
      redirectUrl: 'http://localhost:3000/signed-in',
      delivery: 'query',
      allowRefresh: true,
      linkBinding: 'any-browser',
      algorithm: 'ES512',
      linkLifetimeSeconds: 300,
      codeLifetimeSeconds: 600,
      idTokenLifetimeSeconds: 1800,
      refreshTokenLifetimeSeconds: 2_592_000,
      mailsPerHour: 1000,
      mailTemplate: { subject: null, text: null, html: null },
      createdAt: expect.any(Number),
      updatedAt: expect.any(Number),
      version: 1,
      issuer: `http://localhost:8080/${id}`,
      signInUrl: `http://localhost:8080/${id}/sign-in`,
      jwksUrl: `http://localhost:8080/${id}/.well-known/jwks.json`,
    });
    const { stdout } = await run(['apps', 'show', id, '--issuer', 'http://localhost:9000'], data);
    expect(stdout).toContain(`http://localhost:9000/${id}/sign-in`);
    expect(stdout).toMatch(/^Link +5m, any-browser$/m);
  });

  it('create keeps an id that clients know already, once', async () => {
    const known = '0b0f0c1e-7a34-4f5e-9f62-0d6a3c1d2e4f';
    const own = freshData();
    expect((await runJson([...NEW_APP, '--id', known], own)).id).toBe(known);
    const { exitCode, stderr } = await run([...NEW_APP, '--id', known, '--json'], own);
    expect(exitCode).not.toBe(0);
    expect(JSON.parse(stderr).error.code).not.toBe('internal_error');
  });

  it('create lists every problem of the settings and ends with 2', async () => {
    const args = ['apps', 'create', '--redirect-url', 'http://example.com', '--delivery', 'post', '--json'];
    const { exitCode, stderr } = await run(args, data);
    expect(exitCode).toBe(2);
    const { error } = JSON.parse(stderr);
    expect(error.code).toBe('invalid_settings');
    expect(error.problems).toEqual([
      '--name is required',
      expect.stringMatching(/^--redirect-url must be https/),
      expect.stringMatching(/^--delivery must be one of/),
    ]);
  });

  it('create names the file of a mail text that cannot be taken', async () => {
    const file = join(freshData(), '..', 'mail.txt');
    writeFileSync(file, 'Hello {appname}');
    const { exitCode, stderr } = await run([...NEW_APP, '--mail-text-file', file], data);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('  - --mail-text-file must hold {link} or {code}\n');
    expect(stderr).toContain(
      '  - --mail-text-file holds the unknown placeholder {appname}, did you mean {appName}?',
    );
  });

  it('list prints all, as lines and as JSON', async () => {
    const { stdout } = await run(['apps', 'list'], data);
    expect(stdout).toBe(`${id}  Paper Boats  http://localhost:3000/signed-in\n`);
    const { apps } = await runJson(['apps', 'list'], data);
    expect(apps).toEqual([await runJson(['apps', 'show', id], data)]);
  });

  it('list prints nothing where there is none, and says so beside', async () => {
    const { exitCode, stdout, stderr } = await run(['apps', 'list'], freshData());
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
    expect(stderr).toContain('There is no app yet');
  });

  it('update changes what is given and leaves the rest', async () => {
    const text = join(folder.path, 'mail.txt');
    writeFileSync(text, 'Sail with {link}');
    const before = await runJson(['apps', 'show', id], data);
    const args = [
      'apps',
      'update',
      id,
      '--no-allow-refresh',
      '--mail-text-file',
      text,
      '--mail-subject',
      'Ahoy',
    ];
    expect(await runJson(args, data)).toEqual({
      ...before,
      allowRefresh: false,
      mailTemplate: { subject: 'Ahoy', text: 'Sail with {link}', html: null },
      version: 2,
      updatedAt: expect.any(Number),
    });
    const reset = await runJson(['apps', 'update', id, '--default-mail', '--mail-subject', 'Hello'], data);
    expect(reset.mailTemplate).toEqual({ subject: 'Hello', text: null, html: null });
  });

  it('rotate-keys gives the key that signs now and the one after it', async () => {
    const first = await runJson(['apps', 'rotate-keys', id], data);
    const second = await runJson(['apps', 'rotate-keys', id], data);
    expect(Object.keys(first)).toEqual(['id', 'currentKid', 'nextKid']);
    expect(second.currentKid).toBe(first.nextKid);
  });

  it.each([['show'], ['update', '--name', 'X'], ['rotate-keys'], ['delete', '--yes']])(
    '%s of an unknown app ends with 1',
    async (command, ...options) => {
      for (const unknown of ['00000000-0000-4000-8000-000000000000', "' OR 1=1--"]) {
        const { exitCode, stderr } = await run(['apps', command, unknown, ...options, '--json'], data);
        expect(exitCode).toBe(1);
        expect(JSON.parse(stderr).error.code).toBe('unknown_app');
      }
    },
  );

  it('delete asks for --yes first', async () => {
    const own = freshData();
    const doomed = (await runJson(NEW_APP, own)).id;
    const { exitCode, stderr } = await run(['apps', 'delete', doomed], own);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Add --yes to do it.');
    expect((await runJson(['apps', 'list'], own)).apps).toHaveLength(1);
    expect(await runJson(['apps', 'delete', doomed, '--yes'], own)).toEqual({ deleted: doomed });
    expect((await runJson(['apps', 'list'], own)).apps).toHaveLength(0);
  });
});
