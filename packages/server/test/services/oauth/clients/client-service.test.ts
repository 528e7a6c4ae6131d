import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashSecret } from '../../../../src/services/secrets.js';
import { openTestClients, type TestClients } from '../../../support/client-calls.js';
import { clientSettings } from '../../../support/client-settings.js';

const UNKNOWN = { name: 'Refusal', code: 'not_found', message: 'There is no client with this id.' };
const DAY = 24 * 60 * 60;

describe('clients', () => {
  let test: TestClients;
  beforeAll(async () => {
    test = await openTestClients();
  });
  afterAll(() => test.close());

  it('O17, O19: are made with an id of 128 bits that no person has, and a secret of 256 bits that is told once', async () => {
    const { client, secret } = await test.clients.create(clientSettings());
    expect(client.id).toMatch(/^client_[\w-]{22}$/);
    expect(secret).toMatch(/^cs_[\w-]{43}$/);
    const nowSeconds = test.clock();
    const times = { createdAt: nowSeconds, updatedAt: nowSeconds, version: 1 };
    expect(client).toEqual({ ...clientSettings(), id: client.id, ...times });
    const stored = await test.store.oauth.clients.find(client.id, nowSeconds);
    expect(stored).toEqual({
      client,
      secrets: [{ hash: hashSecret(secret ?? ''), createdAt: nowSeconds, expiresAt: null }],
    });
    expect(JSON.stringify([stored, test.log])).not.toContain(secret);
  });

  it('are made with an id of ours only once, and are found by it at once', async () => {
    const id = 'client_of_ours';
    expect(await test.clients.find(id)).toBeUndefined();
    const { client } = await test.clients.create(clientSettings(), id);
    expect(client.id).toBe(id);
    expect(await test.clients.find(id)).toEqual(client);
    await expect(test.clients.create(clientSettings(), id)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('that do not authenticate by a secret have none', async () => {
    const { client, secret } = await test.clients.create(clientSettings({ authMethod: 'none' }));
    expect(secret).toBeNull();
    expect((await test.store.oauth.clients.find(client.id, test.clock()))?.secrets).toEqual([]);
    await expect(test.clients.rotateSecret(client.id)).rejects.toMatchObject({ code: 'invalid_parameter' });
  });

  it.each([['nobody'], [''], ["' OR 1=1--"], ['%'], ['\0'], ['x'.repeat(10_000)]])(
    'S8: are not found under %j',
    async (id) => {
      expect(await test.clients.find(id)).toBeUndefined();
      for (const work of [
        test.clients.require(id),
        test.clients.update(id, { name: 'X' }),
        test.clients.rotateSecret(id),
        test.clients.delete(id),
      ])
        await expect(work).rejects.toMatchObject(UNKNOWN);
    },
  );

  it('are not made or changed while anything is wrong with the settings', async () => {
    await expect(test.clients.create({ redirectUris: ['javascript:x'] })).rejects.toMatchObject({
      name: 'ClientSettingsError',
      problems: { length: 2 },
    });
    const { id } = await test.create();
    await expect(test.clients.update(id, { name: 'New', redirectUris: [] })).rejects.toMatchObject({
      problems: { length: 1 },
    });
    expect((await test.clients.require(id)).name).toBe('Shop');
  });

  it('change by what is given, version by version, and are seen at once in this process', async () => {
    const { id } = await test.create();
    await test.clients.find(id);
    const changed = await test.clients.update(id, { requirePar: true });
    expect(changed).toMatchObject({ name: 'Shop', requirePar: true, version: 2 });
    expect(await test.clients.find(id)).toEqual(changed);
    await expect(test.clients.update(id, { name: 'X' }, 1)).rejects.toMatchObject({ code: 'conflict' });
    expect(await test.clients.update(id, { name: 'X' }, 2)).toMatchObject({ version: 3 });
  });

  it('of two changes at once, one is refused whole', async () => {
    const other = await test.startProcess();
    const { id } = await test.create();
    const results = await Promise.allSettled([
      test.clients.update(id, { name: 'One' }),
      other.clients.update(id, { requirePar: true }),
    ]);
    const refused = results.find((result) => result.status === 'rejected');
    expect(refused?.reason).toMatchObject({ code: 'conflict' });
    const { name, requirePar } = await test.clients.require(id);
    expect([name === 'One', requirePar].filter(Boolean)).toHaveLength(1);
  });

  it('O15: that are disabled are not found any more, in another process after five seconds at the latest', async () => {
    const other = await test.startProcess();
    const { id } = await test.create();
    await Promise.all([test.clients.find(id), other.clients.find(id)]);
    await test.clients.update(id, { disabled: true });
    expect(await test.clients.find(id)).toBeUndefined();
    expect(await test.clients.require(id)).toMatchObject({ disabled: true });
    test.clock.advance(4.9);
    expect(await other.clients.find(id)).toBeDefined();
    test.clock.advance(0.1);
    expect(await other.clients.find(id)).toBeUndefined();
    await test.clients.update(id, { disabled: false });
    expect(await test.clients.find(id)).toBeDefined();
  });

  it('are gone when deleted', async () => {
    const { id } = await test.create();
    await test.clients.find(id);
    await test.clients.delete(id);
    expect(await test.clients.find(id)).toBeUndefined();
    await expect(test.clients.delete(id)).rejects.toMatchObject(UNKNOWN);
  });

  it('are listed by pages in the order of their ids, disabled ones too', async () => {
    const { id } = await test.create({ disabled: true });
    const first = await test.clients.list({ afterId: null, limit: 2 });
    const rest = await test.clients.list({ afterId: first[1]?.id ?? null, limit: 1000 });
    const ids = [...first, ...rest].map((client) => client.id);
    expect(first).toHaveLength(2);
    expect(ids).toEqual([...new Set(ids)].sort());
    expect(ids).toContain(id);
  });

  it.each([[0], [-1], [1001], [1.5], [Number.NaN]])('S8: a page cannot have %d clients', async (limit) => {
    await expect(test.clients.list({ afterId: null, limit })).rejects.toMatchObject({
      code: 'invalid_parameter',
    });
  });

  it('S8: a page cannot begin after what is no id', async () => {
    await expect(test.clients.list({ afterId: 'a b', limit: 1 })).rejects.toMatchObject({
      code: 'invalid_parameter',
    });
  });

  it.each([[-1], [0.5], [30 * DAY + 1], [Number.NaN]])(
    'an old secret does not stay for %d s',
    async (overlapSeconds) => {
      const { id } = await test.create();
      await expect(test.clients.rotateSecret(id, { overlapSeconds })).rejects.toMatchObject({
        code: 'invalid_parameter',
      });
    },
  );

  it('S5: each change has an event, without a secret', async () => {
    const { id } = await test.create();
    const { secret } = await test.clients.rotateSecret(id);
    await test.clients.update(id, { disabled: true });
    await test.clients.delete(id);
    const lines = test.log.filter(({ fields }) => fields['client'] === id);
    expect(lines.map(({ event }) => event)).toEqual([
      'oauth_client_created',
      'oauth_client_secret_rotated',
      'oauth_client_changed',
      'oauth_client_deleted',
    ]);
    expect(JSON.stringify(test.log)).not.toContain(secret);
  });
});
