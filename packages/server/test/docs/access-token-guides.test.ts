/** The guides to access tokens: what they show is what the examples are, and all of it runs. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { decodeUnverifiedJwt } from 'countersign';
import { afterAll, describe, expect, it } from 'vitest';
import { cleanEnvironment, commandLine, temporaryFolder } from '../support/authority-process.js';
import { codeBlocksOf, REPOSITORY, readExample } from '../support/guides.js';

const GUIDES = ['access-tokens.md', 'migrating-from-pyjoat.md'];
const EXAMPLES = 'docs/examples/access-tokens/';
const execute = promisify(execFile);
const folder = temporaryFolder();
afterAll(() => folder.remove());

describe.each(GUIDES)('%s', (guide) => {
  const blocks = codeBlocksOf(guide);

  it('holds code that a test runs, and no other', () => {
    expect(blocks.length).toBeGreaterThan(1);
    for (const { language, source } of blocks) {
      if (language !== 'sh')
        expect(`${language} ${source}`).toMatch(/^js docs\/examples\/access-tokens\/\w+\.mjs#\w+$/);
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
  const run = async (name: string) => {
    const env = cleanEnvironment({});
    return (await execute(process.execPath, [`${REPOSITORY}${EXAMPLES}${name}`], { env })).stdout;
  };

  it('secrets.mjs issues and parses', async () => {
    expect(await run('secrets.mjs')).toBe('web 1234 true\nvalid\nvalid\nbad_signature\n');
  });

  it('profile.mjs signs, verifies and answers', async () => {
    const [caller, ...answers] = (await run('profile.mjs')).trim().split('\n');
    expect(caller).toBe("user-1 web [ 'read', 'write' ] urn:example:mfa");
    expect(answers).toEqual(['200', '403', '401']);
  });

  it("migrating.mjs makes PyJOAT's own token", async () => {
    const output = await run('migrating.mjs');
    expect(output).toMatch(/^true\n/);
    expect(output).toContain("clientId: 'abcd'");
    expect(output).toMatch(/\nbad_signature\n$/);
  });
});

it('access-tokens.md: the shell blocks run, and print two tokens', async () => {
  const blocks = codeBlocksOf('access-tokens.md').filter(({ language }) => language === 'sh');
  const script = [
    'set -euo pipefail',
    `npx() { shift; "${process.execPath}" "${commandLine()}" "$@"; }`,
    ...blocks.map(({ text }) => text),
  ].join('\n');
  const options = { cwd: folder.path, env: cleanEnvironment({}) };
  const { stdout } = await execute('bash', ['-c', script], options);
  const tokens = stdout.match(/^[\w-]+\.[\w-]+\.[\w-]+$/gm) ?? [];
  expect(tokens.map((token) => decodeUnverifiedJwt(token).unverifiedHeader['typ'])).toEqual([
    'JWT',
    'at+jwt',
  ]);
});
