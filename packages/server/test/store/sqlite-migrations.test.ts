import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../src/store/sql/migrate.js';
import { MIGRATIONS, type Migration } from '../../src/store/sql/migrations/index.js';
import { migrateSqlite, openSqliteStore, planSqlite } from '../../src/store/sqlite/index.js';
import { openDatabase } from '../../src/store/sqlite/open-database.js';
import { createSqliteDriver } from '../../src/store/sqlite/sqlite-driver.js';
import { temporaryFolder } from '../support/authority-process.js';
import { silentLogger } from '../support/recording-logger.js';
import { startStoreProcess } from '../support/store-process.js';
import { watchDatabase } from '../support/watched-database.js';

const LATEST = MIGRATIONS.length;
const ALL = ['0001-sign-in', '0002-published-keys', '0003-replayed-tokens', '0004-oauth'];
const TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name";

async function tablesOf(file: string): Promise<readonly unknown[]> {
  const database = await openDatabase(file, 1000);
  const rows = database.prepare(TABLES).all() as { name: string }[];
  database.close();
  return rows.map(({ name }) => name);
}

describe('migrating a SQLite database', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());
  const fileNamed = (name: string) => join(folder.path, `${name}.db`);

  it('S10: applies what is missing, once', async () => {
    const file = fileNamed('twice');
    expect(await migrateSqlite({ file })).toEqual({ from: 0, to: LATEST, applied: ALL });
    const tables = await tablesOf(file);
    expect(await migrateSqlite({ file })).toEqual({ from: LATEST, to: LATEST, applied: [] });
    expect(await tablesOf(file)).toEqual(tables);
  });

  it('S10: brings every older schema up, with the data in it', async () => {
    for (const version of MIGRATIONS.keys()) {
      const file = fileNamed(`from-${version}`);
      const database = await openDatabase(file, 0);
      const driver = createSqliteDriver({ database, lockTimeoutMs: 0 });
      await migrate(driver, MIGRATIONS.slice(0, version));
      if (version > 0) database.exec("INSERT INTO settings (name, value) VALUES ('kept', 'yes')");
      await driver.close();
      expect((await migrateSqlite({ file })).applied).toHaveLength(LATEST - version);
      const store = await openSqliteStore({ file, logger: silentLogger });
      expect(await store.settings.get('kept')).toBe(version > 0 ? 'yes' : undefined);
      await store.close();
    }
  });

  it('S10: a migration that fails leaves the ones before it, and nothing of itself', async () => {
    const file = fileNamed('fails');
    const database = await openDatabase(file, 0);
    const driver = createSqliteDriver({ database, lockTimeoutMs: 0 });
    const good: Migration = { version: 1, name: 'good', statements: ['CREATE TABLE good (id INTEGER)'] };
    const broken: Migration = {
      version: 2,
      name: 'broken',
      statements: ['CREATE TABLE half (id INTEGER)', 'CREATE TABLE good (id INTEGER)'],
    };
    await expect(migrate(driver, [good, broken])).rejects.toThrow('already exists');
    expect(await tablesOf(file)).toEqual(['good', 'schema_migrations']);
    const mended = { ...broken, statements: ['CREATE TABLE whole (id INTEGER)'] };
    expect(await migrate(driver, [good, mended])).toEqual({ from: 1, to: 2, applied: ['0002-broken'] });
    expect(await tablesOf(file)).toEqual(['good', 'schema_migrations', 'whole']);
    await driver.close();
  });

  it('S10: two processes migrating the same files at once apply each migration once', async () => {
    const files = Array.from({ length: 10 }, (_, index) => fileNamed(`raced-${index}`));
    const task = { task: 'migrate', files } as const;
    const processes = await Promise.all([1, 2].map(() => startStoreProcess<{ applied: string[] }>(task)));
    const ended = await Promise.all(processes.map((each) => each.run()));
    expect(ended.map(({ done }) => done)).toEqual([true, true]);
    for (const [index, file] of files.entries()) {
      const applied = ended.flatMap(({ reports }) => reports[index]?.applied ?? ['not reported']);
      expect(applied.toSorted()).toEqual(ALL);
      expect(await planSqlite({ file })).toMatchObject({ from: LATEST, pending: [] });
    }
  });

  it('S10: killed at each of its statements it leaves the old schema or the new one, and can be run again', async () => {
    const whole = fileNamed('whole');
    const executed: string[] = [];
    const watched = watchDatabase(await openDatabase(whole, 0), (sql) => executed.push(sql));
    const driver = createSqliteDriver({ database: watched, lockTimeoutMs: 0 });
    await migrate(driver);
    await driver.close();
    const tables = await tablesOf(whole);
    const commits = [...executed.keys()].filter((index) => executed[index] === 'COMMIT').slice(0, LATEST);

    for (const atStatement of executed.keys()) {
      const file = fileNamed(`killed-${atStatement}`);
      const child = await startStoreProcess({ task: 'dieMigrating', file, atStatement });
      expect((await child.run()).done).toBe(false);
      const found = await planSqlite({ file });
      expect(found.from).toBe(commits.filter((commit) => commit < atStatement).length);
      if (found.from === 0) expect(await tablesOf(file)).toEqual([]);
      await migrateSqlite({ file });
      expect(await tablesOf(file)).toEqual(tables);
      const store = await openSqliteStore({ file, logger: silentLogger });
      await store.ping();
      await store.close();
    }
  }, 120_000);
});
