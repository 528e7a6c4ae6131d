/** The guides to the gate: what they show is what the examples are, and all of it runs. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cleanEnvironment } from '../support/authority-process.js';
import { startExample } from '../support/example-process.js';
import { codeBlocksOf, REPOSITORY, readExample } from '../support/guides.js';

const execute = promisify(execFile);

describe('testing-your-service.md', () => {
  const blocks = codeBlocksOf('testing-your-service.md');

  it('holds code that a test runs, and no other', () => {
    expect(blocks.length).toBeGreaterThan(1);
    for (const { language, source } of blocks) {
      if (language !== 'sh')
        expect(`${language} ${source}`).toMatch(
          /^js docs\/examples\/testing-your-service\/[\w.]+\.mjs(?:#[\w-]+)?$/,
        );
    }
  });

  it.each(blocks.filter(({ language }) => language === 'js').map(({ source, text }) => [source, text]))(
    'shows %s as it is',
    (source, text) => {
      expect(text.trim()).toBe(readExample(source).trim());
    },
  );

  it('the tests of the example pass', async () => {
    const [command = ''] = blocks.filter(({ language }) => language === 'sh').map(({ text }) => text);
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
