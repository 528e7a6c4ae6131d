import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestServices, type TestServices } from '../support/services.js';
import { appSettings } from '../support/settings.js';

const UNKNOWN = { code: 'unknown_app', status: 404 };

describe('apps', () => {
  let services: TestServices;
  beforeAll(async () => {
    services = await openTestServices();
  });
  afterAll(() => services.close());

  it('are made with a UUID, the settings given, and a key that signs and one that will', async () => {
    const app = await services.createApp({ name: 'Paper Boats', algorithm: 'ES256' });
    expect(app.id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const nowSeconds = Math.floor(services.clock());
    expect(app).toEqual({
      ...appSettings({ name: 'Paper Boats', algorithm: 'ES256' }),
      id: app.id,
      createdAt: nowSeconds,
      updatedAt: nowSeconds,
      version: 1,
    });
    expect(await services.apps.require(app.id)).toEqual(app);
    const keys = await services.store.signingKeys.list(app.id);
    expect(keys.map(({ state, algorithm }) => [state, algorithm])).toEqual([
      ['current', 'ES256'],
      ['next', 'ES256'],
    ]);
  });

  it('may be made with an id of the caller, once', async () => {
    const id = randomUUID();
    expect((await services.apps.create(appSettings(), id)).id).toBe(id);
    await expect(services.apps.create(appSettings(), id)).rejects.toMatchObject({ code: 'conflict' });
  });

  it.each([
    ['an upper-case UUID', randomUUID().toUpperCase()],
    ['a path', '../../etc'],
    ['no text', ''],
    ['SQL', "' OR 1=1--"],
  ])('S8: %s is no id', async (_title, id) => {
    await expect(services.apps.create(appSettings(), id)).rejects.toMatchObject({ name: 'AppSettingsError' });
    await expect(services.apps.require(id)).rejects.toMatchObject(UNKNOWN);
    await expect(services.apps.update(id, {})).rejects.toMatchObject(UNKNOWN);
    await expect(services.apps.delete(id)).rejects.toMatchObject(UNKNOWN);
    await expect(services.apps.rotateKeys(id)).rejects.toMatchObject(UNKNOWN);
    await expect(services.apps.list({ afterId: id, limit: 10 })).rejects.toMatchObject({
      code: 'invalid_parameter',
    });
  });

  it('that nobody made are unknown', async () => {
    await expect(services.apps.require(randomUUID())).rejects.toMatchObject(UNKNOWN);
    await expect(services.apps.update(randomUUID(), {})).rejects.toMatchObject(UNKNOWN);
    await expect(services.apps.delete(randomUUID())).rejects.toMatchObject(UNKNOWN);
    await expect(services.apps.rotateKeys(randomUUID())).rejects.toMatchObject(UNKNOWN);
  });

  it('are not made or changed while anything is wrong with the settings', async () => {
    const refusal = services.apps.create({ name: '', redirectUrl: 'javascript:alert(1)' });
    await expect(refusal).rejects.toMatchObject({ name: 'AppSettingsError', problems: { length: 2 } });
    const app = await services.createApp();
    await expect(services.apps.update(app.id, { name: 'New', linkLifetimeSeconds: 1 })).rejects.toMatchObject(
      {
        problems: { length: 1 },
      },
    );
    expect((await services.store.apps.find(app.id))?.name).toBe('Paper Boats');
  });

  it('change by what is given, version by version, and are seen at once in this process', async () => {
    const app = await services.createApp();
    await services.apps.require(app.id);
    const changed = await services.apps.update(app.id, { allowRefresh: true });
    expect(changed).toMatchObject({ name: 'Paper Boats', allowRefresh: true, version: 2 });
    expect(await services.apps.require(app.id)).toEqual(changed);
  });

  it('changed by another process are seen after five seconds at the latest', async () => {
    const other = await services.startProcess();
    const app = await services.createApp();
    await other.apps.require(app.id);
    await services.apps.update(app.id, { name: 'Renamed' });
    services.clock.advance(4.9);
    expect((await other.apps.require(app.id)).name).toBe('Paper Boats');
    services.clock.advance(0.1);
    expect((await other.apps.require(app.id)).name).toBe('Renamed');

    const late = randomUUID();
    await expect(other.apps.require(late)).rejects.toMatchObject(UNKNOWN);
    await services.apps.create(appSettings(), late);
    services.clock.advance(5);
    expect((await other.apps.require(late)).id).toBe(late);

    await services.apps.delete(late);
    services.clock.advance(5);
    await expect(other.apps.require(late)).rejects.toMatchObject(UNKNOWN);
  });

  it('of two changes at once, one is refused whole', async () => {
    const other = await services.startProcess();
    const app = await services.createApp();
    const results = await Promise.allSettled([
      services.apps.update(app.id, { name: 'One' }),
      other.apps.update(app.id, { allowRefresh: true }),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const refused = results.find((result) => result.status === 'rejected');
    expect(refused?.reason).toMatchObject({ code: 'conflict' });
    const { name, allowRefresh, version } = (await services.store.apps.find(app.id)) ?? app;
    expect([name === 'One', allowRefresh].filter(Boolean)).toHaveLength(1);
    expect(version).toBe(2);
  });

  it('are gone with everything of theirs when deleted', async () => {
    const app = await services.createApp();
    await services.apps.require(app.id);
    await services.apps.delete(app.id);
    await expect(services.apps.require(app.id)).rejects.toMatchObject(UNKNOWN);
    await expect(services.apps.delete(app.id)).rejects.toMatchObject(UNKNOWN);
    expect(await services.store.signingKeys.list(app.id)).toEqual([]);
  });

  it('are listed by pages in the order of their ids', async () => {
    const first = await services.apps.list({ afterId: null, limit: 2 });
    const second = await services.apps.list({ afterId: first[1]?.id ?? null, limit: 1000 });
    const ids = [...first, ...second].map(({ id }) => id);
    expect(first).toHaveLength(2);
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each([[0], [-1], [1001], [1.5], [Number.NaN], [2 ** 63]])(
    'S8: a page cannot have %d apps',
    async (limit) => {
      await expect(services.apps.list({ afterId: null, limit })).rejects.toMatchObject({
        code: 'invalid_parameter',
      });
    },
  );
});
