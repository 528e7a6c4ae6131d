import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AUTHORITY_APP_ID } from '../../../src/domain/app.js';
import { createKeyRotationWorker } from '../../../src/services/oauth/key-rotation-worker.js';
import { createRecordingLogger } from '../../support/recording-logger.js';
import { appSettings } from '../../support/settings.js';
import { openTokenAuthority, type TokenAuthority } from '../../support/token-authority.js';

const DAY = 86_400;

describe('rotation by time', () => {
  let authority: TokenAuthority;
  beforeEach(async () => {
    authority = await openTokenAuthority();
  });
  afterEach(() => authority.close());

  const statesOf = async (appId: string) =>
    (await authority.store.signingKeys.list(appId)).map(({ state }) => state);
  const UNTOUCHED = ['current', 'next'];
  const ROTATED = ['current', 'next', 'previous'];

  it('rotates the keys of the authority and of every app when their time has come, and not before', async () => {
    const apps = await Promise.all([
      authority.apps.create(appSettings({ algorithm: 'ES256' })),
      authority.apps.create(appSettings({ algorithm: 'EdDSA' })),
    ]);
    const ids = [AUTHORITY_APP_ID, ...apps.map(({ id }) => id)];
    authority.clock.advance(30 * DAY - 1);
    await authority.rotateDue(30 * DAY);
    for (const id of ids) expect(await statesOf(id)).toEqual(UNTOUCHED);
    authority.clock.advance(1);
    await authority.rotateDue(30 * DAY);
    for (const id of ids) expect(await statesOf(id)).toEqual(ROTATED);
    await authority.rotateDue(30 * DAY);
    for (const id of ids) expect(await statesOf(id)).toEqual(ROTATED);
    expect(authority.log.map(({ event, fields }) => [event, fields['reason']])).toEqual(
      ids.map(() => ['signing_keys_rotated', 'time']),
    );
  });

  it('happens once, however many processes look at the same time', async () => {
    const others = await Promise.all([1, 2, 3].map(() => authority.startProcess()));
    const { id } = await authority.apps.create(appSettings({ algorithm: 'ES256' }));
    authority.clock.advance(DAY);
    await Promise.all([authority, ...others].map((process) => process.rotateDue(DAY)));
    expect(await statesOf(AUTHORITY_APP_ID)).toEqual(ROTATED);
    expect(await statesOf(id)).toEqual(ROTATED);
    expect([authority, ...others].flatMap(({ log }) => log)).toHaveLength(2);
  });

  it('K12: happens once, also where another process is done between the look and the rotation', async () => {
    const { vault, clock, store } = authority;
    clock.advance(DAY);
    const find: typeof store.apps.find = async (id) => {
      await authority.rotateDue(DAY);
      return store.apps.find(id);
    };
    const { logger, lines } = createRecordingLogger();
    const late = createKeyRotationWorker({
      ...{ vault, clock, logger, rotateAfterSeconds: DAY },
      store: { signingKeys: store.signingKeys, apps: { ...store.apps, find } },
    });
    await late.rotateDue();
    expect(await statesOf(AUTHORITY_APP_ID)).toEqual(ROTATED);
    expect(authority.log.map(({ event }) => event)).toEqual(['signing_keys_rotated']);
    expect(lines).toEqual([]);
  });

  it('K12: never lets a key sign that was published too late, however short the time', async () => {
    authority.clock.advance(359);
    await authority.rotateDue(1);
    expect(await statesOf(AUTHORITY_APP_ID)).toEqual(UNTOUCHED);
    authority.clock.advance(1);
    await authority.rotateDue(1);
    expect(await statesOf(AUTHORITY_APP_ID)).toEqual(ROTATED);
  });

  it('is off where it is switched off', async () => {
    const { id } = await authority.apps.create(appSettings({ algorithm: 'ES256' }));
    authority.clock.advance(1000 * DAY);
    await authority.rotateDue(null);
    expect(await statesOf(AUTHORITY_APP_ID)).toEqual(UNTOUCHED);
    expect(await statesOf(id)).toEqual(UNTOUCHED);
  });

  it('passes over more apps than fit on a page', async () => {
    const app = await authority.apps.create(appSettings({ algorithm: 'ES256' }));
    const [current, next] = await authority.store.signingKeys.list(app.id);
    if (current === undefined || next === undefined) throw new Error('the app has no keys');
    const copies = Array.from({ length: 500 }, (_, index) => `0-${String(index).padStart(4, '0')}`);
    await Promise.all(
      copies.map((id) =>
        authority.store.apps.insertOnce({ ...app, id }, [
          { ...current, appId: id },
          { ...next, appId: id, createdAt: next.createdAt + DAY },
        ]),
      ),
    );
    authority.clock.advance(DAY);
    await authority.rotateDue(DAY);
    expect(await statesOf(app.id)).toEqual(ROTATED);
    expect(await statesOf('0-0499')).toEqual(UNTOUCHED);
  });

  it('first publishes a key for the algorithm that the keys are to have', async () => {
    const app = await authority.apps.create(appSettings({ algorithm: 'ES256' }));
    await authority.store.apps.update(app.id, app.version, { ...app, algorithm: 'EdDSA' }, app.updatedAt);
    const algorithms = async () =>
      (await authority.store.signingKeys.list(app.id)).map(({ algorithm }) => algorithm);
    authority.clock.advance(DAY);
    await authority.rotateDue(DAY);
    expect(await algorithms()).toEqual(['ES256', 'EdDSA']);
    authority.clock.advance(DAY);
    await authority.rotateDue(DAY);
    expect(await algorithms()).toEqual(['EdDSA', 'EdDSA', 'ES256']);
  });

  it('says when the store cannot be asked, and goes on living', async () => {
    const { logger, lines } = createRecordingLogger();
    const { vault, clock } = authority;
    const { store } = await authority.startProcess();
    await store.close();
    const worker = createKeyRotationWorker({ store, vault, clock, logger, rotateAfterSeconds: DAY });
    await expect(worker.rotateDue()).resolves.toBeUndefined();
    expect(lines).toMatchObject([{ level: 'warn', event: 'key_rotation_failed' }]);
    worker.start();
    await worker.stop();
  });
});
