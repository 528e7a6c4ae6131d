import { randomBytes } from 'node:crypto';
import { UsageError } from 'countersign';
import { describe, expect, it } from 'vitest';
import type { SettingStore } from '../../src/domain/stores.js';
import { assertMasterKey, createVault, WrongMasterKeyError } from '../../src/services/vault.js';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

function createSettings(): SettingStore & { readonly values: Map<string, string> } {
  const values = new Map<string, string>();
  return {
    values,
    get: async (name) => values.get(name),
    insertOnce: async (name, value) => {
      if (values.has(name)) return false;
      values.set(name, value);
      return true;
    },
  };
}

describe('the vault', () => {
  const masterKey = randomBytes(32);
  const vault = createVault(masterKey);
  const sealed = vault.seal('signing-key', 'app/kid', Buffer.from('a private key'));

  it('S7: opens what it sealed, also after a restart, and nothing can be read from the sealed text', () => {
    expect(text(vault.open('signing-key', 'app/kid', sealed))).toBe('a private key');
    expect(text(createVault(masterKey).open('signing-key', 'app/kid', sealed))).toBe('a private key');
    expect(sealed).toMatch(/^v1\.[A-Za-z0-9_-]+$/);
    expect(Buffer.from(sealed.slice(3), 'base64url').includes('private')).toBe(false);
    expect(vault.open('mail', '', vault.seal('mail', '', new Uint8Array()))).toHaveLength(0);
  });

  it('S7: seals the same bytes differently each time', () => {
    expect(vault.seal('signing-key', 'app/kid', Buffer.from('a private key'))).not.toBe(sealed);
  });

  it.each([
    ['another purpose', () => vault.open('mail', 'app/kid', sealed)],
    ['another context', () => vault.open('signing-key', 'app/kit', sealed)],
    ['another master key', () => createVault(randomBytes(32)).open('signing-key', 'app/kid', sealed)],
    ['another format', () => vault.open('signing-key', 'app/kid', sealed.replace('v1.', 'v2.'))],
    ['a cut text', () => vault.open('signing-key', 'app/kid', sealed.slice(0, -1))],
    ['no text', () => vault.open('signing-key', 'app/kid', '')],
    ['a text too short for nonce and tag', () => vault.open('signing-key', 'app/kid', 'v1.AAAA')],
  ])('S7: does not open with %s, and the error tells no content', (_title, open) => {
    expect(open).toThrow(/^Cannot open what is sealed as (signing-key|mail) of app\/ki[dt]$/);
  });

  it('S7: does not open after a change of any byte', () => {
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => vault.open('signing-key', 'app/kid', `v1.${changed.toString('base64url')}`)).toThrow();
    }
  });

  it('S7: authenticates a message differently for each purpose and each master key', () => {
    const macs = [
      vault.mac('typed-code', 'message'),
      vault.mac('page', 'message'),
      vault.mac('typed-code', 'massage'),
      createVault(randomBytes(32)).mac('typed-code', 'message'),
    ];
    expect(new Set(macs).size).toBe(4);
    expect(macs[0]).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(createVault(masterKey).mac('typed-code', 'message')).toBe(macs[0]);
  });

  it('does not change when the caller overwrites the master key', () => {
    const lent = Buffer.from(masterKey);
    const other = createVault(lent);
    lent.fill(0);
    expect(text(other.open('signing-key', 'app/kid', sealed))).toBe('a private key');
  });

  it.each([
    ['31 bytes', randomBytes(31)],
    ['all zero', Buffer.alloc(32)],
    ['a known phrase', Buffer.alloc(32, 'changeme')],
    ['text', Buffer.from('correct horse battery staple ok?')],
  ])('S9: refuses a master key of %s without printing it', (_title, weak) => {
    let error: unknown;
    try {
      createVault(weak);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ code: 'weak_key' });
    expect(String(error)).not.toContain('changeme');
  });
});

describe('the master key of a store', () => {
  it('S7: is remembered by a check value at first, and the same key passes ever after', async () => {
    const settings = createSettings();
    const masterKey = randomBytes(32);
    for (let start = 0; start < 3; start++) await assertMasterKey(createVault(masterKey), settings);
    expect(settings.values.size).toBe(1);
    expect([...settings.values.values()].join()).not.toContain(masterKey.toString('base64url'));
  });

  it('S7: a wrong one is refused with words that help, and changes nothing', async () => {
    const settings = createSettings();
    await assertMasterKey(createVault(randomBytes(32)), settings);
    const before = [...settings.values];
    const refusal = assertMasterKey(createVault(randomBytes(32)), settings);
    await expect(refusal).rejects.toBeInstanceOf(WrongMasterKeyError);
    await expect(refusal).rejects.toThrow(/not the master key/);
    expect([...settings.values]).toEqual(before);
  });

  it('S7: of two processes that start on an empty store with different keys, one is refused', async () => {
    const settings = createSettings();
    const results = await Promise.allSettled([
      assertMasterKey(createVault(randomBytes(32)), settings),
      assertMasterKey(createVault(randomBytes(32)), settings),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});
