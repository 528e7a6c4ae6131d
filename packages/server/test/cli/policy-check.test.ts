import { describe, expect, it } from 'vitest';
import { createApiTokenCommands, POLICY } from './token-api-runner.js';

async function check(policy: unknown, ...args: readonly string[]) {
  const { run, file } = createApiTokenCommands();
  const text = typeof policy === 'string' ? policy : JSON.stringify(policy);
  return run('policy', 'check', file('checked.json', text), ...args);
}

describe('policy check', () => {
  it('says in words what the policy allows', async () => {
    const { exitCode, stdout, stderr } = await check(POLICY);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toBe(`Tokens of the kind "user" have the issuer "auth_user".
Tokens of the kind "admin" have the issuer "auth_admin".

level: a number, 0 by default
  allowed:
    0: none
    2: password
    3.1: hardware key

factor: text, "" by default
  any value

scopes: a list of texts, [] by default
  for "user": "read", "write"

beta: true or false, false by default
  any value

device: anything that JSON can hold, left out by default
  any value

Doubtful:
  - scopes: tokens of the kind "admin" can say the default only
`);
  });

  it('says what is doubtful, or that nothing is', async () => {
    const scopes = { type: 'list', default: [] };
    const tags = { type: 'list', default: [], allowed: ['a,b'] };
    const doubtful = await check({ kinds: POLICY.kinds, extras: { scopes, tags } }, '--json');
    expect(JSON.parse(doubtful.stdout).remarks).toEqual([
      'scopes: any scope can be given',
      'tags: a value with a comma cannot be written in the profile api_jwt',
    ]);
    expect((await check({ kinds: POLICY.kinds, extras: {} })).stdout).toContain('Nothing is doubtful.');
  });

  it('names every problem of a policy that cannot be used, and ends with 2', async () => {
    const extras = { level: { type: 'float', default: 0 }, plan: { type: 'text' } };
    const { exitCode, stdout, stderr } = await check({ kinds: {}, extras });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain('  - kinds must name at least one kind');
    expect(stderr).toContain('  - extras.level.type must be one of');
    expect(stderr).toContain('  - extras.plan.default is required');
  });

  it.each(['', '{', '[]', '{"kinds":{},"kinds":{}}'])('ends with 2 for %j', async (text) => {
    expect(await check(text)).toMatchObject({ exitCode: 2, stdout: '' });
  });
});
