import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../src/domain/stores.js';
import { migrateSqlite, openSqliteStore, planSqlite } from '../../src/store/sqlite/index.js';
import { openDatabase } from '../../src/store/sqlite/open-database.js';
import { temporaryFolder } from '../support/authority-process.js';
import { silentLogger } from '../support/recording-logger.js';

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
const filesOf = (folder: string) =>
  readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('base64')]);

describe('opening a SQLite store', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  const open = () => openSqliteStore({ file, logger: silentLogger });

  beforeEach(() => {
    folder = temporaryFolder();
    file = join(folder.path, 'new', 'deep', 'countersign.db');
  });
  afterEach(() => folder.remove());

  it('S7: makes folders for the owner only, and every file of the database too', async () => {
    await migrateSqlite({ file });
    const store = await open();
    await store.settings.insertOnce('name', 'value');
    expect(modeOf(dirname(file))).toBe('700');
    expect(readdirSync(dirname(file)).sort()).toEqual([
      'countersign.db',
      'countersign.db-shm',
      'countersign.db-wal',
    ]);
    for (const name of readdirSync(dirname(file))) expect(modeOf(join(dirname(file), name))).toBe('600');
    await store.close();
  });

  it('S7: takes the rights of others from an existing file, and leaves an existing folder alone', async () => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
    await migrateSqlite({ file });
    chmodSync(file, 0o644);
    const store = await open();
    expect(modeOf(file)).toBe('600');
    expect(modeOf(dirname(file))).toBe('755');
    await store.close();
  });

  it('runs with a commit that is on disk, and with foreign keys', async () => {
    await migrateSqlite({ file });
    const database = await openDatabase(file, 0);
    const pragma = (name: string) => database.prepare(`PRAGMA ${name}`).all();
    expect(pragma('synchronous')).toEqual([{ synchronous: 2 }]);
    expect(pragma('journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(pragma('foreign_keys')).toEqual([{ foreign_keys: 1 }]);
    database.close();
  });

  it('says how to make a database that is not there, and makes none', async () => {
    await expect(open()).rejects.toMatchObject({
      name: 'SchemaError',
      reason: 'unmigrated',
      message: expect.stringContaining('countersign migrate'),
    });
    expect(existsSync(file)).toBe(false);
  });

  it('plans without making anything', async () => {
    expect(await planSqlite({ file })).toEqual({
      from: 0,
      to: 4,
      pending: ['0001-sign-in', '0002-published-keys', '0003-replayed-tokens', '0004-oauth'],
    });
    expect(existsSync(dirname(file))).toBe(false);
    await migrateSqlite({ file });
    expect(await planSqlite({ file })).toEqual({ from: 4, to: 4, pending: [] });
  });

  it('S10: refuses an empty database until it is migrated', async () => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '');
    await expect(open()).rejects.toMatchObject({ name: 'SchemaError', reason: 'unmigrated' });
    await migrateSqlite({ file });
    await (await open()).close();
  });

  it('S10: refuses a database of a newer program, for opening, planning and migrating, and changes nothing', async () => {
    await migrateSqlite({ file });
    const database = await openDatabase(file, 0);
    database.exec("INSERT INTO schema_migrations (version, name) VALUES (999, 'from-the-future')");
    database.close();
    const before = filesOf(dirname(file));
    const newer = { name: 'SchemaError', reason: 'newer', message: expect.stringContaining('version 999') };
    await expect(open()).rejects.toMatchObject(newer);
    await expect(planSqlite({ file })).rejects.toMatchObject(newer);
    await expect(migrateSqlite({ file })).rejects.toMatchObject(newer);
    expect(filesOf(dirname(file))).toEqual(before);
  });

  it('refuses a file that is no database as unavailable, naming the file', async () => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'not a database, but long enough to be looked at as one'.repeat(100));
    const failure = await open().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StoreUnavailableError);
    expect(String(failure)).toContain(file);
    await expect(migrateSqlite({ file })).rejects.toBeInstanceOf(StoreUnavailableError);
  });

  it('refuses a folder in place of the file as unavailable', async () => {
    mkdirSync(file, { recursive: true });
    await expect(open()).rejects.toBeInstanceOf(StoreUnavailableError);
    await expect(migrateSqlite({ file })).rejects.toBeInstanceOf(StoreUnavailableError);
  });

  it('says what to install when the runtime has no driver', async () => {
    await expect(openDatabase(file, 0, [])).rejects.toThrow('npm install better-sqlite3');
  });
});
