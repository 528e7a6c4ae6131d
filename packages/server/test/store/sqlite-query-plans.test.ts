import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Store } from '../../src/domain/stores.js';
import { openDatabase } from '../../src/store/sqlite/open-database.js';
import { temporaryFolder } from '../support/authority-process.js';
import { migratedStore } from '../support/sqlite-stores.js';
import {
  aHash,
  aMail,
  anApp,
  anOutcome,
  aPublishedKey,
  aRequest,
  aSigningKey,
  NOW,
} from '../support/store-rows.js';
import { watchDatabase } from '../support/watched-database.js';
import { callEveryOauthVerb } from './oauth/every-verb.js';

/** Read whole on purpose: a count, the mails of the development mailbox, the handful of migrations. */
const READ_WHOLE = ['COUNT(*)', 'FROM kept_mails', 'FROM schema_migrations'];

async function callEveryVerb(store: Store): Promise<void> {
  const app = anApp();
  const [appId, emailKey, hash, nowSeconds] = [app.id, 'ada@example.com', aHash(), NOW];
  await store.apps.insertOnce(app, [aSigningKey(appId, { state: 'current' }), aSigningKey(appId)]);
  await store.apps.list({ afterId: null, limit: 10 });
  await store.apps.update(appId, 7, app, NOW);
  const change = { expectedCurrentKid: 'none', retiresAt: NOW, next: aSigningKey(appId), keys: [] };
  const [current] = await store.signingKeys.list(appId);
  await store.signingKeys.rotate(appId, { ...change, expectedCurrentKid: current?.kid ?? '' });
  const [promoted] = await store.signingKeys.list(appId);
  await store.signingKeys.replaceAll(appId, { ...change, expectedCurrentKid: promoted?.kid ?? '' });
  const waiting = await store.signingKeys.listNext({ afterAppId: null, limit: 10 });
  const expectedNextKid = waiting[0]?.kid ?? '';
  await store.signingKeys.replaceNext(appId, { expectedNextKid, next: aSigningKey(appId) });
  const [replacement, [withdrawn]] = [[aSigningKey(appId)], await store.signingKeys.list(appId)];
  await store.signingKeys.withdraw(appId, { kid: withdrawn?.kid ?? '', replacement });
  const [byLink, byCode] = [aRequest(appId, { emailKey }), aRequest(appId)];
  for (const request of [byLink, byCode]) await store.signIns.replace(request, aMail(appId));
  await store.signIns.findByLink(appId, byLink.linkHash, NOW);
  await store.signIns.findByStarter(appId, byLink.starterHash, NOW);
  const { linkHash } = byLink;
  const deliveryCode = { hash, expiresAt: NOW + 1 };
  const link = { appId, linkHash, starterHash: null, nowSeconds };
  await store.signIns.consumeByLink(link, anOutcome({ deliveryCode }));
  const { starterHash, codeHash } = byCode;
  await store.signIns.consumeByCode({ appId, starterHash, codeHash, maxTries: 5, nowSeconds }, anOutcome());
  await store.signIns.consumeDeliveryCode({ appId, hash, nowSeconds }, { hash, expiresAt: NOW + 1 });
  await store.people.findByEmailKey(appId, emailKey);
  await store.refreshTokens.use(appId, hash, NOW);
  await store.refreshTokens.use(appId, aHash(), NOW);
  await store.refreshTokens.delete({ appId, emailKey, hash, nowSeconds });
  await store.refreshTokens.deleteAll({ appId, emailKey, nowSeconds });
  await store.mail.claimDue({ nowSeconds, leaseSeconds: 1, limit: 10 });
  await store.mail.retryAt('id', NOW);
  await store.mail.remove('id');
  await store.mail.keep({ id: 'id', sealed: '', createdAt: NOW }, 10);
  await store.mail.listKept(10);
  await store.mail.count();
  await store.settings.get('name');
  await store.publishedKeys.insertOnce(aPublishedKey({ kid: 'svc/1' }));
  await store.publishedKeys.find('svc/1');
  for (const issuer of [null, 'svc']) await store.publishedKeys.list({ issuer, afterKid: null, limit: 10 });
  await store.publishedKeys.revoke('svc/1', NOW);
  await store.replayedTokens.insertOnce({ issuer: 'svc', tokenHash: hash, expiresAt: NOW });
  await store.purgeExpired(NOW, 10);
  await store.apps.delete(appId);
  await store.ping();
}

it('no verb reads a whole table, however many apps there are', async () => {
  const folder = temporaryFolder();
  const database = await openDatabase(join(folder.path, 'countersign.db'), 0);
  const executed = new Set<string>();
  const store = await migratedStore(
    watchDatabase(database, (sql) => executed.add(sql)),
    0,
  );
  await callEveryVerb(store);
  await callEveryOauthVerb(store);

  const scans = [...executed]
    .filter(
      (sql) => /^(SELECT|UPDATE|DELETE|INSERT)/.test(sql) && !READ_WHOLE.some((text) => sql.includes(text)),
    )
    .flatMap((sql) => {
      const parameters = [...sql.matchAll(/\?/g)].map(() => null);
      const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters) as { detail: string }[];
      return plan.map(({ detail }) => `${detail}: ${sql}`);
    })
    .filter((step) => step.startsWith('SCAN'));
  expect(executed.size).toBeGreaterThan(100);
  expect(scans).toEqual([]);
  await store.close();
  folder.remove();
});
