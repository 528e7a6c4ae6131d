import { chmodSync, writeFileSync } from 'node:fs';
import { decodeUnverifiedJwt, exportPrivatePem, generateKeyPair } from 'countersign';
import {
  createAccessTokenParser,
  createAccessTokenVerifier,
  credentialsOrNull,
} from 'countersign/access-token';
import { describe, expect, it } from 'vitest';
import { createCommandRunner } from '../support/command-runner.js';

const SECRET = 'a secret of tests, 32 bytes or more';
const WHO = ['token', 'access', '--issuer', 'https://authority.example', '--client-id', 'web'];
const FOR_API = ['--audience', 'https://api.example'];

/** A runner with an ES256 key in `key.pem` and a secret in `secret`. */
function withFiles() {
  const runner = createCommandRunner();
  const { privateKey, publicKey } = generateKeyPair('ES256');
  writeFileSync(runner.at('key.pem'), exportPrivatePem(privateKey), { mode: 0o600 });
  writeFileSync(runner.at('secret'), `${SECRET}\n`, { mode: 0o600 });
  const key = ['--key-file', runner.at('key.pem'), '--algorithm', 'ES256'];
  return { ...runner, publicKey, key, secret: ['--secret-file', runner.at('secret')] };
}

describe('token access', () => {
  it('prints a token under a private key, and only that', async () => {
    const { run, key, publicKey } = withFiles();
    const more = [
      '--subject',
      'ana',
      '--scope',
      'read',
      '--scope',
      'write',
      '--lifetime',
      '5m',
      '--kid',
      'k1',
    ];
    const { exitCode, stdout, stderr } = await run([...WHO, ...FOR_API, ...key, ...more]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const { unverifiedHeader, unverifiedClaims } = decodeUnverifiedJwt(stdout.trim());
    expect(unverifiedHeader).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: 'k1' });
    expect(unverifiedClaims['aud']).toBe('https://api.example');
    const verifier = createAccessTokenVerifier({
      keys: { algorithms: ['ES256'], peek: () => publicKey, resolve: async () => publicKey },
      issuer: 'https://authority.example',
      audience: 'https://api.example',
      algorithms: ['ES256'],
      maxLifetimeSeconds: 300,
      requiredScopes: 'read write',
    });
    expect(verifier.verify(stdout.trim())).toMatchObject({ subject: 'ana', clientId: 'web' });
  });

  it('prints a token under a secret, whose file may end with a line break', async () => {
    const { runJson, secret } = withFiles();
    const { token } = await runJson([...WHO, ...secret, '--user-id', '1234', '--scope', 'profile']);
    const parser = createAccessTokenParser({ secret: () => SECRET });
    expect(credentialsOrNull(parser.parse(String(token)))).toEqual({
      provider: 'https://authority.example',
      clientId: 'web',
      userId: '1234',
      authorizedScope: ['profile'],
    });
  });

  it('takes a secret that is no text byte for byte', async () => {
    const { at, runJson } = withFiles();
    const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => 0xff - index));
    writeFileSync(at('bytes'), Buffer.concat([bytes, Buffer.from('\r\n')]), { mode: 0o600 });
    const { token } = await runJson([...WHO, '--secret-file', at('bytes'), '--user-id', '1234']);
    expect(createAccessTokenParser({ secret: () => bytes }).parse(String(token)).outcome).toBe('valid');
  });

  it('names several audiences as a list', async () => {
    const { runJson, key } = withFiles();
    const { token } = await runJson([...WHO, ...FOR_API, '--audience', 'b', ...key, '--subject', 'ana']);
    expect(decodeUnverifiedJwt(String(token)).unverifiedClaims['aud']).toEqual(['https://api.example', 'b']);
  });

  it.each([
    [['key', '--subject', 'ana'], 2, 'usage'],
    [['key', ...FOR_API], 2, 'usage'],
    [['key', ...FOR_API, '--subject', 'ana', '--user-id', 'ana'], 2, 'usage'],
    [['key', 'secret', ...FOR_API, '--subject', 'ana'], 2, 'usage'],
    [[...FOR_API, '--subject', 'ana'], 2, 'usage'],
    [['secret', ...FOR_API, '--subject', 'ana'], 2, 'usage'],
    [['secret', '--kid', 'k1', '--subject', 'ana'], 2, 'usage'],
    [['key', ...FOR_API, '--subject', 'ana', '--scope', 'a b'], 2, 'invalid_configuration'],
    [['key', ...FOR_API, '--subject', ''], 2, 'invalid_configuration'],
    [['key', ...FOR_API, '--subject', 'ana', '--algorithm', 'RS256'], 2, 'invalid_key'],
    [['key', ...FOR_API, '--subject', 'ana', '--algorithm', 'HS256'], 2, 'usage'],
    [['secret', '--subject', 'ana', '--lifetime', 'long'], 2, 'usage'],
  ])('%j ends with %i, %s', async (args, exitCode, code) => {
    const files = withFiles();
    const all = args.flatMap((arg) => (arg === 'key' || arg === 'secret' ? files[arg] : [arg]));
    expect(await files.runRefused([...WHO, ...all])).toMatchObject({ exitCode, code });
  });

  it('S7: takes no secret as an argument, none that others can read, and none that is short', async () => {
    const { at, runRefused, secret } = withFiles();
    const who = [...WHO, '--subject', 'ana'];
    expect(await runRefused([...who, '--secret', SECRET])).toMatchObject({ exitCode: 2, code: 'usage' });
    chmodSync(at('secret'), 0o644);
    const readable = await runRefused([...who, ...secret]);
    expect(readable).toMatchObject({ exitCode: 2, code: 'usage' });
    writeFileSync(at('short'), 'short\n', { mode: 0o600 });
    const short = await runRefused([...who, '--secret-file', at('short')]);
    expect(short).toMatchObject({ exitCode: 2, code: 'weak_key' });
    expect(`${readable.message} ${short.message}`).not.toContain(SECRET);
  });
});
