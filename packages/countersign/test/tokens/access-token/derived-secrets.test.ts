import { createHash, createHmac } from 'node:crypto';
import {
  createAccessTokenGenerator,
  createAccessTokenParser,
  createDerivedSecrets,
  credentialsOrNull,
  deriveClientSecret,
} from 'countersign/access-token';
import { describe, expect, it } from 'vitest';
import { usageProblem } from '../../support/usage.js';
import { NOW, setUp } from './support/providers.js';

const ROOT = new Uint8Array(32).fill(7);

/** HKDF with SHA-256 as RFC 5869 writes it, for one block. */
function hkdf(root: Uint8Array, info: Uint8Array): Buffer {
  const pseudoRandomKey = createHmac('sha256', Buffer.alloc(32)).update(root).digest();
  return createHmac('sha256', pseudoRandomKey).update(info).update(Uint8Array.of(1)).digest();
}

describe('derived secrets', () => {
  const secret = createDerivedSecrets({ root: ROOT });
  const options = { provider: 'p', userId: 'u', scope: ['read'], clock: () => NOW };

  it('are another one for each provider and client, and always the same', () => {
    const names = [
      ['p', 'c'],
      ['p', 'd'],
      ['pc', ''],
      ['', 'pc'],
      ['p","c', 'x'],
      ['p', 'c","x'],
    ] as const;
    const derive = () => names.map(([iss, aud]) => Buffer.from(secret({ iss, aud }) ?? '').toString('hex'));
    expect(new Set(derive()).size).toBe(names.length);
    expect(derive()).toEqual(derive());
    expect(new Set(derive().map(({ length }) => length))).toEqual(new Set([64]));
  });

  it('come from the root by HKDF with SHA-256', () => {
    const names = createHash('sha256').update('["p","c"]').digest();
    const info = Buffer.concat([Buffer.from('countersign access token secret, version 1\0'), names]);
    expect(Buffer.from(secret({ iss: 'p', aud: 'c' }) ?? '')).toEqual(hkdf(ROOT, info));
  });

  it('JOAT-9: serve a generator without a database; each client is told apart', () => {
    const generator = createAccessTokenGenerator({ ...options, secret });
    const token = generator.issue({ clientId: 'one' });
    expect(credentialsOrNull(generator.parse(token))).toMatchObject({ clientId: 'one' });
    const clientSecret = deriveClientSecret({ root: ROOT, provider: 'p', clientId: 'one' });
    const ofOneClient = createAccessTokenParser({ secret: () => clientSecret, clock: () => NOW });
    expect(credentialsOrNull(ofOneClient.parse(token))).toMatchObject({ clientId: 'one' });
    expect(credentialsOrNull(ofOneClient.parse(generator.issue({ clientId: 'two' })))).toBeNull();
  });

  it('JOAT-9: of another root verify nothing', () => {
    const token = createAccessTokenGenerator({ ...options, clientId: 'c', secret }).issue();
    const other = createDerivedSecrets({ root: new Uint8Array(32).fill(8) });
    const parsed = createAccessTokenParser({ secret: other, clock: () => NOW }).parse(token);
    expect(parsed).toMatchObject({ outcome: 'refused', reason: 'bad_signature' });
  });

  it('are none for a token that names no provider or no client', () => {
    expect(secret({ iss: undefined, aud: 'c' })).toBeUndefined();
    expect(secret({ iss: 'p', aud: undefined })).toBeUndefined();
  });

  it('take names of any length', () => {
    const { generator } = setUp({ secret });
    const clientId = 'é'.repeat(3000);
    expect(credentialsOrNull(generator.parse(generator.issue({ clientId })))?.clientId).toBe(clientId);
  });

  it('need a root of 32 bytes that is no key', () => {
    const tooShort = new Uint8Array(31);
    expect(usageProblem(() => createDerivedSecrets({ root: tooShort }))).toMatch(/^weak_key/);
    expect(usageProblem(() => deriveClientSecret({ root: tooShort, provider: 'p', clientId: 'c' }))).toMatch(
      /^weak_key/,
    );
    expect(usageProblem(() => deriveClientSecret({ root: ROOT, provider: '', clientId: 'c' }))).toMatch(
      /^invalid_options: provider/,
    );
    for (const none of [undefined, null, {}, { root: ROOT, provider: 'p' }]) {
      expect(usageProblem(() => createDerivedSecrets(none as never))).toMatch(/^invalid_options/);
    }
    const pem = '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----';
    expect(usageProblem(() => createDerivedSecrets({ root: pem }))).toMatch(/^invalid_key/);
    expect(usageProblem(() => createDerivedSecrets({ root: undefined as never }))).toMatch(
      /^invalid_options/,
    );
  });

  it('are not changed by a change of the bytes given', () => {
    const bytes = new Uint8Array(ROOT);
    const derived = createDerivedSecrets({ root: bytes });
    bytes.fill(0);
    expect(derived({ iss: 'p', aud: 'c' })).toEqual(secret({ iss: 'p', aud: 'c' }));
  });
});
