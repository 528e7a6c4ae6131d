/** The README files: their code compiles as it stands, under the strictest settings, and their links lead somewhere. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { temporaryFolder } from '../support/authority-process.js';
import { REPOSITORY } from '../support/guides.js';

const execute = promisify(execFile);
const folder = temporaryFolder();
afterAll(() => folder.remove());

const READMES = ['README.md', 'packages/countersign/README.md', 'packages/server/README.md'];
const GUIDES = readdirSync(`${REPOSITORY}docs/guides`).map((name) => `docs/guides/${name}`);

/** What a user of the packages would have in a tsconfig.json who wants to be told everything. */
const TSCONFIG = {
  compilerOptions: {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2024', 'dom'],
    types: ['node'],
    noEmit: true,
    skipLibCheck: false,
  },
};

it('the code of README.md compiles as it stands', async () => {
  const blocks = READMES.flatMap((file) => {
    const markdown = readFileSync(REPOSITORY + file, 'utf8');
    return [...markdown.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
  });
  expect(blocks.length).toBeGreaterThan(4);
  mkdirSync(join(folder.path, 'src'));
  symlinkSync(`${REPOSITORY}node_modules`, join(folder.path, 'node_modules'));
  writeFileSync(join(folder.path, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder.path, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  for (const [index, text] of blocks.entries())
    writeFileSync(join(folder.path, 'src', `block-${index + 1}.ts`), text);
  const tsc = `${REPOSITORY}node_modules/typescript/bin/tsc`;
  const { stdout } = await execute(process.execPath, [tsc, '--project', folder.path]).catch((error) => error);
  expect(stdout).toBe('');
}, 30_000);

it.each(['README.md', 'packages/countersign/README.md'])('the table of %s names every entry', (file) => {
  const [table = ''] = readFileSync(REPOSITORY + file, 'utf8').match(/^\| import [\s\S]*?\n\n/m) ?? [];
  const named = [...table.matchAll(/^\| (.*?) \|/gm)].flatMap(
    ([, cell = '']) => cell.match(/`[^`]+`/g) ?? [],
  );
  const paths = named.map((name) => `.${name.slice(1, -1).replace(/^countersign/, '')}`);
  const { exports: entries } = JSON.parse(
    readFileSync(`${REPOSITORY}packages/countersign/package.json`, 'utf8'),
  );
  expect(paths.sort()).toEqual(Object.keys(entries).sort());
});

it.each([...READMES, ...GUIDES])('the links of %s lead somewhere', (file) => {
  const markdown = readFileSync(REPOSITORY + file, 'utf8');
  const links = [...markdown.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  const broken = links.filter((target) => {
    if (/^https?:/.test(target)) return false;
    const [path = '', anchor] = target.split('#');
    const linked = path === '' ? REPOSITORY + file : join(REPOSITORY, dirname(file), path);
    return !existsSync(linked) || (anchor !== undefined && !anchorsOf(linked).includes(anchor));
  });
  expect(broken).toEqual([]);
});

/** The names that GitHub gives to headings. */
function anchorsOf(path: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
