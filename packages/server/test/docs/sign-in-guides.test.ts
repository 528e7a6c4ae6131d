/** The guides to e-mail sign-in and to running the authority: what they show is what is there, and it runs. */
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createSignInClient } from 'countersign/sign-in';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../src/cli/exit-codes.js';
import { SETTING_NAMES, SETTINGS } from '../../src/config/index.js';
import { REFUSALS } from '../../src/domain/refusal.js';
import {
  type AuthorityProcess,
  cleanEnvironment,
  runCommand,
  startAuthorityProcess,
  temporaryFolder,
} from '../support/authority-process.js';
import { startExample } from '../support/example-process.js';
import { freePort } from '../support/free-port.js';
import { codeBlocksOf, REPOSITORY, readExample, tableOf } from '../support/guides.js';
import { type MailCatcher, startMailCatcher } from '../support/mail-catcher.js';
import { PageClient } from '../support/page-client.js';
import { runShellGuide } from '../support/shell-guide.js';

const execute = promisify(execFile);
const EXAMPLES = 'docs/examples/sign-in/';
const folder = temporaryFolder();
afterAll(() => folder.remove());

/** An empty folder that a guide's shell blocks run in, with the examples in their place. */
function guideFolder(name: string): string {
  const cwd = join(folder.path, name);
  mkdirSync(cwd);
  symlinkSync(join(REPOSITORY, 'docs'), join(cwd, 'docs'));
  return cwd;
}

const shellBlocksOf = (guide: string) =>
  codeBlocksOf(guide).flatMap(({ language, text }) => (language === 'sh' ? [text] : []));

describe('e-mail-sign-in.md', () => {
  const blocks = codeBlocksOf('e-mail-sign-in.md');

  it('holds code that a test runs, and no other', () => {
    for (const { language, source } of blocks) {
      if (language !== 'sh')
        expect(`${language} ${source}`).toMatch(/^js docs\/examples\/sign-in\/\w+\.mjs(?:#[\w-]+)?$/);
    }
  });

  it.each(blocks.filter(({ language }) => language === 'js').map(({ source, text }) => [source, text]))(
    'shows %s as it is',
    (source, text) => {
      expect(text.trim()).toBe(readExample(source).trim());
    },
  );

  it('lists every refusal of this API with its status', () => {
    const ofKeyRepository = /key|^token_required$|^invalid_token$|^conflict$/;
    const expected = Object.entries(REFUSALS)
      .filter(([code]) => !ofKeyRepository.test(code))
      .map(([code, { status }]) => [String(status), code]);
    expect(tableOf('e-mail-sign-in.md', 'status').map(([status, code]) => [status, code])).toEqual(expected);
  });

  it('the shell blocks lead to an app that sends people to the hosted page', async () => {
    const cwd = guideFolder('sign-in');
    const environment = { AUTHORITY_URL: 'http://localhost:8080' };
    const visit = 'curl --silent --show-error --location http://localhost:3000/';
    const shell = shellBlocksOf('e-mail-sign-in.md');
    const { exitCode, stdout, stderr } = await runShellGuide([...shell, visit], { cwd, environment });
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain('<h1>Log in to <bdi>Book club</bdi></h1>');
  }, 60_000);
});

describe('the examples of e-mail sign-in', () => {
  const appId = '6f1c1d1e-7a50-4a3c-9d5e-0b7f3f6f2c11';
  let mail: MailCatcher;
  let authority: AuthorityProcess;

  beforeAll(async () => {
    mail = await startMailCatcher();
    const environment = {
      COUNTERSIGN_SMTP_URL: mail.smtpUrl,
      COUNTERSIGN_MAIL_FROM: 'no-reply@auth.example',
    };
    authority = await startAuthorityProcess({ dataFolder: folder.path, environment });
    const settings = [
      '--id',
      appId,
      '--name',
      'Book club',
      '--redirect-url',
      'http://localhost:3000/signed-in',
    ];
    runCommand(['apps', 'create', ...settings, '--allow-refresh'], { COUNTERSIGN_DATA_FOLDER: folder.path });
  });
  afterAll(async () => {
    await authority?.stop();
    await mail?.close();
  });

  const environment = (more: Readonly<Record<string, string>> = {}) =>
    cleanEnvironment({ AUTHORITY_URL: authority.url, APP_ID: appId, ...more });

  /** Runs an example, types line by line what it asks for, and gives what it printed. */
  async function talkTo(
    name: string,
    env: NodeJS.ProcessEnv,
    lines: readonly (() => string | Promise<string>)[] = [],
  ): Promise<string> {
    const child = spawn(process.execPath, [`${REPOSITORY}${EXAMPLES}${name}`], { env });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const closed = new Promise((resolve) => child.once('close', resolve));
    for (const line of lines) child.stdin.write(`${await line()}\n`);
    await closed;
    return output;
  }

  it('app.mjs signs a person in by the link, and nobody by a code that was used', async () => {
    const port = await freePort();
    const settings = ['--name', 'Web', '--redirect-url', `http://localhost:${port}/signed-in`];
    const { id } = JSON.parse(
      runCommand(['apps', 'create', ...settings, '--delivery', 'code', '--json'], {
        COUNTERSIGN_DATA_FOLDER: folder.path,
      }),
    );
    const app = await startExample('sign-in/app.mjs', { AUTHORITY_URL: authority.url, APP_ID: id }, port);
    const person = new PageClient();
    const signInUrl = (await person.get(app.url)).headers.get('location') ?? '';
    expect(signInUrl).toBe(`${authority.url}/${id}/sign-in`);
    await person.post(signInUrl, { email: 'web@example.com' });
    const { link } = await mail.take('web@example.com');
    const back = (await person.finishWithLink(link)).headers.get('location') ?? '';
    expect(back.replace(/[\w-]{43}$/, 'secret')).toBe(`${app.url}signed-in?code=secret`);
    expect((await person.get(back)).status).toBe(303);
    expect(await (await person.get(app.url)).text()).toBe('Hello web@example.com\n');
    expect((await new PageClient().get(back)).status).toBe(401);
    await app.stop();
  });

  it('rest.mjs goes from the first call to the last', async () => {
    const output = await talkTo('rest.mjs', environment(), [
      () => 'rest@example.com',
      async () => (await mail.take('rest@example.com')).code,
    ]);
    expect(output.match(/(?:GET|POST|DELETE) \S+ \d+$/gm)).toEqual([
      'POST /authenticate 200',
      'POST /code 200',
      'POST /verify 200',
      'POST /refresh 200',
      'GET /.well-known/jwks.json 200',
      'DELETE /user/refresh/... 204',
      'DELETE /user/refresh 204',
    ]);
  });

  it('calls.mjs finishes by the code, refreshes, logs out, and shows its error', async () => {
    const output = await talkTo('calls.mjs', environment({ EMAIL: 'eve@example.com' }), [
      async () => (await mail.take('eve@example.com')).code,
    ]);
    expect(output).toMatch(
      /^eve@example\.com [\w-]{36} \d{10}\nSignInError unauthorized 401 unauthorized\n$/,
    );
  });

  it('browser.mjs begins a sign-in, and reads what comes back', async () => {
    expect(await talkTo('browser.mjs', environment())).toBe('');
    const { link } = await mail.take('ada@example.com');
    const back = (await new PageClient().finishWithLink(link)).headers.get('location') ?? '';
    const output = await talkTo('browser.mjs', environment({ PAGE_URL: back }));
    expect(output).toBe('ada@example.com and on\n');
  });

  it('authorizer.mjs and serverless.mjs give what API Gateway and the framework read', async () => {
    const idToken = await idTokenFor('aws@example.com');
    const program = `
      import { handler } from '${REPOSITORY}${EXAMPLES}authorizer.mjs';
      import config from '${REPOSITORY}${EXAMPLES}serverless.mjs';
      const event = (value) => ({ headers: { authorization: value } });
      const { principalId, context } = await handler(event('Bearer ' + process.env.ID_TOKEN));
      const refused = await handler(event('Bearer abc')).catch((error) => error);
      console.log(principalId, context.email, refused, config.functions.getBooks.events[0].http.authorizer.name);
    `;
    const env = cleanEnvironment({
      SIGN_IN_BASE_URL: authority.url,
      SIGN_IN_APP_ID: appId,
      ID_TOKEN: idToken,
    });
    const { stdout } = await execute(process.execPath, ['--input-type=module', '--eval', program], { env });
    expect(stdout).toBe('aws@example.com aws@example.com Unauthorized signInAuthorizer\n');
  });

  async function idTokenFor(email: string): Promise<string> {
    const client = createSignInClient({ baseUrl: authority.url, appId });
    const { requestId = '' } = await client.startSignIn(email);
    return (await client.finishWithCode(requestId, (await mail.take(email)).code)).idToken;
  }
});

describe('running-the-authority.md', () => {
  const guide = 'running-the-authority.md';

  it('lists every setting with its default', () => {
    const ofMode = { mode: 'development', issuer: 'development: http://localhost:<port>' };
    const expected = SETTING_NAMES.map((name) => [
      name,
      { ...ofMode }[name as string] ?? SETTINGS[name].default ?? '',
    ]);
    expect(tableOf(guide, 'setting').map(([name, value]) => [name, value])).toEqual(expected);
  });

  it('lists every exit code', () => {
    const codes = tableOf(guide, 'code').map(([code]) => code);
    expect(codes).toEqual([...Object.values(EXIT_CODES).map(String), '130, 143']);
  });

  it('the shell blocks lead to an authority in production', async () => {
    const cwd = guideFolder('running');
    const file = codeBlocksOf(guide).find(({ source }) => source === 'countersign.json');
    writeFileSync(join(cwd, 'countersign.json'), file?.text ?? '');
    const { exitCode, stdout, stderr } = await runShellGuide(shellBlocksOf(guide), { cwd, environment: {} });
    expect(exitCode, stderr).toBe(0);
    for (const text of [
      'countersign.db would go from schema version 0',
      'countersign.db went from schema version 0',
      'https://shop.example.com/signed-in',
      'serves https://auth.example.com in production mode',
      '{"status":"ready"}',
      'Refresh tokens  allowed, 7d',
      'is published as the next one',
      'Own mail texts  subject, text',
      'wants --yes',
    ])
      expect(stdout).toContain(text);
  }, 60_000);
});
