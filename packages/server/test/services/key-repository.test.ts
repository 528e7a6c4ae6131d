import { createTestClock } from 'countersign/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeyRepository, type KeyRepository } from '../../src/services/key-repository.js';
import { BAD_KEY_IDS } from '../support/bad-key-ids.js';
import { aPem, CERTIFICATE } from '../support/published-pem.js';
import { createRecordingLogger } from '../support/recording-logger.js';
import { openTemporaryStore, type TemporaryStore } from '../support/temporary-store.js';

const START = 1_700_000_000;

describe('the key repository', () => {
  const clock = createTestClock(START + 0.75);
  const { logger, lines } = createRecordingLogger();
  let temporary: TemporaryStore;
  let keys: KeyRepository;
  let next = 0;
  const newKid = () => `svc/${next++}`;

  beforeAll(async () => {
    temporary = await openTemporaryStore();
    keys = createKeyRepository({ store: temporary.store, clock, logger });
  });
  afterAll(() => temporary.close());

  it('keeps a key under its id, in whole seconds, with the issuer that the id begins with', async () => {
    const pem = aPem();
    expect(await keys.publish({ kid: 'svc/a/b', pem })).toBe('created');
    const key = { kid: 'svc/a/b', issuer: 'svc', pem, publishedAt: START, revokedAt: null };
    expect(await keys.find('svc/a/b')).toEqual(key);
    expect(await keys.publish({ kid: 'bare', pem })).toBe('created');
    expect(await keys.find('bare')).toMatchObject({ kid: 'bare', issuer: 'bare' });
    expect(await keys.find('svc/a')).toBeUndefined();
  });

  it('takes the same key again, in whatever form, and never another one', async () => {
    const kid = newKid();
    expect(await keys.publish({ kid, pem: CERTIFICATE.publicKeyPem })).toBe('created');
    expect(await keys.publish({ kid, pem: CERTIFICATE.pem })).toBe('unchanged');
    await expect(keys.publish({ kid, pem: aPem() })).rejects.toMatchObject({
      code: 'key_id_taken',
      status: 409,
    });
    expect(await keys.find(kid)).toMatchObject({ pem: CERTIFICATE.publicKeyPem });
  });

  it('of two different keys that race for one id one wins, for good', async () => {
    const otherStore = await temporary.openAgain();
    const other = createKeyRepository({ store: otherStore, clock, logger });
    const kid = newKid();
    const pems = Array.from({ length: 10 }, aPem);
    const results = await Promise.allSettled(
      pems.map((pem, index) => (index % 2 === 0 ? keys : other).publish({ kid, pem })),
    );
    const winner = results.findIndex(({ status }) => status === 'fulfilled');
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await other.find(kid)).toMatchObject({ pem: pems[winner] });
    await otherStore.close();
  });

  it('never uses the id of a revoked key again, not even for the same key', async () => {
    const [kid, pem] = [newKid(), aPem()];
    await keys.publish({ kid, pem });
    clock.advance(10);
    await keys.revoke(kid);
    expect(await keys.find(kid)).toMatchObject({ revokedAt: START + 10 });
    clock.advance(10);
    await keys.revoke(kid);
    expect(await keys.find(kid)).toMatchObject({ revokedAt: START + 10 });
    for (const again of [pem, aPem()])
      await expect(keys.publish({ kid, pem: again })).rejects.toMatchObject({
        code: 'revoked_key',
        status: 410,
      });
  });

  it('knows nothing to revoke where nothing was published', async () => {
    await expect(keys.revoke('svc/unknown')).rejects.toMatchObject({ code: 'unknown_key', status: 404 });
  });

  it.each(BAD_KEY_IDS)('A3, S8: never takes %j for a key id', async (kid) => {
    const before = await keys.list({ afterKid: null, limit: 1000 });
    await expect(keys.publish({ kid, pem: aPem() })).rejects.toMatchObject({
      code: 'invalid_parameter',
      status: 400,
      message: expect.stringMatching(/^The key id must /),
    });
    expect(await keys.find(kid)).toBeUndefined();
    await expect(keys.revoke(kid)).rejects.toMatchObject({ code: 'unknown_key' });
    expect(await keys.list({ afterKid: null, limit: 1000 })).toEqual(before);
  });

  it('lists what was published, of one issuer or of all', async () => {
    for (const kid of ['lister/2', 'lister/1', 'listerx/1']) await keys.publish({ kid, pem: aPem() });
    await keys.revoke('lister/1');
    const kids = async (page: Parameters<KeyRepository['list']>[0]) =>
      (await keys.list(page)).map(({ kid }) => kid);
    expect(await kids({ issuer: 'lister', afterKid: null, limit: 10 })).toEqual(['lister/1', 'lister/2']);
    expect(await kids({ issuer: 'lister', afterKid: 'lister/1', limit: 10 })).toEqual(['lister/2']);
    expect(await kids({ afterKid: 'lister/2', limit: 1 })).toEqual(['listerx/1']);
  });

  it.each([0, -1, 1.5, 1001, Number.NaN])('S8: refuses a page of %s keys', async (limit) => {
    await expect(keys.list({ afterKid: null, limit })).rejects.toMatchObject({ code: 'invalid_parameter' });
  });

  it('logs what was published and revoked, by its id only', async () => {
    const kid = newKid();
    const before = lines.length;
    await keys.publish({ kid, pem: aPem() });
    await keys.publish({ kid, pem: aPem() }).catch(() => {});
    await keys.revoke(kid);
    expect(lines.slice(before)).toEqual([
      { level: 'info', event: 'key published', fields: { kid } },
      { level: 'info', event: 'key revoked', fields: { kid } },
    ]);
  });
});
