/** The guide to OAuth and OpenID Connect: what it shows is what is there, and all of it runs. */
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { OAUTH_ERRORS } from '../../src/domain/oauth/oauth-error.js';
import { temporaryFolder } from '../support/authority-process.js';
import { codeBlocksOf, REPOSITORY, readExample, tableOf } from '../support/guides.js';
import { serveAuthority } from '../support/served-authority.js';
import { runShellGuide } from '../support/shell-guide.js';

const GUIDE = 'oauth.md';
const blocks = codeBlocksOf(GUIDE);
/** In the table of errors, but for what nothing here answers. */
const NEVER_ANSWERED = ['interaction_required', 'server_error', 'unsupported_token_type'];

describe(GUIDE, () => {
  it('holds code that a test runs, and no other', () => {
    for (const { language, source } of blocks)
      if (language !== 'sh')
        expect(`${language} ${source}`).toMatch(/^js docs\/examples\/oauth\/[\w-]+\.mjs(?:#[\w-]+)?$/);
  });

  it.each(blocks.filter(({ language }) => language === 'js').map(({ source, text }) => [source, text]))(
    'shows %s as it is',
    (source, text) => {
      expect(text.trim()).toBe(readExample(source).trim());
    },
  );

  it('the shell blocks run from the first to the last', async () => {
    const folder = temporaryFolder();
    onTestFinished(() => folder.remove());
    const cwd = join(folder.path, 'guide');
    mkdirSync(cwd);
    symlinkSync(join(REPOSITORY, 'docs'), join(cwd, 'docs'));
    const shell = blocks.flatMap(({ language, text }) => (language === 'sh' ? [text] : []));
    const environment = { ISSUER: 'http://localhost:8080', ORDERS: 'http://localhost:8081' };
    const { exitCode, stdout, stderr } = await runShellGuide(shell, { cwd, environment });
    expect(exitCode, stderr).toBe(0);
    for (const text of [
      /"orders":\[\],"of":"(client_[\w-]+)","by":"\1"/,
      /"access_token":"eyJ[\w.-]+","token_type":"Bearer","expires_in":600,"scope":"orders:read"}/,
      /{"status":200,"sub":"client_[\w-]+","actor":"client_[\w-]+","scope":"orders:read"}$/m,
      /Open http\S+\/device and type [A-Z]{4}-[A-Z]{4}$/m,
      /^dpop 200 401$/m,
      /^http\S+\/authorize\?(?:client_id=client_[\w-]+&)?request_uri=\S+$/m,
      /"active":true.*{"active":false}HTTP\/1\.1 401/s,
      /"authorization_servers":\["http:\/\/localhost:\d+"\]/,
      /^not yet: /m,
    ])
      expect(stdout).toMatch(text);
  }, 90_000);

  it('the table of errors has every code that is answered, with its status', () => {
    const told = Object.entries(OAUTH_ERRORS).filter(([code]) => !NEVER_ANSWERED.includes(code));
    expect(tableOf(GUIDE, 'error').map(([code, status]) => [code, Number(status)])).toEqual(
      told.map(([code, { status }]) => [code, status]),
    );
  });

  it('what comes to no endpoint is answered with a message and a code, as it says', async () => {
    const authority = await serveAuthority();
    onTestFinished(() => authority.stop());
    const asked = async (path: string, init: RequestInit, issuer = authority.issuer) => {
      const answer = await fetch(issuer + path, init);
      return [answer.status, await answer.json()];
    };
    const answer = (code: string) => ({ message: expect.any(String), code });
    expect(await asked('/tokens', { method: 'POST' })).toEqual([404, answer('not_found')]);
    expect(await asked('/token', { method: 'PUT' })).toEqual([405, answer('method_not_allowed')]);
    const elsewhere = authority.issuer.replace('localhost', '127.0.0.1');
    expect(await asked('/token', { method: 'POST' }, elsewhere)).toEqual([421, answer('misdirected')]);
    const body = JSON.stringify({});
    const inOauth = { error: 'invalid_request', error_description: expect.any(String) };
    expect(await asked('/token', { method: 'POST', body })).toEqual([415, inOauth]);
  });

  it('the table of endpoints has every one that the metadata names, and each is there', async () => {
    const authority = await serveAuthority();
    onTestFinished(() => authority.stop());
    const { issuer } = authority;
    const metadata = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
    const named = Object.entries(metadata as Record<string, unknown>)
      .filter(([name]) => name.endsWith('_endpoint') || name === 'jwks_uri')
      .map(([, url]) => String(url).slice(issuer.length));
    const endpoints = tableOf(GUIDE, 'endpoint').flatMap(([cell = '']) =>
      [...cell.matchAll(/((?:GET|POST)(?:, POST)?) (\S+?)(?:,|$)/g)].map(([, methods = '', path = '']) => ({
        methods: methods.split(', '),
        path,
      })),
    );
    expect(endpoints.map(({ path }) => path)).toEqual(expect.arrayContaining(named));
    for (const { methods, path } of endpoints) {
      const other = await fetch(issuer + path, { method: 'PUT', redirect: 'manual' });
      const allowed = (other.headers.get('allow') ?? '').split(', ');
      expect([path, other.status]).toEqual([path, 405]);
      expect(allowed.filter((method) => ['GET', 'POST'].includes(method))).toEqual(methods);
    }
  });
});

describe('compatibility.md', () => {
  const markdown = readFileSync(`${REPOSITORY}docs/compatibility.md`, 'utf8');
  const rows = [
    ...markdown.slice(markdown.indexOf('## Standards')).matchAll(/^\| ([^|]+) \|.*\| (`.*`) \|$/gm),
  ];

  it('has the standards', () => {
    expect(rows.length).toBeGreaterThan(20);
  });

  it.each(rows.map(([, standard = '', files = '']) => [standard, files]))(
    'names tests of %s that say which clause they are about',
    (standard, files) => {
      for (const [, file] of files.matchAll(/`([^`]+)`/g))
        expect([file, readFileSync(REPOSITORY + file, 'utf8').includes(standard)]).toEqual([file, true]);
    },
  );
});
