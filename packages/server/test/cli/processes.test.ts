import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { temporaryFolder } from '../support/authority-process.js';
import { finishCommand } from '../support/finished-command.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const NEW_APP = [
  'apps',
  'create',
  '--name',
  'Paper Boats',
  '--redirect-url',
  'http://localhost:3000/signed-in',
];
const run = (args: readonly string[], data: string) =>
  finishCommand(args, { COUNTERSIGN_DATA_FOLDER: join(folder.path, data) });

it('the built program prints results to stdout and ends with 0', async () => {
  const created = await run([...NEW_APP, '--json'], 'data');
  expect(created).toMatchObject({ exitCode: 0, stderr: '' });
  const listed = await run(['apps', 'list', '--json'], 'data');
  expect(JSON.parse(listed.stdout)).toEqual({ apps: [JSON.parse(created.stdout)] });
});

it('the built program prints failures to stderr and ends with 1, 2 or 3', async () => {
  await run(['migrate'], 'broken');
  writeFileSync(
    join(folder.path, 'broken', 'countersign.db'),
    'no database, longer than a header '.repeat(30),
  );
  const failures = [
    [1, 'unknown_app', await run(['apps', 'show', 'x', '--json'], 'data')],
    [2, 'usage', await run(['apps', 'show', '--json'], 'data')],
    [2, 'invalid_configuration', await run(['serve', '--port', '0', '--json'], 'data')],
    [3, 'store_unavailable', await run(['apps', 'list', '--json'], 'broken')],
  ] as const;
  for (const [exitCode, code, finished] of failures) {
    expect(finished).toMatchObject({ exitCode, stdout: '' });
    expect(JSON.parse(finished.stderr).error.code).toBe(code);
  }
});

it('S7: processes that start at once in a fresh folder end up with one development key and one database', async () => {
  const results = await Promise.all([1, 2, 3, 4].map(() => run([...NEW_APP, '--json'], 'fresh')));
  expect(results.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(
    results.map(() => ({ exitCode: 0, stderr: '' })),
  );
  expect((await run(['apps', 'list'], 'fresh')).stdout.trim().split('\n')).toHaveLength(4);
});
