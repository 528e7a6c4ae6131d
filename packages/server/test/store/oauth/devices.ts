import { describe, expect, it } from 'vitest';
import type { DeviceAuthorization, LoginSession } from '../../../src/domain/oauth/grant.js';
import type { Store } from '../../../src/domain/stores.js';
import { aDevice, addBasics, aGrant, authenticationOf } from '../../support/oauth-rows.js';
import { aHash, NOW } from '../../support/store-rows.js';
import { type CurrentStores, inParallel } from '../store-conformance.js';

/** Asks whether the request was decided. */
const poll = ({ oauth }: Store, device: DeviceAuthorization, nowSeconds: number) =>
  oauth.devices.poll(
    { deviceCodeHash: device.deviceCodeHash, clientId: device.clientId, nowSeconds },
    ({ clientId, authentication, access }) => ({ ...aGrant(clientId, null), authentication, access }),
  );

const approve = ({ oauth }: Store, device: DeviceAuthorization, session: LoginSession, nowSeconds = NOW) =>
  oauth.devices.decide(
    { userCodeHash: device.userCodeHash, nowSeconds },
    { decision: 'approved', authentication: authenticationOf(session) },
  );

const deny = ({ oauth }: Store, device: DeviceAuthorization, nowSeconds = NOW) =>
  oauth.devices.decide({ userCodeHash: device.userCodeHash, nowSeconds }, { decision: 'denied' });

export function describeDevices(current: CurrentStores): void {
  async function withDevice(changes: Partial<DeviceAuthorization> = {}) {
    const { store } = current();
    const basics = await addBasics(store);
    const device = aDevice(basics.clientId, changes);
    await store.oauth.devices.insertOnce(device);
    return { ...basics, store, devices: store.oauth.devices, device };
  }

  describe('device authorizations', () => {
    it('gives a request back by its user code until it expires, with what was decided', async () => {
      const { store, devices, device, session } = await withDevice();
      const find = (nowSeconds: number) => devices.findByUserCode(device.userCodeHash, nowSeconds);
      expect(await find(NOW + 599.999)).toEqual(device);
      expect(await find(NOW + 600)).toBeUndefined();
      expect(await devices.findByUserCode(aHash(), NOW)).toBeUndefined();
      await approve(store, device, session);
      const authentication = authenticationOf(session);
      expect(await find(NOW)).toEqual({ ...device, decision: 'approved', authentication });
    });

    it('inserts a user code once, of any number at once, and again when the request before it is over', async () => {
      const { devices, device, clientId } = await withDevice();
      const userCodeHash = aHash();
      const inserted = await inParallel(current(), 20, ({ oauth }) =>
        oauth.devices.insertOnce(aDevice(clientId, { userCodeHash })),
      );
      expect(inserted.filter(Boolean)).toHaveLength(1);
      const again = (createdAt: number) =>
        devices.insertOnce(
          aDevice(clientId, { userCodeHash: device.userCodeHash, createdAt, expiresAt: createdAt + 600 }),
        );
      expect(await again(NOW + 599.999)).toBe(false);
      expect(await again(NOW + 600)).toBe(true);
    });

    it('is decided once, of any number at once, and not when it is over', async () => {
      const [raced, late] = [await withDevice(), await withDevice()];
      const decided = await inParallel(current(), 20, (store, index) =>
        index < 10 ? approve(store, raced.device, raced.session) : deny(store, raced.device),
      );
      expect(decided.filter(Boolean)).toHaveLength(1);
      expect(await deny(late.store, late.device, NOW + 600)).toBe(false);
      expect(await approve(late.store, late.device, late.session, NOW + 600)).toBe(false);
      expect(await deny(late.store, late.device, NOW + 599.999)).toBe(true);
      expect(await approve(late.store, late.device, late.session)).toBe(false);
    });

    it('O32: is pending, then gives its grant once', async () => {
      const { store, device, session } = await withDevice();
      expect(await poll(store, device, NOW)).toEqual({ outcome: 'pending' });
      await approve(store, device, session);
      const approved = await poll(store, device, NOW + 5);
      expect(approved).toMatchObject({
        outcome: 'approved',
        grant: {
          clientId: device.clientId,
          authentication: authenticationOf(session),
          access: device.access,
        },
      });
      const grant = 'grant' in approved ? approved.grant : undefined;
      expect(await store.oauth.grants.find(grant?.id ?? '')).toEqual(grant);
      expect(await poll(store, device, NOW + 10)).toEqual({ outcome: 'unknown' });
    });

    it('gives one grant, of 50 polls of an approved request at once', async () => {
      const { store, device, session } = await withDevice();
      await approve(store, device, session);
      const polls = await inParallel(current(), 50, (each) => poll(each, device, NOW + 1));
      expect(polls.filter(({ outcome }) => outcome === 'approved')).toHaveLength(1);
      expect(polls.filter(({ outcome }) => outcome === 'unknown')).toHaveLength(49);
    });

    it('O32: says too_fast until just before the interval is over, which grows by 5 s each time', async () => {
      const { store, device, session } = await withDevice();
      const outcome = async (after: number) => (await poll(store, device, NOW + after)).outcome;
      expect(await outcome(0)).toBe('pending');
      expect(await outcome(5)).toBe('pending');
      expect(await outcome(9.999)).toBe('too_fast');
      expect(await outcome(19.998)).toBe('too_fast');
      await approve(store, device, session);
      expect(await outcome(34.997)).toBe('too_fast');
      const [found] = [await store.oauth.devices.findByUserCode(device.userCodeHash, NOW)];
      expect(found?.intervalSeconds).toBe(20);
      expect(await outcome(54.997)).toBe('approved');
    });

    it('tells the device of a denial, and of the end of the request', async () => {
      const [denied, late] = [await withDevice(), await withDevice()];
      await deny(denied.store, denied.device);
      for (const after of [1, 2]) {
        expect(await poll(denied.store, denied.device, NOW + after)).toEqual({ outcome: 'denied' });
      }
      await approve(late.store, late.device, late.session);
      expect(await poll(late.store, late.device, NOW + 600)).toEqual({ outcome: 'expired' });
    });

    it('knows no request of another client', async () => {
      const [mine, other] = [await withDevice(), await withDevice()];
      await approve(mine.store, mine.device, mine.session);
      const stolen = { ...mine.device, clientId: other.clientId };
      expect(await poll(mine.store, stolen, NOW)).toEqual({ outcome: 'unknown' });
      expect((await poll(mine.store, mine.device, NOW)).outcome).toBe('approved');
    });

    it('O15: is not approved by a session that has ended, and gives nothing after it ended', async () => {
      const [early, late] = [await withDevice(), await withDevice()];
      const { store } = early;
      await approve(store, early.device, early.session);
      for (const { session } of [early, late]) {
        await store.oauth.loginSessions.end({ sessionId: session.sessionId }, NOW, aHash);
      }
      expect(await poll(store, early.device, NOW)).toEqual({ outcome: 'denied' });
      expect(await approve(store, late.device, late.session)).toBe(false);
      expect(await poll(store, late.device, NOW)).toEqual({ outcome: 'pending' });
    });
  });
}
