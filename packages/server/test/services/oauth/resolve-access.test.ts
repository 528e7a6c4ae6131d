import { describe, expect, it } from 'vitest';
import type { Client } from '../../../src/domain/oauth/client.js';
import { resolveAccess } from '../../../src/services/oauth/grants/index.js';
import { aClient } from '../../support/oauth-rows.js';

const [API, FILES] = ['https://api.example', 'https://files.example'];
const client = aClient({
  access: [
    { audience: API, scopes: ['read', 'write'] },
    { audience: FILES, scopes: ['share'] },
  ],
});

const resolve = (
  scope: string | undefined,
  resources: readonly string[] = [],
  kind: 'person' | 'client' = 'person',
  of: Client = client,
) => resolveAccess(of, { scope, resources }, kind);
const errorOf = (attempt: () => unknown) => {
  try {
    attempt();
    return undefined;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};

describe('what a request asks for', () => {
  it('RFC 8707 2: is for the first resource where none is named', () => {
    expect(resolve('openid write read')).toEqual({
      scopes: ['openid', 'write', 'read'],
      audiences: [API],
    });
  });

  it('RFC 8707 2: is for the resources that are named, each once, in their order', () => {
    expect(resolve('read share', [FILES, API, FILES])).toEqual({
      scopes: ['read', 'share'],
      audiences: [FILES, API],
    });
  });

  it('C15: names each scope once, in its order', () => {
    expect(resolve('write read write').scopes).toEqual(['write', 'read']);
  });

  it('is openid where no scope is named and somebody signs in', () => {
    expect(resolve(undefined)).toEqual({ scopes: ['openid'], audiences: [API] });
  });

  it('is everything there is where a client asks for itself and names no scope', () => {
    expect(resolve(undefined, [], 'client').scopes).toEqual(['read', 'write']);
    expect(resolve(undefined, [FILES], 'client').scopes).toEqual(['share']);
    const without = aClient({ access: [] });
    expect(resolve(undefined, [], 'client', without)).toEqual({ scopes: [], audiences: [] });
  });

  it('must name a scope where nobody signs in by the client', () => {
    const device = aClient({ grantTypes: ['urn:ietf:params:oauth:grant-type:device_code'] });
    expect(errorOf(() => resolve(undefined, [], 'person', device))).toBe('invalid_scope');
  });

  it('is for the authority alone where the client has access to nothing', () => {
    const plain = aClient({ access: [] });
    expect(resolve('openid email', [], 'person', plain).audiences).toEqual([]);
    expect(errorOf(() => resolve('read', [], 'person', plain))).toBe('invalid_scope');
  });

  it.each([
    ['of a resource that was not named', 'share', [API]],
    ['of no resource', 'delete', []],
    ['in another case', 'READ', []],
    ['that is a part of one', 'rea', []],
    ['that objects have', 'constructor', []],
  ])('RFC 6749 3.3: may have no scope %s', (_what, scope, resources) => {
    expect(errorOf(() => resolve(scope, resources))).toBe('invalid_scope');
  });

  it.each(['openid', 'email', 'offline_access'])('has no scope %s without a person', (scope) => {
    expect(errorOf(() => resolve(scope, [], 'client'))).toBe('invalid_scope');
  });

  it.each([' read', 'read ', 'read  write', 'read\twrite', 'read\0', 'r"ead', 'r\\ead', 'rëad'])(
    'C15: is refused off the grammar: %j',
    (scope) => {
      expect(errorOf(() => resolve(scope))).toBe('invalid_scope');
    },
  );

  it.each([`${API}/`, `${API}:443`, 'HTTPS://api.example', 'https://api', `${API}#x`, '*'])(
    'RFC 8707 2: is for no resource but those of the client: %s',
    (resource) => {
      expect(errorOf(() => resolve('openid', [resource]))).toBe('invalid_target');
    },
  );

  it('S21: takes linear time for a hundred thousand scopes', () => {
    const scope = Array.from({ length: 100_000 }, (_, index) => `s${index}`).join(' ');
    const startedAt = performance.now();
    expect(errorOf(() => resolve(scope))).toBe('invalid_scope');
    expect(errorOf(() => resolve(`${scope}  x`))).toBe('invalid_scope');
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  it('RFC 9068 5: of a client for itself is never a scope at a resource that it may not have it at', () => {
    const mixed = aClient({
      access: [
        { audience: API, scopes: ['read'] },
        { audience: FILES, scopes: ['read', 'write'] },
      ],
    });
    const asked = (scope?: string) => errorOf(() => resolve(scope, [API, FILES], 'client', mixed));
    expect(asked('read write')).toBe('invalid_target');
    expect(asked()).toBe('invalid_target');
    expect(asked('read')).toBeUndefined();
    expect(resolve(undefined, [FILES], 'client', mixed).scopes).toEqual(['read', 'write']);
    expect(resolve('read share', [API, FILES], 'client').scopes).toEqual(['read', 'share']);
  });

  it('cannot be changed afterwards', () => {
    const access = resolve('read');
    expect([access, access.scopes, access.audiences].every(Object.isFrozen)).toBe(true);
  });
});
