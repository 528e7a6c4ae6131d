import { describe, expect, it } from 'vitest';
import { exportPrivateJwk, exportPublicJwk } from '../../src/keys/export-key.js';
import { generateKeyPair } from '../../src/keys/generate-key-pair.js';
import type { StaticJwksOptions } from '../../src/keys/static-jwks.js';
import { createStaticJwks } from '../../src/keys/static-jwks.js';
import { lookup, resolveKid } from './support/scripted-pem.js';

const one = exportPublicJwk(generateKeyPair('ES256', { kid: 'one' }).publicKey);
const pair = generateKeyPair('ES256', { kid: 'private' });

describe('createStaticJwks', () => {
  it('finds the key of that id for that algorithm, without waiting', async () => {
    const keys = createStaticJwks({ jwks: { keys: [one] }, algorithms: ['ES256'] });
    const key = keys.peek(lookup('one'));
    expect(key).toMatchObject({ kid: 'one', algorithm: 'ES256', kind: 'public' });
    expect(await resolveKid(keys, 'one')).toBe(key);
    expect(await resolveKid(keys, undefined)).toBe(key);
    await expect(resolveKid(keys, 'two')).rejects.toMatchObject({ code: 'key_not_found' });
    expect(keys.algorithms).toEqual(['ES256']);
  });

  it('K7: leaves alone what is private or for another use', () => {
    const keys = createStaticJwks({
      jwks: { keys: [exportPrivateJwk(pair.privateKey), { ...one, kid: 'enc', use: 'enc' }, one] },
      algorithms: ['ES256'],
    });
    expect(keys.peek(lookup('private'))).toBeUndefined();
    expect(keys.peek(lookup('enc'))).toBeUndefined();
    expect(keys.peek(lookup('one'))).toBeDefined();
  });

  it('is not changed by later changes to the document', () => {
    const jwks = { keys: [one] };
    const keys = createStaticJwks({ jwks, algorithms: ['ES256'] });
    jwks.keys.pop();
    expect(keys.peek(lookup('one'))).toBeDefined();
  });

  it.each([
    [{ jwks: undefined }, /jwks is required/],
    [{ jwks: [one] }, /jwks must be a JWK Set/],
    [{ jwks: { keys: one } }, /jwks must be a JWK Set/],
    [{ jwks: { keys: [] } }, /jwks holds no key that can be used/],
    [{ jwks: { keys: [{ ...one, use: 'enc' }] } }, /jwks holds no key that can be used/],
    [{ algorithms: ['HS256'] }, /algorithms must not name HMAC/],
  ])('refuses options that cannot be right (%#)', (wrong, problem) => {
    const options = { jwks: { keys: [one] }, algorithms: ['ES256'], ...wrong };
    expect(() => createStaticJwks(options as StaticJwksOptions)).toThrow(problem);
  });
});
