import { writeFileSync } from 'node:fs';
import { exportPrivateJwk, exportPublicJwk, generateKeyPair } from 'countersign';
import { describe, expect, it } from 'vitest';
import { CLIENT_DEFAULTS } from '../../src/domain/oauth/client.js';
import { type CommandRunner, createCommandRunner } from '../support/command-runner.js';

const SHOP = ['clients', 'create', '--name', 'Shop', '--redirect-uri', 'https://shop.example/cb'];
const URN = 'urn:ietf:params:oauth:grant-type:';

/** Every problem that a command is refused for. */
async function problemsOf(runner: CommandRunner, args: readonly string[]): Promise<readonly string[]> {
  const { exitCode, stderr } = await runner.run([...args, '--json']);
  expect(exitCode).toBe(2);
  const { error } = JSON.parse(stderr);
  expect(error.code).toBe('invalid_settings');
  return error.problems;
}

describe('clients', () => {
  it('create prints the client with its secret, and show the same without', async () => {
    const runner = createCommandRunner();
    const { secret, ...client } = await runner.runJson(SHOP);
    expect(secret).toMatch(/^cs_[\w-]{43}$/);
    expect(client).toEqual({
      ...CLIENT_DEFAULTS,
      id: expect.stringMatching(/^client_[\w-]{22}$/),
      name: 'Shop',
      redirectUris: ['https://shop.example/cb'],
      createdAt: expect.any(Number),
      updatedAt: expect.any(Number),
      version: 1,
    });
    expect(await runner.runJson(['clients', 'show', String(client['id'])])).toEqual(client);
  });

  it('create says once, in words, what the secret is, and keeps it out of everything else', async () => {
    const runner = createCommandRunner();
    const { stdout, stderr } = await runner.run(SHOP);
    const secret = /^Secret: (cs_[\w-]{43})$/m.exec(stdout)?.[1] ?? 'none';
    expect(stdout).toMatch(/^Authenticates by +client_secret_basic$/m);
    expect(stderr).not.toContain(secret);
    const id = /^Id +(\S+)$/m.exec(stdout)?.[1] ?? '';
    for (const command of [['list'], ['show', id], ['update', id, '--name', 'X']])
      expect((await runner.run(['clients', ...command])).stdout).not.toMatch(/cs_|[Ss]ecret:/);
  });

  it('create takes every setting', async () => {
    const runner = createCommandRunner();
    const jwks = { keys: [exportPublicJwk(generateKeyPair('ES256', { kid: 'k1' }).publicKey)] };
    writeFileSync(runner.at('jwks.json'), JSON.stringify(jwks, null, 2));
    const client = await runner.runJson([
      ...SHOP,
      ...['--redirect-uri', 'com.example.shop:/cb', '--post-logout-redirect-uri', 'https://shop.example/'],
      ...['--auth-method', 'private_key_jwt', '--jwks-file', runner.at('jwks.json')],
      ...['--grant-type', 'authorization_code', '--grant-type', 'device_code'],
      ...['--grant-type', `${URN}token-exchange`, '--grant-type', 'refresh_token'],
      ...['--access', 'https://api.example read write', '--access', 'urn:orders'],
      ...['--introspects', 'https://api.example', '--backchannel-logout-uri', 'https://shop.example/out'],
      ...['--require-par', '--require-dpop', '--skip-consent', '--disabled'],
      ...['--access-token-lifetime', '5m', '--id-token-lifetime', '2m'],
      ...['--refresh-idle', '1d', '--refresh-lifetime', '30d'],
    ]);
    expect(client).toMatchObject({
      secret: null,
      authMethod: 'private_key_jwt',
      grantTypes: ['authorization_code', `${URN}device_code`, `${URN}token-exchange`, 'refresh_token'],
      redirectUris: ['https://shop.example/cb', 'com.example.shop:/cb'],
      postLogoutRedirectUris: ['https://shop.example/'],
      access: [
        { audience: 'https://api.example', scopes: ['read', 'write'] },
        { audience: 'urn:orders', scopes: [] },
      ],
      jwks: JSON.stringify(jwks),
      introspects: ['https://api.example'],
      backchannelLogoutUri: 'https://shop.example/out',
      ...{ requirePar: true, requireDpop: true, skipConsent: true, disabled: true },
      ...{ accessTokenLifetimeSeconds: 300, idTokenLifetimeSeconds: 120 },
      ...{ refreshIdleSeconds: 86_400, refreshLifetimeSeconds: 2_592_000 },
    });
    const { stdout } = await runner.run(['clients', 'show', String(client['id'])]);
    expect(stdout).toMatch(/^Access +https:\/\/api\.example read write, urn:orders$/m);
    expect(stdout).toMatch(/^Keys +1 given$/m);
    expect(stdout).toMatch(/^Grant types +authorization_code, device_code, token-exchange, refresh_token$/m);
    expect(stdout).toMatch(/^State +disabled$/m);
  });

  it('O3: create lists every problem under the name of its flag, and ends with 2', async () => {
    const runner = createCommandRunner();
    const args = ['--redirect-uri', 'http://localhost/cb', '--access', 'api', '--auth-method', 'secret'];
    expect(await problemsOf(runner, ['clients', 'create', ...args])).toEqual([
      '--name is required',
      expect.stringMatching(/^--auth-method must be one of/),
      expect.stringMatching(/^--redirect-uri must name the loopback address itself/),
      '--access has an audience that must be an absolute URI',
    ]);
    expect(await problemsOf(runner, [...SHOP, '--auth-method', 'private_key_jwt'])).toEqual([
      '--auth-method private_key_jwt needs exactly one of --jwks-file, --jwks-uri and --asap-issuer',
    ]);
  });

  it('S6: create does not repeat a private key that was given for a public one', async () => {
    const runner = createCommandRunner();
    const jwk = exportPrivateJwk(generateKeyPair('ES256').privateKey);
    writeFileSync(runner.at('jwks.json'), JSON.stringify({ keys: [jwk] }));
    const args = [...SHOP, '--auth-method', 'private_key_jwt', '--jwks-file', runner.at('jwks.json')];
    const { exitCode, stdout, stderr } = await runner.run(args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--jwks-file must hold public keys only');
    expect(stdout + stderr).not.toContain(String(jwk['d']));
  });

  it.each([['/nowhere.json'], ['']])('create names a file that cannot be read: %j', async (file) => {
    const { code, exitCode } = await createCommandRunner().runRefused([...SHOP, '--jwks-file', file]);
    expect([exitCode, code]).toEqual([2, 'usage']);
  });

  it('list prints all, and says where there is none', async () => {
    const runner = createCommandRunner();
    expect(await runner.run(['clients', 'list'])).toMatchObject({
      stdout: '',
      stderr: expect.stringContaining('There is no client yet'),
    });
    const { secret: _, ...client } = await runner.runJson([...SHOP, '--disabled']);
    const { stdout } = await runner.run(['clients', 'list']);
    expect(stdout).toBe(`${client['id']}  Shop  client_secret_basic  disabled\n`);
    expect(await runner.runJson(['clients', 'list'])).toEqual({ clients: [client] });
  });

  it('update changes what is given, replaces lists, takes back, and leaves the rest', async () => {
    const runner = createCommandRunner();
    const { secret: _, ...before } = await runner.runJson([
      ...SHOP,
      ...['--access', 'urn:a', '--backchannel-logout-uri', 'https://shop.example/out', '--require-par'],
    ]);
    const id = String(before['id']);
    const changed = await runner.runJson([
      ...['clients', 'update', id, '--redirect-uri', 'https://shop.example/new', '--no-access'],
      ...['--no-backchannel-logout-uri', '--no-require-par', '--disabled'],
    ]);
    expect(changed).toEqual({
      ...before,
      redirectUris: ['https://shop.example/new'],
      access: [],
      backchannelLogoutUri: null,
      requirePar: false,
      disabled: true,
      version: 2,
      updatedAt: expect.any(Number),
    });
    expect(await runner.runJson(['clients', 'update', id, '--no-disabled'])).toMatchObject({
      disabled: false,
    });
  });

  it('update goes from one way of authenticating to another', async () => {
    const runner = createCommandRunner();
    const { id } = await runner.runJson([
      ...SHOP,
      '--auth-method',
      'private_key_jwt',
      '--asap-issuer',
      'shop',
    ]);
    const args = ['clients', 'update', String(id), '--auth-method', 'client_secret_post'];
    expect(await problemsOf(runner, args)).toEqual([expect.stringMatching(/^--asap-issuer must be null/)]);
    expect(await runner.runJson([...args, '--no-asap-issuer'])).toMatchObject({ asapIssuer: null });
    expect(await runner.runJson(['clients', 'rotate-secret', String(id)])).toHaveProperty('secret');
  });

  it('update wants something to change', async () => {
    const { exitCode, message } = await createCommandRunner().runRefused(['clients', 'update', 'client_x']);
    expect([exitCode, message]).toEqual([2, expect.stringContaining('Nothing to change')]);
  });

  it('O17: rotate-secret prints the new secret once, and until when the old one is good', async () => {
    const runner = createCommandRunner();
    const { id, secret: first } = await runner.runJson(SHOP);
    const now = Date.now() / 1000;
    const rotated = await runner.runJson(['clients', 'rotate-secret', String(id), '--overlap', '1h']);
    expect(rotated).toEqual({ id, secret: expect.stringMatching(/^cs_/), overlapEndsAt: expect.any(Number) });
    expect(rotated['secret']).not.toBe(first);
    expect(Math.abs(Number(rotated['overlapEndsAt']) - now - 3600)).toBeLessThan(60);
    const { stdout } = await runner.run(['clients', 'rotate-secret', String(id), '--no-overlap']);
    expect(stdout).toMatch(/^The old secret is not good any more\.\n\nSecret: cs_[\w-]{43}\n/);
  });

  it('rotate-secret of a client without one ends with 1', async () => {
    const runner = createCommandRunner();
    const { id } = await runner.runJson([...SHOP, '--auth-method', 'none']);
    const { exitCode, code } = await runner.runRefused(['clients', 'rotate-secret', String(id)]);
    expect([exitCode, code]).toEqual([1, 'invalid_parameter']);
  });

  it('delete asks for --yes first', async () => {
    const runner = createCommandRunner();
    const { id } = await runner.runJson(SHOP);
    const refused = await runner.runRefused(['clients', 'delete', String(id)]);
    expect(refused).toMatchObject({ exitCode: 2, message: expect.stringContaining('Add --yes to do it.') });
    expect(await runner.runJson(['clients', 'delete', String(id), '--yes'])).toEqual({ deleted: id });
    expect(await runner.runJson(['clients', 'list'])).toEqual({ clients: [] });
  });

  it.each([['show'], ['update', '--name', 'X'], ['rotate-secret'], ['delete', '--yes']])(
    'S8: %s of an unknown client ends with 1',
    async (command, ...options) => {
      const runner = createCommandRunner();
      for (const unknown of ['client_x', "' OR 1=1--", '']) {
        const { exitCode, code } = await runner.runRefused(['clients', command, unknown, ...options]);
        expect([exitCode, code]).toEqual([1, 'not_found']);
      }
    },
  );

  it('says what a new client has where nothing is given, and nothing of the kind for an update', async () => {
    const runner = createCommandRunner();
    const help = async (command: string) =>
      (await runner.run(['clients', command, '--help'])).stdout.replace(/\s+/g, ' ');
    for (const value of ['client_secret_basic', 'authorization_code and refresh_token', '10m', '14d', '90d'])
      expect(await help('create')).toContain(`(default: ${value})`);
    expect(await help('update')).not.toContain('(default: 10m)');
  });
});
