import { readFileSync, writeFileSync } from 'node:fs';
import { createJwsSigner, decodeUnverifiedJwt, exportPublicPem, generateKeyPair } from 'countersign';
import { describe, expect, it } from 'vitest';
import { type CommandRunner, createCommandRunner } from '../support/command-runner.js';

const SIGNING = ['--issuer', 'billing', '--audience', 'orders'];

/** A runner with a key of billing in the folder `keys`, and its public half at `keys/billing/a.pub`. */
async function withKey(algorithm = 'ES256'): Promise<CommandRunner> {
  const runner = createCommandRunner();
  const made = ['keys', 'generate', '--issuer', 'billing', '--name', 'a', '--algorithm', algorithm];
  await runner.runJson([...made, '--out', runner.at('keys')]);
  return runner;
}

async function tokenOf({ at, run }: CommandRunner, ...more: readonly string[]): Promise<string> {
  const { stdout } = await run(['token', 'asap', ...SIGNING, '--key-dir', at('keys'), ...more]);
  return stdout.trim();
}

describe('token asap', () => {
  it('prints the token, and only that', async () => {
    const { at, run } = await withKey();
    const args = ['token', 'asap', ...SIGNING, '--key-dir', at('keys')];
    const { exitCode, stdout, stderr } = await run([
      ...args,
      '--subject',
      'job',
      '--claim',
      'tenant=a=b',
      '--claim',
      'x=',
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const { unverifiedHeader, unverifiedClaims } = decodeUnverifiedJwt(stdout.trim());
    expect(unverifiedHeader).toEqual({ alg: 'ES256', typ: 'JWT', kid: 'billing/a.pem' });
    expect(unverifiedClaims).toMatchObject({
      iss: 'billing',
      sub: 'job',
      aud: 'orders',
      tenant: 'a=b',
      x: '',
    });
    expect(Number(unverifiedClaims['exp']) - Number(unverifiedClaims['iat'])).toBe(60);
  });

  it.each(['RS256', 'ES384', 'ES512', 'EdDSA'])('takes %s from the key', async (algorithm) => {
    const runner = await withKey(algorithm);
    const { unverifiedHeader } = decodeUnverifiedJwt(await tokenOf(runner));
    expect(unverifiedHeader['alg']).toBe(algorithm);
  });

  it('takes the last key of a folder, whatever its type', async () => {
    const runner = await withKey('RS256');
    const made = ['keys', 'generate', '--issuer', 'billing', '--name', 'b', '--out', runner.at('keys')];
    await runner.runJson(made);
    expect(decodeUnverifiedJwt(await tokenOf(runner)).unverifiedHeader).toMatchObject({
      kid: 'billing/b.pem',
      alg: 'ES256',
    });
    const rsa = decodeUnverifiedJwt(await tokenOf(runner, '--algorithm', 'PS512'));
    expect(rsa.unverifiedHeader).toMatchObject({ kid: 'billing/a.pem', alg: 'PS512' });
  });

  it('takes one file with its key id, which tells the issuer', async () => {
    const { at, run } = await withKey();
    const key = ['--key-file', at('keys/billing/a.pem'), '--kid', 'billing/a.pem'];
    const { stdout } = await run(['token', 'asap', '--audience', 'orders', ...key, '--lifetime', '1h']);
    const { unverifiedClaims } = decodeUnverifiedJwt(stdout.trim());
    expect(unverifiedClaims).toMatchObject({ iss: 'billing' });
    expect(Number(unverifiedClaims['exp']) - Number(unverifiedClaims['iat'])).toBe(3600);
  });

  it.each([
    [['--issuer', 'billing'], 2, 'usage'],
    [[...SIGNING], 2, 'usage'],
    [['--audience', 'orders', '--key-dir', 'keys'], 2, 'usage'],
    [[...SIGNING, '--key-dir', 'keys', '--data-uri-file', 'x'], 2, 'usage'],
    [[...SIGNING, '--key-file', 'x'], 2, 'usage'],
    [[...SIGNING, '--key-dir', 'nowhere'], 3, 'private_key_unavailable'],
    [[...SIGNING, '--key-dir', 'keys', '--algorithm', 'RS256'], 3, 'private_key_unavailable'],
    [[...SIGNING, '--key-dir', 'keys', '--lifetime', '2h'], 2, 'invalid_configuration'],
    [[...SIGNING, '--key-dir', 'keys', '--claim', 'nothing'], 2, 'usage'],
    [['--issuer', '../keys', '--audience', 'orders', '--key-dir', 'keys'], 2, 'invalid_configuration'],
  ])('%j ends with %i, %s', async (args, exitCode, code) => {
    const { at, runRefused } = await withKey();
    const absolute = args.map((arg) => (arg === 'keys' ? at('keys') : arg));
    expect(await runRefused(['token', 'asap', ...absolute])).toMatchObject({ exitCode, code });
  });
});

describe('verify', () => {
  const FOR_ORDERS = ['--audience', 'orders', '--issuer', 'billing'];

  it('prints the caller, for a token on standard input or in a file', async () => {
    const runner = await withKey();
    const { at, run, runJson } = runner;
    const token = await tokenOf(runner);
    const key = ['--key-file', at('keys/billing/a.pub')];
    expect(
      await runJson(['verify', ...FOR_ORDERS, ...key], `Authorization: Bearer ${token}\n`),
    ).toMatchObject({
      kind: 'service',
      issuer: 'billing',
      audience: ['orders'],
      keyId: 'billing/a.pem',
    });
    writeFileSync(at('token'), `${token}\n`);
    const { exitCode, stdout } = await run(['verify', at('token'), ...FOR_ORDERS, ...key]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Issuer +billing$/m);
    expect(stdout).not.toContain(token.split('.')[2]);
  });

  it('ends with 1 and the code for a token that is refused', async () => {
    const runner = await withKey();
    const key = ['--key-file', runner.at('keys/billing/a.pub')];
    const token = await tokenOf(runner, '--subject', 'job');
    const verify = (...args: readonly string[]) => runner.runRefused(['verify', ...args, ...key], token);
    expect(await verify(...FOR_ORDERS)).toMatchObject({ exitCode: 1, code: 'subject_mismatch' });
    expect(await verify('--audience', 'payroll', '--issuer', 'billing')).toMatchObject({
      code: 'audience_mismatch',
    });
    const other = ['--audience', 'orders', '--issuer', 'shipping', '--any-subject'];
    expect(await verify(...other)).toMatchObject({ exitCode: 1, code: 'issuer_not_allowed' });
    const { exitCode } = await runner.run(['verify', ...FOR_ORDERS, ...key, '--any-subject'], token);
    expect(exitCode).toBe(0);
  });

  it('takes other algorithms where they are named', async () => {
    const runner = await withKey('EdDSA');
    const token = await tokenOf(runner);
    const args = ['verify', ...FOR_ORDERS, '--key-file', runner.at('keys/billing/a.pub')];
    expect(await runner.runRefused(args, token)).toMatchObject({ code: 'algorithm_not_allowed' });
    expect(await runner.runJson([...args, '--algorithm', 'EdDSA'], token)).toMatchObject({
      issuer: 'billing',
    });
    const inspect = ['inspect', '-', '--audience', 'orders', '--key-file', runner.at('keys/billing/a.pub')];
    const inspection = await runner.runJson([...inspect, '--algorithm', 'EdDSA'], token);
    expect(inspection).toMatchObject({ verdict: 'accepted' });
  });

  it('ends with 3 while the repository cannot be reached', async () => {
    const runner = await withKey();
    const args = ['verify', ...FOR_ORDERS, '--keys-url', 'http://localhost:9/asap/'];
    const refused = await runner.runRefused(args, await tokenOf(runner));
    expect(refused).toMatchObject({ exitCode: 3, code: 'key_source_unavailable' });
  });

  it.each([
    [['--key-file', 'pub', '--issuer', 'billing'], 'Give --audience'],
    [['--key-file', 'pub', '--audience', 'orders'], '--key-file needs --issuer'],
    [[...FOR_ORDERS], 'Give --keys-url or --key-file'],
    [[...FOR_ORDERS, '--key-file', 'pub', '--keys-url', 'https://keys.example/'], 'not both'],
    [[...FOR_ORDERS, '--key-file', 'private'], 'holds a private key'],
    [[...FOR_ORDERS, '--key-file', 'text'], 'holds no public key'],
    [[...FOR_ORDERS, '--keys-url', 'http://keys.example/'], '--keys-url must use https'],
  ])('%j is wrong usage: %s', async (args, problem) => {
    const { at, runRefused } = await withKey();
    const paths: Record<string, string> = {
      pub: at('keys/billing/a.pub'),
      private: at('keys/billing/a.pem'),
      text: at('text'),
    };
    writeFileSync(at('text'), 'no key');
    const refused = await runRefused(['verify', ...args.map((arg) => paths[arg] ?? arg)], 'x.y.z');
    expect(refused).toMatchObject({ exitCode: 2, message: expect.stringContaining(problem) });
  });
});

describe('inspect', () => {
  it('explains every rule in its order, and needs no key to do so', async () => {
    const runner = await withKey();
    const { exitCode, stdout, stderr } = await runner.run(['inspect', '-'], await tokenOf(runner));
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^ok +expiry +exp is a time after now$/m);
    expect(stdout).toMatch(/^\? +signature .*: no keys were given$/m);
    expect(stdout).toContain('No rule is broken, but not all of them could be judged.');
  });

  it('ends with 1 and says what was expected where the token would be refused', async () => {
    const runner = await withKey();
    const token = await tokenOf(runner, '--subject', 'job');
    const { exitCode, stdout } = await runner.run(['inspect', token, '--audience', 'payroll']);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^REFUSED +audience +aud names "payroll": aud is "orders"$/m);
    expect(stdout).toMatch(
      /^REFUSED +subject +sub, where there is one, is iss: sub is "job", iss is "billing"$/m,
    );
    expect(stdout).toContain('It would be refused: audience_mismatch');
  });

  it('says that a service would accept it, with the public key at hand', async () => {
    const runner = await withKey();
    const key = ['--key-file', runner.at('keys/billing/a.pub'), '--audience', 'orders'];
    const inspection = await runner.runJson(['inspect', '-', ...key], await tokenOf(runner));
    expect(inspection).toMatchObject({ verdict: 'accepted', code: null });
    writeFileSync(runner.at('other.pub'), exportPublicPem(generateKeyPair('ES256').publicKey));
    const other = ['--key-file', runner.at('other.pub'), '--audience', 'orders', '--json'];
    const { exitCode, stdout } = await runner.run(['inspect', '-', ...other], await tokenOf(runner));
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'refused', code: 'bad_signature' });
  });

  it('S5: what a token holds cannot write to the terminal', async () => {
    const runner = await withKey();
    const { stdout } = await runner.run(
      ['inspect', '-'],
      await tokenOf(runner, '--claim', 'x=\u001b[31m\u2028'),
    );
    expect(stdout).not.toContain('\u001b');
    expect(stdout).not.toContain('\u2028');
  });

  it.each(['', 'Bearer ', 'no token'])('%j ends with 1 or 2, and is not repeated', async (input) => {
    const runner = createCommandRunner();
    const { exitCode, stdout, stderr } = await runner.run(['inspect', '-'], input);
    expect([1, 2]).toContain(exitCode);
    expect(stdout + stderr).not.toContain('internal_error');
  });
});

describe('a token that is none between services', () => {
  const sign = (typ: string, claims: Readonly<Record<string, unknown>>) => {
    const { privateKey } = generateKeyPair('ES256', { kid: 'key-1' });
    const iss = 'https://auth.example.com';
    return createJwsSigner({ key: privateKey, header: { typ } }).sign(
      Buffer.from(JSON.stringify({ iss, iat: 1_700_000_000, exp: 1_700_000_600, ...claims })),
    );
  };
  const ACCESS = /^By its typ, which nobody has verified, this is an access token.*gate\.md.*\/introspect/;
  const ID = /^By its claims, which nobody has verified, this is an ID token.*gate\.md/;

  it.each([
    ['an access token', sign('at+jwt', { client_id: 'client_a' }), ACCESS],
    ['one by its whole media type', sign('application/AT+JWT', {}), ACCESS],
    ['an ID token of OpenID Connect', sign('JWT', { azp: 'client_a', auth_time: 1_700_000_000 }), ID],
    ['an ID token of e-mail sign-in', sign('JWT', { token_use: 'id', email: 'ada@example.com' }), ID],
  ])('is told first, and ends as before: %s', async (_what, token, notice) => {
    const runner = await withKey();
    const inspected = await runner.run(['inspect', '-'], token);
    expect([inspected.exitCode, inspected.stdout]).toEqual([1, expect.stringMatching(notice)]);
    const { stdout } = await runner.run(['inspect', '-', '--json'], token);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'refused', notice: expect.stringMatching(notice) });
    const key = ['--key-file', runner.at('keys/billing/a.pub'), '--issuer', 'billing'];
    const verify = ['verify', '--audience', 'orders', ...key];
    const verified = await runner.run(verify, token);
    expect([verified.exitCode, verified.stderr]).toEqual([1, expect.stringMatching(notice)]);
    expect(await runner.runRefused(verify, token)).toMatchObject({ exitCode: 1 });
  });

  it('is not what a token between services is', async () => {
    const runner = await withKey();
    const { stdout } = await runner.run(['inspect', '-', '--json'], await tokenOf(runner));
    expect(JSON.parse(stdout)).toMatchObject({ notice: null });
  });
});

describe('a secret that is typed where the name of a file belongs', () => {
  it('is not repeated', async () => {
    const runner = await withKey();
    const pem = readFileSync(runner.at('keys/billing/a.pem'), 'utf8');
    const fromFolder = ['--issuer', 'billing', '--key-dir', runner.at('keys')];
    const { stdout } = await runner.run(['keys', 'export-data-uri', ...fromFolder]);
    const secrets = [pem, stdout.trim(), await tokenOf(runner)];
    for (const secret of secrets) {
      for (const args of [
        ['verify', secret, '--audience', 'orders', '--keys-url', 'http://localhost:9/asap/'],
        ['verify', '--audience', 'orders', '--issuer', 'billing', '--key-file', secret],
        ['token', 'asap', ...SIGNING, '--kid', 'billing/a', '--key-file', secret],
        ['token', 'asap', ...SIGNING, '--data-uri-file', secret],
        ['keys', 'publish', 'billing/a.pem', '--file', secret],
        ['token', secret],
      ]) {
        for (const json of [[], ['--json']]) {
          const { exitCode, stdout: printed, stderr } = await runner.run([...args, ...json]);
          expect(exitCode).toBe(2);
          expect(printed + stderr).toContain('[redacted]');
          for (const part of secret.split(/[\s.,]/).filter(({ length }) => length > 30))
            expect(printed + stderr).not.toContain(part);
        }
      }
    }
  });

  it('inspect says where the token in a file belongs', async () => {
    const runner = await withKey();
    writeFileSync(runner.at('token'), await tokenOf(runner));
    const refused = await runner.runRefused(['inspect', runner.at('token')]);
    expect(refused).toMatchObject({ exitCode: 2, message: expect.stringContaining('on standard input') });
  });
});
