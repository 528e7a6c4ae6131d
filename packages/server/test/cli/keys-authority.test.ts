import { randomBytes } from 'node:crypto';
import { systemClock } from 'countersign';
import { describe, expect, it } from 'vitest';
import { ensureAuthorityApp } from '../../src/services/oauth/authority-app.js';
import { assertMasterKey, createVault } from '../../src/services/vault.js';
import { migrateSqlite, openSqliteStore } from '../../src/store/sqlite/index.js';
import { createCommandRunner } from '../support/command-runner.js';
import { silentLogger } from '../support/recording-logger.js';

interface ListedKey {
  readonly kid: string;
  readonly state: string;
}

/** Commands over the data of an authority that began so long ago. */
async function anAuthority(secondsAgo: number) {
  const masterKey = randomBytes(32);
  const runner = createCommandRunner({ COUNTERSIGN_MASTER_KEY: masterKey.toString('base64') });
  const { runJson } = runner;
  await runJson(['apps', 'list']); // Makes the database.
  const file = runner.at('data', 'countersign.db');
  await migrateSqlite({ file });
  const store = await openSqliteStore({ file, logger: silentLogger });
  const vault = createVault(masterKey);
  await assertMasterKey(vault, store.settings);
  await ensureAuthorityApp({
    store,
    vault,
    clock: () => systemClock() - secondsAgo,
    issuer: 'https://auth.example',
    settings: { signingAlgorithm: 'EdDSA' },
  });
  await store.close();
  const list = async () => (await runJson(['keys', 'authority', 'list']))['keys'] as readonly ListedKey[];
  const states = async () => (await list()).map(({ kid, state }) => `${state} ${kid}`);
  return { ...runner, list, states };
}

describe('keys authority', () => {
  it('has no keys before the authority has begun, and says so', async () => {
    const { run, runJson, runRefused } = createCommandRunner();
    expect(await runJson(['keys', 'authority', 'list'])).toEqual({ keys: [] });
    expect((await run(['keys', 'authority', 'list'])).stderr).toContain('makes them when it starts');
    expect(await runRefused(['keys', 'authority', 'rotate'])).toMatchObject({
      exitCode: 1,
      code: 'unknown_app',
      message: expect.stringContaining('makes them when it starts'),
    });
    expect(await runRefused(['keys', 'authority', 'revoke', 'x'])).toMatchObject({ code: 'unknown_app' });
  });

  it('list prints the keys with their states, and nothing private', async () => {
    const { run, runJson } = await anAuthority(0);
    const { keys } = await runJson(['keys', 'authority', 'list']);
    expect(keys).toEqual(
      ['current', 'next'].map((state) => ({
        kid: expect.any(String),
        algorithm: 'EdDSA',
        state,
        createdAt: expect.any(Number),
        retiresAt: null,
      })),
    );
    const { stdout } = await run(['keys', 'authority', 'list']);
    expect(stdout).toMatch(
      /^[\w-]{36} {2}EdDSA {2}current, made \d{4}-.*\n[\w-]{36} {2}EdDSA {2}next, made .*\n$/,
    );
  });

  it('rotate refuses a next key that is too young, says how long to wait, and obeys --force', async () => {
    const { runJson, runRefused, list, states } = await anAuthority(0);
    const [current, next] = await list();
    const refused = await runRefused(['keys', 'authority', 'rotate']);
    expect(refused).toMatchObject({ exitCode: 1, code: 'next_key_too_young' });
    expect(refused.message).toMatch(/in 3\d\d seconds/);
    expect(await states()).toEqual([`current ${current?.kid}`, `next ${next?.kid}`]);
    const rotated = await runJson(['keys', 'authority', 'rotate', '--force']);
    expect(rotated).toEqual({ currentKid: next?.kid, nextKid: expect.any(String) });
    expect(await states()).toEqual([
      `current ${next?.kid}`,
      `next ${rotated['nextKid']}`,
      `previous ${current?.kid}`,
    ]);
  });

  it('rotate moves on to a next key that has been published for long enough', async () => {
    const { run, list } = await anAuthority(400);
    const [, next] = await list();
    const { stdout, stderr } = await run(['keys', 'authority', 'rotate']);
    expect(stdout).toContain(`signs with key ${next?.kid} now`);
    expect(stderr).toBe('');
    expect((await run(['keys', 'authority', 'list'])).stdout).toContain('previous, made');
  });

  it('revoke takes a key out at once, and the next one signs', async () => {
    const { runJson, runRefused, list, states } = await anAuthority(0);
    const [current, next] = await list();
    const revoked = await runJson(['keys', 'authority', 'revoke', current?.kid ?? '']);
    expect(revoked).toEqual({
      revoked: current?.kid,
      currentKid: next?.kid,
      nextKid: expect.any(String),
    });
    expect(await states()).toEqual([`current ${next?.kid}`, `next ${revoked['nextKid']}`]);
    expect(await runRefused(['keys', 'authority', 'revoke', current?.kid ?? ''])).toMatchObject({
      exitCode: 1,
      code: 'unknown_key',
    });
  });
});

describe('apps withdraw-key', () => {
  const NEW_APP = ['apps', 'create', '--name', 'A', '--redirect-url', 'http://localhost:3000/in'];

  it('takes a key of an app out at once; the next one signs', async () => {
    const { runJson, runRefused } = createCommandRunner();
    const { id } = await runJson(NEW_APP);
    const rotated = await runJson(['apps', 'rotate-keys', String(id)]);
    const kid = String(rotated['currentKid']);
    expect(await runJson(['apps', 'withdraw-key', String(id), kid])).toEqual({
      id,
      withdrawn: kid,
      currentKid: rotated['nextKid'],
      nextKid: expect.any(String),
    });
    expect(await runRefused(['apps', 'withdraw-key', String(id), kid])).toMatchObject({
      code: 'unknown_key',
    });
    expect(await runRefused(['apps', 'withdraw-key', 'authority', kid])).toMatchObject({
      code: 'unknown_app',
    });
  });
});
