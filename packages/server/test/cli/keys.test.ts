import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { exportPrivatePem, exportPublicPem, generateKeyPair } from 'countersign';
import { describe, expect, it } from 'vitest';
import { createCommandRunner } from '../support/command-runner.js';

const generate = (issuer: string, ...more: readonly string[]) => [
  'keys',
  'generate',
  '--issuer',
  issuer,
  ...more,
];

describe('keys generate', () => {
  it('writes the private key for its owner only, and the public key where it was asked for', async () => {
    const { at, runJson } = createCommandRunner();
    const folders = ['--out', at('private'), '--public-out', at('public')];
    const made = await runJson(generate('billing', ...folders, '--name', '2026-01'));
    expect(made).toEqual({
      kid: 'billing/2026-01.pem',
      privateFile: at('private/billing/2026-01.pem'),
      publicFile: at('public/billing/2026-01.pem'),
      algorithm: 'ES256',
    });
    expect(statSync(at('private/billing/2026-01.pem')).mode & 0o777).toBe(0o600);
    expect(statSync(at('private/billing')).mode & 0o777).toBe(0o700);
    expect(readFileSync(at('private/billing/2026-01.pem'), 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(readFileSync(at('public/billing/2026-01.pem'), 'utf8')).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
  });

  it('puts the public key beside the private one otherwise, under a name that no signer takes', async () => {
    const { at, run } = createCommandRunner();
    const { stdout } = await run(generate('billing', '--out', at('keys'), '--name', 'a'));
    expect(stdout).toContain('billing/a.pem');
    expect(readdirSync(at('keys/billing'))).toEqual(['a.pem', 'a.pub']);
    expect(statSync(at('keys/billing')).mode & 0o777).toBe(0o700);
  });

  it('names keys by the time, so that the last one made signs', async () => {
    const { at, runJson } = createCommandRunner();
    const { kid } = await runJson(generate('billing', '--out', at('keys')));
    expect(kid).toMatch(/^billing\/\d{8}T\d{6}Z\.pem$/);
  });

  it('never replaces a key, and leaves nothing behind when it cannot make one', async () => {
    const { at, runJson, runRefused } = createCommandRunner();
    const args = generate('billing', '--out', at('keys'), '--name', 'a');
    await runJson([...args, '--public-out', at('public')]);
    const before = readFileSync(at('keys/billing/a.pem'));
    expect(await runRefused([...args, '--public-out', at('other')])).toMatchObject({
      exitCode: 1,
      code: 'conflict',
    });
    expect(readFileSync(at('keys/billing/a.pem'))).toEqual(before);
    expect(readdirSync(at('keys/billing'))).toEqual(['a.pem']);
    expect(readdirSync(at('other/billing'))).toEqual([]);
  });

  it.each(['a/b', '..', '', 'a%2fb', 'é', 'a b'])(
    'A2: the issuer %j is refused before the disk is touched',
    async (issuer) => {
      const { at, runRefused } = createCommandRunner();
      expect(await runRefused(generate(issuer, '--out', at('keys')))).toMatchObject({
        code: 'invalid_parameter',
      });
      expect(existsSync(at('keys'))).toBe(false);
    },
  );

  it.each(['../x', 'a/b', '/x'])('A3: the name %j is refused before the disk is touched', async (name) => {
    const { at, runRefused } = createCommandRunner();
    const args = generate('billing', '--out', at('keys'), '--name', name);
    expect(await runRefused(args)).toMatchObject({ code: 'invalid_parameter' });
    expect(existsSync(at('keys'))).toBe(false);
  });

  it('keeps private keys apart from public ones', async () => {
    const { at, runRefused } = createCommandRunner();
    const args = generate('billing', '--out', at('keys'), '--public-out', at('keys/../keys/'));
    expect(await runRefused(args)).toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('must differ'),
    });
    expect(existsSync(at('keys'))).toBe(false);
  });

  it('knows no algorithm that is none of services', async () => {
    const { at, runRefused } = createCommandRunner();
    const args = generate('billing', '--out', at('keys'), '--algorithm', 'HS256');
    expect(await runRefused(args)).toMatchObject({ exitCode: 2, code: 'usage' });
  });
});

describe('keys publish, list, revoke and export', () => {
  it('publish a key once, and never another under its id', async () => {
    const { at, runJson, runRefused } = createCommandRunner();
    const pem = exportPublicPem(generateKeyPair('ES256').publicKey);
    writeFileSync(at('a.pem'), pem);
    const args = ['keys', 'publish', 'billing/a', '--file', at('a.pem')];
    expect(await runJson(args)).toEqual({ kid: 'billing/a', outcome: 'created' });
    expect(await runJson(args)).toEqual({ kid: 'billing/a', outcome: 'unchanged' });
    writeFileSync(at('a.pem'), exportPublicPem(generateKeyPair('ES256').publicKey));
    expect(await runRefused(args)).toMatchObject({ exitCode: 1, code: 'key_id_taken' });
    const { keys } = await runJson(['keys', 'list']);
    expect(keys).toEqual([
      { kid: 'billing/a', issuer: 'billing', pem, publishedAt: expect.any(Number), revokedAt: null },
    ]);
  });

  it('A4: a private key is refused, and nothing is kept', async () => {
    const { at, run, runJson } = createCommandRunner();
    const pem = exportPrivatePem(generateKeyPair('ES256').privateKey);
    writeFileSync(at('a.pem'), pem);
    const { exitCode, stdout, stderr } = await run(['keys', 'publish', 'billing/a', '--file', at('a.pem')]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain('holds a private key');
    expect(stderr).not.toContain(pem.split('\n')[1]);
    expect(await runJson(['keys', 'list'])).toEqual({ keys: [] });
  });

  it.each(['../aha', '/a', 'a//b', 'a/', 'é/x', "' OR 1=1--"])(
    'A4: the key id %j is refused',
    async (kid) => {
      const { at, runRefused } = createCommandRunner();
      writeFileSync(at('a.pem'), exportPublicPem(generateKeyPair('ES256').publicKey));
      const refused = await runRefused(['keys', 'publish', kid, '--file', at('a.pem')]);
      expect(refused).toMatchObject({ exitCode: 1, code: 'invalid_parameter' });
      expect(await runRefused(['keys', 'revoke', kid])).toMatchObject({ exitCode: 1, code: 'unknown_key' });
    },
  );

  it('weak keys are refused', async () => {
    const { at, runRefused } = createCommandRunner();
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    writeFileSync(at('a.pem'), publicKey.export({ format: 'pem', type: 'spki' }));
    const refused = await runRefused(['keys', 'publish', 'billing/a', '--file', at('a.pem')]);
    expect(refused).toMatchObject({ exitCode: 1, code: 'weak_key' });
  });

  it('a revoked key stays in the list, leaves the exported folder, and never comes back', async () => {
    const { at, run, runJson, runRefused } = createCommandRunner();
    writeFileSync(at('a.pem'), exportPublicPem(generateKeyPair('ES256').publicKey));
    for (const kid of ['billing/a', 'billing/b', 'shipping/a']) {
      await runJson(['keys', 'publish', kid, '--file', at('a.pem')]);
    }
    expect(await runJson(['keys', 'export', at('site')])).toMatchObject({ written: 3, removed: 0 });
    expect(await runJson(['keys', 'revoke', 'billing/a'])).toEqual({ revoked: 'billing/a' });
    expect(await runJson(['keys', 'export', at('site')])).toMatchObject({ unchanged: 2, removed: 1 });
    expect(readdirSync(at('site/billing'))).toEqual(['b']);
    const again = await runRefused(['keys', 'publish', 'billing/a', '--file', at('a.pem')]);
    expect(again).toMatchObject({ exitCode: 1, code: 'revoked_key' });
    const { stdout } = await run(['keys', 'list', '--service', 'billing']);
    expect(stdout.trim().split('\n')).toEqual([
      expect.stringMatching(/^billing\/a {2}published .*, revoked /),
      expect.stringMatching(/^billing\/b {2}published [^,]*$/),
    ]);
  });

  it('list says beside that there is none', async () => {
    const { run } = createCommandRunner();
    const { exitCode, stdout, stderr } = await run(['keys', 'list']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
    expect(stderr).toContain('No key is published yet');
  });
});

describe('keys export-data-uri', () => {
  it('prints a key that can be signed with, and nothing else', async () => {
    const { at, run, runJson } = createCommandRunner();
    await runJson(generate('billing', '--out', at('keys'), '--name', 'a', '--algorithm', 'ES384'));
    const { stdout, stderr } = await run([
      'keys',
      'export-data-uri',
      '--issuer',
      'billing',
      '--key-dir',
      at('keys'),
    ]);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^data:application\/pkcs8;kid=billing%2Fa\.pem;base64,[A-Za-z0-9+/]+=*\n$/);
    writeFileSync(at('uri'), stdout, { mode: 0o600 });
    const token = await runJson(['token', 'asap', '--audience', 'orders', '--data-uri-file', at('uri')]);
    expect(token['token']).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  it.skipIf(process.platform === 'win32')('S7: a key file that other users can read is refused', async () => {
    const { at, runJson, runRefused } = createCommandRunner();
    await runJson(generate('billing', '--out', at('keys'), '--name', 'a'));
    chmodSync(at('keys/billing/a.pem'), 0o644);
    const args = ['--key-file', at('keys/billing/a.pem'), '--kid', 'billing/a'];
    const refused = await runRefused(['keys', 'export-data-uri', ...args]);
    expect(refused).toMatchObject({ exitCode: 2, message: expect.stringContaining('chmod 600') });
  });
});
