import { randomBytes } from 'node:crypto';
import { cpSync, writeFileSync } from 'node:fs';
import { exportPrivatePem, generateKeyPair } from 'countersign';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AuthorityProcess,
  startAuthorityProcess,
  temporaryFolder,
} from '../support/authority-process.js';
import { createCommandRunner } from '../support/command-runner.js';

const ADMIN_TOKEN = randomBytes(32).toString('base64url');
const ADMIN = { COUNTERSIGN_ADMIN_TOKEN: ADMIN_TOKEN };

const folder = temporaryFolder();
let authority: AuthorityProcess;

beforeAll(async () => {
  authority = await startAuthorityProcess({ dataFolder: folder.path, environment: ADMIN });
});
afterAll(async () => {
  await authority?.stop();
  folder.remove();
});

/** A runner with a new key of the issuer, in the folder `keys`. */
async function withKey(issuer: string, environment: Readonly<Record<string, string>> = ADMIN) {
  const runner = createCommandRunner(environment);
  const newKey = (name: string) =>
    runner.runJson(['keys', 'generate', '--issuer', issuer, '--name', name, '--out', runner.at('keys')]);
  await newKey('a');
  const file = (name: string) => ['--file', runner.at('keys', issuer, `${name}.pub`), '--url', authority.url];
  return { ...runner, newKey, file };
}

describe('keys publish and revoke --url', () => {
  it('as an administrator, by the environment or a file', async () => {
    const { at, runJson, file } = await withKey('billing');
    expect(await runJson(['keys', 'publish', 'billing/a.pem', ...file('a')])).toEqual({
      kid: 'billing/a.pem',
      outcome: 'created',
    });
    expect(await runJson(['keys', 'publish', 'billing/a.pem', ...file('a')])).toMatchObject({
      outcome: 'unchanged',
    });
    expect((await fetch(`${authority.url}/asap/billing/a.pem`)).status).toBe(200);
    const asAdmin = createCommandRunner();
    writeFileSync(at('admin-token'), `${ADMIN_TOKEN}\n`, { mode: 0o600 });
    const revoke = ['keys', 'revoke', 'billing/a.pem', '--url', `${authority.url}/`];
    expect(await asAdmin.runJson([...revoke, '--admin-token-file', at('admin-token')])).toEqual({
      revoked: 'billing/a.pem',
    });
    expect((await fetch(`${authority.url}/asap/billing/a.pem`)).status).toBe(410);
  });

  it('A4: as the service itself, with a key that is published, for its own keys only', async () => {
    const { at, runJson, newKey, file } = await withKey('shipping');
    await runJson(['keys', 'publish', 'shipping/a.pem', ...file('a')]);
    const service = createCommandRunner();
    cpSync(at('keys'), service.at('keys'), { recursive: true });
    const asService = ['--service', 'shipping', '--key-dir', service.at('keys')];
    await newKey('b');
    const publish = ['keys', 'publish', 'shipping/b.pem', ...file('b')];
    expect(await service.runJson([...publish, ...asService])).toMatchObject({ outcome: 'created' });
    const foreign = ['keys', 'publish', 'billing/b.pem', ...file('b'), ...asService];
    expect(await service.runRefused(foreign)).toMatchObject({ exitCode: 1, code: 'not_key_owner' });
    await newKey('c');
    const unpublished = [
      'keys',
      'publish',
      'shipping/c.pem',
      ...file('c'),
      '--service',
      'shipping',
      '--key-dir',
      at('keys'),
    ];
    expect(await service.runRefused(unpublished)).toMatchObject({ exitCode: 1, code: 'invalid_token' });
    const revoke = ['keys', 'revoke', 'shipping/b.pem', '--url', authority.url, ...asService];
    expect(await service.runJson(revoke)).toEqual({ revoked: 'shipping/b.pem' });
    const half = await service.runRefused([...publish, '--service', 'shipping']);
    expect(half).toMatchObject({ exitCode: 2, message: expect.stringContaining('belong together') });
  });

  it('a private key is refused before it leaves the machine', async () => {
    const { at, runRefused } = await withKey('careless');
    const pem = exportPrivatePem(generateKeyPair('ES256').privateKey);
    writeFileSync(at('private'), pem);
    const args = ['keys', 'publish', 'careless/a', '--file', at('private'), '--url', authority.url];
    expect(await runRefused(args)).toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('private key'),
    });
  });

  it('A4: nor does a private key in a form that hides it', async () => {
    const { at, runRefused } = await withKey('hiding');
    const { privateKey } = generateKeyPair('ES256');
    const pem = exportPrivatePem(privateKey);
    const forms = [
      Buffer.from(pem, 'utf16le'),
      pem.replaceAll('PRIVATE', 'PUBLIC'),
      pem.split('\n')[1] ?? '',
    ];
    for (const form of forms) {
      writeFileSync(at('hidden'), form);
      // Nobody listens there: it would end with 3 if it had been sent.
      const args = ['keys', 'publish', 'hiding/a', '--file', at('hidden'), '--url', 'http://localhost:9'];
      expect(await runRefused(args)).toMatchObject({ exitCode: 1, code: 'invalid_public_key' });
    }
  });

  it.each([
    [{}, 'billing/c', 'http://localhost', 2, 'usage'],
    [{ COUNTERSIGN_ADMIN_TOKEN: 'x'.repeat(40) }, 'billing/c', '', 1, 'invalid_token'],
    [ADMIN, '../c', '', 2, 'usage'],
    [ADMIN, 'billing/c', 'http://keys.example', 2, 'usage'],
    [ADMIN, 'billing/c', 'http://localhost:9', 3, 'authority_unreachable'],
    [ADMIN, 'billing/c', '', 1, 'unknown_key'],
  ] as const)(
    'with %j, revoking %s at %j ends with %i, %s',
    async (environment, kid, url, exitCode, code) => {
      const { runRefused } = createCommandRunner(environment);
      const refused = await runRefused(['keys', 'revoke', kid, '--url', url || authority.url]);
      expect(refused).toMatchObject({ exitCode, code });
    },
  );
});
