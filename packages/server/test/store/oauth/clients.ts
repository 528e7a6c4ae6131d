import { describe, expect, it } from 'vitest';
import { JWT_BEARER, MAX_TOKEN_LIFETIME_SECONDS } from '../../../src/domain/oauth/client.js';
import {
  aClient,
  aCode,
  aDevice,
  addBasics,
  addGrant,
  aRefresh,
  aSecret,
  aTransaction,
  grantOf,
  revokedGrantIds,
} from '../../support/oauth-rows.js';
import { aHash, NOW } from '../../support/store-rows.js';
import { type CurrentStores, inParallel } from '../store-conformance.js';

export function describeClients(current: CurrentStores): void {
  describe('clients', () => {
    it('gives a client back as it was stored, with its secret', async () => {
      const { clients } = current().store.oauth;
      const secret = aSecret({ createdAt: NOW + 0.25 });
      const client = aClient({
        name: 'Grüße "<&>\'',
        authMethod: 'private_key_jwt',
        jwks: '{"keys":[]}',
        introspects: ['https://api.example'],
        requireDpop: true,
        backchannelLogoutUri: 'https://client.example/out',
      });
      expect(await clients.insertOnce(client, secret)).toBe(true);
      expect(await clients.find(client.id, NOW)).toEqual({ client, secrets: [secret] });
      expect(await clients.find('nobody', NOW)).toBeUndefined();
    });

    it('inserts an id once, however many try', async () => {
      const client = aClient();
      const inserted = await inParallel(current(), 20, ({ oauth }, index) =>
        oauth.clients.insertOnce({ ...client, name: `try ${index}` }, aSecret()),
      );
      expect(inserted.filter(Boolean)).toHaveLength(1);
      expect((await current().store.oauth.clients.find(client.id, NOW))?.secrets).toHaveLength(1);
    });

    it('finds the one client whose grants are assertions of an issuer, and none where there are two', async () => {
      const { clients } = current().store.oauth;
      const isGiven = { asapIssuer: `svc-${aHash()}`, grantTypes: [JWT_BEARER] };
      const [client, other] = [aClient(isGiven), aClient(isGiven)];
      const authenticating = aClient({ ...isGiven, grantTypes: ['client_credentials'] });
      const found = async () => (await clients.findByAssertionIssuer(isGiven.asapIssuer))?.id;
      for (const each of [client, authenticating]) await clients.insertOnce(each, null);
      expect(await found()).toBe(client.id);
      await clients.insertOnce(other, null);
      expect(await found()).toBeUndefined();
      await clients.update(client.id, 1, { ...client, disabled: true }, NOW);
      expect(await found()).toBe(other.id);
      await clients.update(other.id, 1, { ...other, asapIssuer: 'another' }, NOW);
      expect(await found()).toBeUndefined();
    });

    it('lists in the order of ids, from after the given one, as many as asked for', async () => {
      const { clients } = current().store.oauth;
      for (const id of ['c', 'a', 'd', 'b']) await clients.insertOnce(aClient({ id }), null);
      const ids = async (afterId: string | null, limit: number) =>
        (await clients.list({ afterId, limit })).map(({ id }) => id);
      expect(await ids(null, 2)).toEqual(['a', 'b']);
      expect(await ids('b', 10)).toEqual(['c', 'd']);
      expect(await ids('d', 10)).toEqual([]);
      await expect(ids(null, -1)).rejects.toThrow(RangeError);
    });

    it.each(["' OR 1=1--", '%', '\0', '9'.repeat(10_000)])(
      'S8: finds nothing under the odd id %j',
      async (id) => {
        const { store } = current();
        const { clients, grants, authorizations, revocations } = store.oauth;
        await addGrant(store, await addBasics(store));
        expect(await clients.find(id, NOW)).toBeUndefined();
        expect(await clients.delete(id, NOW)).toBe(false);
        expect(await grants.find(id)).toBeUndefined();
        expect(await grants.revoke(id, NOW)).toBe(false);
        expect(await authorizations.findCode(id, NOW)).toBeUndefined();
        expect(await revocations.isRevoked({ tokenId: id, grantId: id, subject: id, issuedAt: 0 })).toBe(
          false,
        );
        expect(await clients.list({ afterId: null, limit: 10 })).toHaveLength(1);
      },
    );

    it('lets one of many updates of the same version win, and counts it up', async () => {
      const client = aClient();
      await current().store.oauth.clients.insertOnce(client, null);
      const results = await inParallel(current(), 20, ({ oauth }, index) =>
        oauth.clients.update(client.id, 1, { ...client, name: `name ${index}` }, NOW + 5),
      );
      expect(results.filter(({ outcome }) => outcome === 'updated')).toHaveLength(1);
      expect(results.filter(({ outcome }) => outcome === 'conflict')).toHaveLength(19);
      const found = await current().other.oauth.clients.find(client.id, NOW);
      expect(found?.client).toMatchObject({ version: 2, updatedAt: NOW + 5, createdAt: NOW });
      const missing = await current().store.oauth.clients.update('nobody', 1, client, NOW);
      expect(missing).toEqual({ outcome: 'not_found' });
    });

    it('O17: has two secrets at most: a new one, and the newest before it until the overlap ends', async () => {
      const { clients } = current().store.oauth;
      const client = aClient();
      const [first, second, third] = [aSecret(), aSecret(), aSecret()];
      await clients.insertOnce(client, first);
      const hashes = async (nowSeconds: number) =>
        (await clients.find(client.id, nowSeconds))?.secrets.map(({ hash }) => hash);
      expect(await clients.addSecret(client.id, second, NOW + 50)).toBe(true);
      expect(await hashes(NOW + 49.999)).toEqual([second.hash, first.hash]);
      expect(await hashes(NOW + 50)).toEqual([second.hash]);
      expect(await clients.addSecret(client.id, third, NOW + 60)).toBe(true);
      expect(await hashes(NOW)).toEqual([third.hash, second.hash]);
      expect((await clients.find(client.id, NOW))?.secrets[1]?.expiresAt).toBe(NOW + 60);
      expect(await clients.addSecret('nobody', aSecret(), NOW)).toBe(false);
    });

    it('O17: a secret that ends before the overlap does is not made to last longer', async () => {
      const { clients } = current().store.oauth;
      const client = aClient();
      await clients.insertOnce(client, aSecret({ expiresAt: NOW + 20 }));
      await clients.addSecret(client.id, aSecret(), NOW + 50);
      expect((await clients.find(client.id, NOW))?.secrets[1]?.expiresAt).toBe(NOW + 20);
    });

    it('O17: has two secrets at most also when many are added at once', async () => {
      const client = aClient();
      await current().store.oauth.clients.insertOnce(client, aSecret());
      await inParallel(current(), 20, ({ oauth }) => oauth.clients.addSecret(client.id, aSecret(), NOW + 50));
      const found = await current().store.oauth.clients.find(client.id, NOW);
      expect(found?.secrets.map(({ expiresAt }) => expiresAt)).toEqual([null, NOW + 50]);
    });
  });

  describe('disabling and deleting a client', () => {
    it('O15: disabling revokes its grants, and nothing else comes from what it had', async () => {
      const { store } = current();
      const basics = await addBasics(store);
      const { client, session } = basics;
      const { clients, grants, authorizations, devices } = store.oauth;
      const [grant, code, device] = [
        await addGrant(store, basics),
        aCode(client.id, session),
        aDevice(client.id),
      ];
      await authorizations.insertCode(code);
      await devices.insertOnce(device);
      const { authentication } = code;
      await devices.decide(
        { userCodeHash: device.userCodeHash, nowSeconds: NOW },
        { decision: 'approved', authentication },
      );
      await clients.update(client.id, 1, { ...client, disabled: true }, NOW + 1);

      expect((await grants.find(grant.id))?.revokedAt).toBe(NOW + 1);
      expect(await revokedGrantIds(store)).toEqual([grant.id]);
      expect(await grants.rotate(aRefresh(grant))).toEqual({ outcome: 'gone' });
      expect(await authorizations.redeemCode(code.hash, grantOf(code), NOW + 1)).toBe('gone');
      const poll = { deviceCodeHash: device.deviceCodeHash, clientId: client.id, nowSeconds: NOW + 1 };
      expect((await devices.poll(poll, () => grant)).outcome).toBe('denied');
      const late = aCode(client.id, session);
      await authorizations.insertCode(late);
      expect(await authorizations.findCode(late.hash, NOW)).toBeUndefined();
      expect(await grants.insert({ ...grant, id: aHash() })).toBe(false);
    });

    it('O15: what was revoked by disabling stays so after the client is enabled again', async () => {
      const { store } = current();
      const basics = await addBasics(store);
      const { client, session } = basics;
      const { clients, grants, authorizations } = store.oauth;
      const [grant, code] = [await addGrant(store, basics), aCode(client.id, session)];
      await authorizations.insertCode(code);
      await clients.update(client.id, 1, { ...client, disabled: true }, NOW + 1);
      await clients.update(client.id, 2, client, NOW + 2);
      expect(await grants.rotate(aRefresh(grant))).toEqual({ outcome: 'gone' });
      expect(await authorizations.redeemCode(code.hash, grantOf(code), NOW + 2)).toBe('gone');
      expect((await grants.rotate(aRefresh(await addGrant(store, basics)))).outcome).toBe('rotated');
    });

    it('O15: tells gates of the tokens that a client has for itself, until it is enabled again', async () => {
      const { store } = current();
      const { client } = await addBasics(store);
      const { clients, revocations } = store.oauth;
      const token = { tokenId: aHash(), grantId: null, subject: client.id };
      const isRevokedAt = (issuedAt: number) => revocations.isRevoked({ ...token, issuedAt });
      await clients.update(client.id, 1, { ...client, disabled: true }, NOW);
      expect(await isRevokedAt(NOW)).toBe(true);
      expect(await isRevokedAt(NOW + 1)).toBe(false);
      const listed = { kind: 'subject', subject: client.id, before: NOW + 1 };
      const page = { after: null, nowSeconds: NOW + MAX_TOKEN_LIFETIME_SECONDS, limit: 1000 };
      expect(await revocations.list(page)).toContainEqual(expect.objectContaining(listed));

      expect(await clients.delete(client.id, NOW + 10)).toBe(true);
      expect(await isRevokedAt(NOW + 10 + 59)).toBe(true);
    });

    it('deletes everything that belongs to a client, tells gates of its grants, and leaves other clients alone', async () => {
      const { store } = current();
      const [doomed, kept] = [await addBasics(store), await addBasics(store)];
      const { clients, grants, authorizations, devices } = store.oauth;
      const rows = await Promise.all(
        [doomed, kept].map(async ({ clientId, session }) => {
          const [grant, transaction] = [await addGrant(store, { clientId, session }), aTransaction(clientId)];
          const device = aDevice(clientId);
          await authorizations.insertTransaction(transaction);
          await devices.insertOnce(device);
          await clients.addSecret(clientId, aSecret(), NOW);
          return { grant, transaction, device };
        }),
      );
      expect(await clients.delete(doomed.clientId, NOW + 1)).toBe(true);
      expect(await clients.delete(doomed.clientId, NOW + 1)).toBe(false);
      const remains = await Promise.all(
        rows.map(async ({ grant, transaction, device }) => [
          (await grants.find(grant.id)) !== undefined,
          (await authorizations.findTransaction({ ...transaction, nowSeconds: NOW })) !== undefined,
          (await devices.findByUserCode(device.userCodeHash, NOW)) !== undefined,
        ]),
      );
      expect(remains).toEqual([
        [false, false, false],
        [true, true, true],
      ]);
      expect(await revokedGrantIds(store)).toEqual([rows[0]?.grant.id]);
      expect(await clients.find(kept.clientId, NOW)).toBeDefined();
    });

    it('keeps nothing for a client that is gone', async () => {
      const { store } = current();
      const { session } = await addBasics(store);
      const { authorizations, devices, grants } = store.oauth;
      const [transaction, code, device] = [aTransaction('gone'), aCode('gone', session), aDevice('gone')];
      await authorizations.insertTransaction(transaction);
      await authorizations.insertCode(code);
      expect(await devices.insertOnce(device)).toBe(false);
      expect(await grants.insert(grantOf(code))).toBe(false);
      expect(await authorizations.findTransaction({ ...transaction, nowSeconds: NOW })).toBeUndefined();
      expect(await authorizations.findCode(code.hash, NOW)).toBeUndefined();
    });
  });
}
