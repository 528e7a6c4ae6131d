import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportKeys } from '../../src/services/export-keys.js';
import { temporaryFolder } from '../support/authority-process.js';
import { BAD_KEY_IDS } from '../support/bad-key-ids.js';
import { aPublishedKey, NOW } from '../support/store-rows.js';

const key = (kid: string, pem = `key of ${kid}`) => aPublishedKey({ kid, pem });
const revoked = (kid: string) => aPublishedKey({ kid, revokedAt: NOW });

describe('keys exported as a folder', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  /** Where the keys go: below the temporary folder, so that one may look at what lies beside. */
  let root: string;
  beforeEach(() => {
    folder = temporaryFolder();
    root = join(folder.path, 'public', 'keys');
  });
  afterEach(() => folder.remove());

  const filesBelow = (path: string): Record<string, string> =>
    Object.fromEntries(
      readdirSync(path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .sort()
        .map((file) => [file.slice(path.length + 1), readFileSync(file, 'utf8')]),
    );

  it('are files at the paths of their ids', async () => {
    const report = await exportKeys([key('a'), key('b/1'), key('b/c/2.pem'), key('b+c/-')], root);
    expect(report).toEqual({ written: 4, unchanged: 0, removed: 0, skipped: [] });
    expect(filesBelow(root)).toEqual({
      a: 'key of a',
      'b/1': 'key of b/1',
      'b/c/2.pem': 'key of b/c/2.pem',
      'b+c/-': 'key of b+c/-',
    });
  });

  it('are left untouched where they have not changed, and mended where they have', async () => {
    const keys = [key('a/1'), key('a/2')];
    await exportKeys(keys, root);
    utimesSync(join(root, 'a/1'), 1000, 1000);
    writeFileSync(join(root, 'a/2'), 'tampered');
    expect(await exportKeys(keys, root)).toMatchObject({ written: 1, unchanged: 1 });
    expect(statSync(join(root, 'a/1')).mtimeMs).toBe(1_000_000);
    expect(filesBelow(root)).toEqual({ 'a/1': 'key of a/1', 'a/2': 'key of a/2' });
  });

  it('go when they are revoked, with the folders that this leaves empty; what is of others stays', async () => {
    await exportKeys([key('a/b/1'), key('c/1'), key('c/2')], root);
    writeFileSync(join(root, 'index.html'), 'of somebody else');
    writeFileSync(join(root, 'c/notes'), 'of somebody else');
    const report = await exportKeys([revoked('a/b/1'), key('c/1'), revoked('c/2'), revoked('d/1')], root);
    expect(report).toEqual({ written: 0, unchanged: 1, removed: 2, skipped: [] });
    expect(Object.keys(filesBelow(root))).toEqual(['c/1', 'c/notes', 'index.html']);
    expect(readdirSync(root).sort()).toEqual(['c', 'index.html']);
  });

  it('A4: neither replace nor remove a private key that has the name of a published one', async () => {
    const pem = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n';
    mkdirSync(join(root, 'a'), { recursive: true });
    for (const name of ['a/1.pem', 'a/2.pem']) writeFileSync(join(root, name), pem);
    const report = await exportKeys([key('a/1.pem'), revoked('a/2.pem'), key('a/3.pem')], root);
    expect(report).toMatchObject({ written: 1, removed: 0, skipped: [{ kid: 'a/1.pem' }] });
    expect(filesBelow(root)).toEqual({ 'a/1.pem': pem, 'a/2.pem': pem, 'a/3.pem': 'key of a/3.pem' });
  });

  it('are told apart where one id is also the folder of others: the file goes, and is reported', async () => {
    await exportKeys([key('a'), key('b/1')], root);
    const report = await exportKeys([key('a'), key('a/1'), key('b/1'), key('b/1/x')], root);
    expect(report.skipped.map(({ kid }) => kid)).toEqual(['a', 'b/1']);
    expect(report.skipped[0]?.reason).toContain('folder of other keys');
    expect(report).toMatchObject({ written: 2, removed: 2 });
    expect(Object.keys(filesBelow(root))).toEqual(['a/1', 'b/1/x']);
    expect(await exportKeys([key('a'), revoked('a/1'), key('b/1'), revoked('b/1/x')], root)).toMatchObject({
      written: 2,
      removed: 2,
      skipped: [],
    });
    expect(Object.keys(filesBelow(root))).toEqual(['a', 'b/1']);
  });

  it.each(BAD_KEY_IDS)('A4: never leave the folder, also if the database says %j', async (kid) => {
    mkdirSync(root, { recursive: true });
    writeFileSync(join(folder.path, 'public', 'aha'), 'beside');
    expect(await exportKeys([key(kid)], root)).toMatchObject({ written: 0, skipped: [{ kid }] });
    expect(await exportKeys([revoked(kid)], root)).toMatchObject({ removed: 0, skipped: [{ kid }] });
    expect(filesBelow(folder.path)).toEqual({ 'public/aha': 'beside' });
  });

  it('A4: follow no symbolic link below the folder, neither to write nor to remove', async () => {
    const outside = join(folder.path, 'outside');
    mkdirSync(outside);
    mkdirSync(root, { recursive: true });
    writeFileSync(join(outside, '1'), 'outside');
    symlinkSync(outside, join(root, 'linked'));
    symlinkSync(join(outside, '1'), join(root, 'file'));
    const report = await exportKeys([key('linked/1'), key('linked/2'), key('file')], root);
    expect(report.skipped.map(({ kid }) => kid)).toEqual(['linked/1', 'linked/2']);
    expect(report.written).toBe(1);
    expect(filesBelow(root)).toEqual({ file: 'key of file' });
    expect(await exportKeys([revoked('linked/1')], root)).toMatchObject({ removed: 0 });
    expect(filesBelow(outside)).toEqual({ '1': 'outside' });
  });

  it('report what has a file or folder of somebody else in its way', async () => {
    mkdirSync(join(root, 'a/1/x'), { recursive: true });
    writeFileSync(join(root, 'b'), 'of somebody else');
    const report = await exportKeys([key('a/1'), key('b/1'), key('c/1')], root);
    expect(report.skipped.map(({ kid }) => kid)).toEqual(['a/1', 'b/1']);
    expect(report.written).toBe(1);
    expect(await exportKeys([revoked('b/1'), revoked('a/1')], root)).toMatchObject({ removed: 0 });
    expect(filesBelow(root)).toEqual({ b: 'of somebody else', 'c/1': 'key of c/1' });
  });

  it('leave nothing unfinished behind, and say why where the file system refuses', async () => {
    writeFileSync(join(folder.path, 'file'), '');
    const failed = exportKeys([key('a/1')], join(folder.path, 'file', 'below'));
    await expect(failed).rejects.toMatchObject({
      name: 'Refusal',
      code: 'unavailable',
      message: expect.stringContaining('ENOTDIR'),
    });
    const together = await Promise.all([exportKeys([key('a/1')], root), exportKeys([key('a/1')], root)]);
    expect(together.map(({ skipped }) => skipped)).toEqual([[], []]);
    expect(filesBelow(root)).toEqual({ 'a/1': 'key of a/1' });
  });
});
