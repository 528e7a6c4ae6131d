import { chmodSync } from 'node:fs';
import { decodeUnverifiedJwt, exportPrivatePem, generateKeyPair } from 'countersign';
import { createApiTokenDecoder, definePolicy } from 'countersign/api-token';
import { describe, expect, it } from 'vitest';
import { createApiTokenCommands, POLICY } from './token-api-runner.js';

const USER = ['--kind', 'user', '--subject', 'an-id'];
const EXTRAS = [
  'level=3.1',
  'scopes=read',
  'scopes=write',
  'beta=true',
  'device={"model":"T1"}',
  'factor=a=b',
];

describe('token api', () => {
  it.each(['native', 'api_jwt'] as const)(
    'prints a token of the policy, and only that (%s)',
    async (profile) => {
      const { token, pair } = createApiTokenCommands();
      const extras = EXTRAS.flatMap((extra) => ['--extra', extra]);
      const { exitCode, stdout, stderr } = await token(
        ...USER,
        ...extras,
        '--profile',
        profile,
        '--lifetime',
        '5m',
      );
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      const { decode } = createApiTokenDecoder({
        policy: definePolicy(POLICY as never),
        keys: pair.publicKey,
        audience: null,
        recheckPolicy: true,
      });
      expect(decode(stdout.trimEnd())).toMatchObject({
        outcome: 'valid',
        record: {
          kind: 'user',
          subject: 'an-id',
          profile,
          extras: {
            level: 3.1,
            factor: 'a=b',
            scopes: ['read', 'write'],
            beta: true,
            device: { model: 'T1' },
          },
        },
      });
    },
  );

  it('prints JSON where that is asked for', async () => {
    const { token } = createApiTokenCommands();
    const { stdout } = await token(...USER, '--audience', 'api', '--json');
    const { unverifiedClaims } = decodeUnverifiedJwt(JSON.parse(stdout).token);
    expect(unverifiedClaims).toMatchObject({ iss: 'auth_user', aud: 'api' });
    expect(Number(unverifiedClaims['exp']) - Number(unverifiedClaims['iat'])).toBe(3600);
  });

  it('signs with another algorithm and key id where they are named', async () => {
    const { token, file } = createApiTokenCommands();
    const key = file('ed.pem', exportPrivatePem(generateKeyPair('EdDSA').privateKey));
    const { stdout } = await token(...USER, '--key-file', key, '--algorithm', 'EdDSA', '--kid', 'k1');
    expect(decodeUnverifiedJwt(stdout.trim()).unverifiedHeader).toEqual({
      alg: 'EdDSA',
      typ: 'JWT',
      kid: 'k1',
    });
  });

  it.each([
    [['--extra', 'level=5'], 'level must not be 5: allowed for the kind "user" is 0, 2, 3.1'],
    [['--extra', 'scopes=root'], 'scopes must not be "root"'],
    [['--extra', 'scope=read'], '"scope" is no extra of the policy: did you mean "scopes"?'],
    [['--kind', 'root'], 'the kind "root" is not one of the policy'],
    [['--extra', 'level=2', '--extra', 'level=0'], '--extra level was given more than once'],
    [['--extra', 'kind=admin'], '--extra kind: no extra has this name'],
    [['--extra', 'expiresInSeconds=60'], '--extra expiresInSeconds: no extra has this name'],
    [['--extra', 'device=T1'], '--extra device must be JSON'],
    [['--extra', 'beta=yes'], 'beta must be true or false'],
    [['--extra', 'level'], 'It must be a name, an equals sign and a value.'],
    [['--profile', 'api_jwt', '--audience', 'api'], 'audience must not be given in the profile api_jwt'],
    [['--algorithm', 'HS256'], 'Allowed choices are'],
    [['--key-file', 'nowhere.pem'], 'nowhere.pem cannot be read'],
  ])('%j ends with 2 and says what is wrong', async (args, problem) => {
    const { token } = createApiTokenCommands();
    const { exitCode, stdout, stderr } = await token(...USER, ...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(problem);
  });

  it('takes no private key that others can read', async () => {
    const { token, file, pair } = createApiTokenCommands();
    const key = file('open.pem', exportPrivatePem(pair.privateKey));
    chmodSync(key, 0o644);
    expect(await token(...USER, '--key-file', key)).toMatchObject({ exitCode: 2, stdout: '' });
  });
});
