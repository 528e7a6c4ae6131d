import { describe, expect, it } from 'vitest';
import type { Store } from '../../../src/domain/stores.js';
import { aCode, addBasics, addGrant, aRefresh, grantOf } from '../../support/oauth-rows.js';
import { aHash, NOW } from '../../support/store-rows.js';
import { type CurrentStores, inParallel } from '../store-conformance.js';

type Basics = Awaited<ReturnType<typeof addBasics>>;

/** What must end a family: each resolves after the person or operator was told that it did. */
const ENDINGS: Readonly<Record<string, (store: Store, basics: Basics, grantId: string) => Promise<unknown>>> =
  {
    'revoking the grant': ({ oauth }, _, grantId) => oauth.grants.revoke(grantId, NOW + 10),
    'disabling the client': ({ oauth }, { client }) =>
      oauth.clients.update(client.id, 1, { ...client, disabled: true }, NOW + 10),
    'deleting the client': ({ oauth }, { clientId }) => oauth.clients.delete(clientId, NOW + 10),
    'ending the session': ({ oauth }, { session }) =>
      oauth.loginSessions.end({ sessionId: session.sessionId }, NOW + 10, aHash),
    'ending all sessions of the person': ({ oauth }, { personId }) =>
      oauth.loginSessions.end({ personId }, NOW + 10, aHash),
    'taking the consent back': ({ oauth }, { personId, clientId }) =>
      oauth.authorizations.deleteConsent(personId, clientId, NOW + 10),
  };

export function describeOauthRaces(current: CurrentStores): void {
  describe('races', () => {
    it.each(Object.entries(ENDINGS))(
      'O15: once %s has resolved no refresh on any process succeeds',
      async (_, end) => {
        const { store, other } = current();
        const basics = await addBasics(store);
        const grant = await addGrant(store, basics);
        let ended = false;
        let generation = 0;
        const uses = inParallel(current(), 40, async ({ oauth }, index) => {
          for (let turn = 0; turn < index % 5; turn += 1) await store.ping();
          const endedBefore = ended;
          const use = await oauth.grants.rotate(aRefresh({ ...grant, generation }));
          if ('grant' in use) generation = Math.max(generation, use.grant.generation);
          return { endedBefore, outcome: use.outcome };
        });
        await end(other, basics, grant.id);
        ended = true;
        const late = await inParallel(current(), 10, ({ oauth }) =>
          oauth.grants.rotate(aRefresh({ ...grant, generation })),
        );
        expect((await uses).filter((use) => use.endedBefore && use.outcome !== 'gone')).toEqual([]);
        expect(late).toEqual(Array(10).fill({ outcome: 'gone' }));
        const revoked = { tokenId: null, grantId: grant.id, subject: '', issuedAt: NOW };
        expect(await store.oauth.revocations.isRevoked(revoked)).toBe(true);
      },
    );

    it.each(Object.entries(ENDINGS).slice(1))(
      'O15: once %s has resolved no code is redeemed',
      async (_, end) => {
        const { store, other } = current();
        const basics = await addBasics(store);
        const codes = Array.from({ length: 30 }, () => aCode(basics.clientId, basics.session));
        await Promise.all(codes.map((code) => store.oauth.authorizations.insertCode(code)));
        const redeeming = codes.map(async (code, index) => {
          for (let turn = 0; turn < index % 5; turn += 1) await store.ping();
          return store.oauth.authorizations.redeemCode(code.hash, grantOf(code), NOW + 10);
        });
        await end(other, basics, '');
        const live = await Promise.all(
          codes.map((code) => store.oauth.grants.rotate(aRefresh(grantOf(code)))),
        );
        expect(live).toEqual(Array(30).fill({ outcome: 'gone' }));
        expect(await Promise.all(redeeming)).not.toContain('used');
        const late = await Promise.all(
          codes.map((code) => store.oauth.grants.rotate(aRefresh(grantOf(code)))),
        );
        expect(late).toEqual(live);
      },
    );
  });
}
